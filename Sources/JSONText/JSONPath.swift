/// The way from a document's root to a value in it, for example `capabilities[3].basis`.
package struct JSONPath: Sendable, Hashable, CustomStringConvertible {
  /// One step down.
  package enum Step: Sendable, Hashable {
    /// Into the member of that name.
    case member(String)
    /// Into the element at that place, counted from 0.
    case element(Int)
  }

  package var steps: [Step]

  /// The way by some steps; by none it is the root.
  package init(_ steps: [Step] = []) {
    self.steps = steps
  }

  /// The way that goes on to a member.
  package subscript(name: String) -> JSONPath { JSONPath(steps + [.member(name)]) }

  /// The way that goes on to an element.
  package subscript(index: Int) -> JSONPath { JSONPath(steps + [.element(index)]) }

  /// As messages write it; empty for the root.
  package var description: String {
    var text = ""
    for step in steps {
      switch step {
      case .member(let name): text += text.isEmpty ? name : ".\(name)"
      case .element(let index): text += "[\(index)]"
      }
    }
    return text
  }
}
