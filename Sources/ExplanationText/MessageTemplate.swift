/// A message with named placeholders, as a catalogue writes it.
///
///     Invoice {invoice} is {days} {days|day|days} past due.
///
/// `{name}` stands for a value, `{name|one|other}` for the first text where the value is the
/// number 1, for the second otherwise. There is no escape: no message needs a brace.
package struct MessageTemplate: Hashable, Sendable {
  /// A part of a message.
  package enum Piece: Hashable, Sendable {
    case text(String)
    case value(String)
    case choice(String, one: String, other: String)
  }

  /// In order.
  package let pieces: [Piece]

  /// Reads a message; nil: its braces are no placeholders.
  package init?(_ text: String) {
    var pieces: [Piece] = []
    var rest = text[...]
    while let open = rest.firstIndex(of: "{") {
      guard let close = rest[open...].firstIndex(of: "}") else { return nil }
      if rest.startIndex < open { pieces.append(.text(String(rest[..<open]))) }
      let parts = rest[rest.index(after: open)..<close].split(
        separator: "|", omittingEmptySubsequences: false
      ).map(String.init)
      guard parts.allSatisfy({ !$0.isEmpty && !$0.contains("{") }) else { return nil }
      switch parts.count {
      case 1: pieces.append(.value(parts[0]))
      case 3: pieces.append(.choice(parts[0], one: parts[1], other: parts[2]))
      default: return nil
      }
      rest = rest[rest.index(after: close)...]
    }
    guard !rest.contains("}") else { return nil }
    if !rest.isEmpty { pieces.append(.text(String(rest))) }
    self.pieces = pieces
  }

  /// The names of its placeholders.
  package var placeholders: Set<String> {
    Set(
      pieces.compactMap { piece in
        switch piece {
        case .text: nil
        case .value(let name), .choice(let name, _, _): name
        }
      })
  }
}
