/// Requests in the order they came. Taking the first one costs the same however many wait.
package struct RequestQueue<Element> {
  private var items: [Element?] = []
  private var head = 0

  /// Nothing waits.
  package init() {}

  /// Whether none waits.
  package var isEmpty: Bool { head == items.count }

  /// Adds one at the end.
  package mutating func append(_ element: Element) {
    items.append(element)
  }

  /// Puts one back that was taken and is not finished.
  package mutating func putBack(_ element: Element) {
    if head > 0 {
      head -= 1
      items[head] = element
    } else {
      items.insert(element, at: 0)
    }
  }

  /// Takes the first one.
  package mutating func popFirst() -> Element? {
    guard head < items.count else { return nil }
    defer {
      head += 1
      if head == items.count {
        items.removeAll(keepingCapacity: true)
        head = 0
      }
    }
    return items[head].take()
  }
}
