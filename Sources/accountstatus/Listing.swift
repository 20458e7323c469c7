import JSONText

/// Prints things one after the other, as they come.
///
/// As text and as JSON lines each is printed at once; as JSON they are one array, at the end or,
/// streamed, as they come: many then cost no memory, and what a failure cuts short is printed.
struct Listing {
  private let format: OutputFormat
  private let console: Console
  private let isSingle: Bool
  private let isStreamed: Bool
  private var elements: [JSONValue] = []
  private var hasBegun = false

  /// `isSingle` when one thing was asked for: its JSON is then no array.
  init(
    _ format: OutputFormat, _ console: Console, isSingle: Bool = false, isStreamed: Bool = false
  ) {
    self.format = format
    self.console = console
    self.isSingle = isSingle
    self.isStreamed = isStreamed
  }

  mutating func add(_ value: JSONValue, text: @autoclosure () -> String) {
    switch format {
    case .text: console.print(text())
    case .jsonl: console.print(value.text())
    case .json:
      if isStreamed { printHeld(",") }
      elements.append(value)
    }
  }

  /// Prints the element that is held back until it is known whether another follows.
  private mutating func printHeld(_ end: String) {
    guard let element = elements.popLast() else { return }
    let text = element.text(.indented).replacing("\n", with: "\n  ")
    console.print((hasBegun ? "  " : "[\n  ") + text + end)
    hasBegun = true
  }

  mutating func finish() {
    guard format == .json else { return }
    if isStreamed && !elements.isEmpty {
      printHeld("\n]")
    } else if !isSingle {
      console.print(JSONValue.array(elements).text(.indented))
    } else if let element = elements.first {
      console.print(element.text(.indented))
    }
  }
}

extension Console {
  /// Prints one thing.
  func show(_ value: JSONValue, as format: OutputFormat, text: @autoclosure () -> String) {
    switch format {
    case .text: print(text())
    case .json: print(value.text(.indented))
    case .jsonl: print(value.text())
    }
  }
}
