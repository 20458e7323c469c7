import JSONText

/// Prints things one after the other, as they come.
///
/// As text and as JSON lines each is printed at once; as JSON they are one array at the end.
struct Listing {
  private let format: OutputFormat
  private let console: Console
  private let isSingle: Bool
  private var elements: [JSONValue] = []

  /// `isSingle` when one thing was asked for: its JSON is then no array.
  init(_ format: OutputFormat, _ console: Console, isSingle: Bool = false) {
    self.format = format
    self.console = console
    self.isSingle = isSingle
  }

  mutating func add(_ value: JSONValue, text: @autoclosure () -> String) {
    switch format {
    case .text: console.print(text())
    case .jsonl: console.print(value.text())
    case .json: elements.append(value)
    }
  }

  func finish() {
    guard format == .json else { return }
    if !isSingle {
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
