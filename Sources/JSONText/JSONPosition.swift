/// A place in a text: line and column, both counted from 1; the column counts bytes.
package struct JSONPosition: Sendable, Hashable, Comparable, CustomStringConvertible {
  package let line: Int
  package let column: Int

  package init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }

  /// The place of a byte.
  init(of offset: Int, in bytes: [UInt8]) {
    let before = bytes[..<min(offset, bytes.count)]
    let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    line = before.count(where: { $0 == 0x0A }) + 1
    column = before.count - lineStart + 1
  }

  /// Earlier places come first.
  package static func < (left: JSONPosition, right: JSONPosition) -> Bool {
    (left.line, left.column) < (right.line, right.column)
  }

  /// `14:17`, as compilers write it.
  package var description: String { "\(line):\(column)" }
}

extension JSONPath {
  /// What of a member is meant.
  package enum Part: Sendable {
    case name
    case value
  }

  /// Where this way leads in the text of a document.
  ///
  /// Of a way that the document does not have to its end, it is where the last value on it stands:
  /// a missing member is missing there. Values carry no positions, so reading a document costs
  /// nothing for them; the text is read again when somebody asks, which is when there is something
  /// to complain about. Text that is no document gives the place where it goes wrong.
  ///
  /// - part: whether the name or the value of the last member is meant.
  package func position(
    in bytes: [UInt8], of part: Part = .value, maximumDepth: Int = 100
  ) -> JSONPosition {
    var reader = JSONReader(bytes: bytes, maximumDepth: maximumDepth)
    return JSONPosition(of: reader.offset(steps[...], part), in: bytes)
  }
}

extension JSONReader {
  /// Follows steps from the value that is next; returns the offset of where they lead.
  fileprivate mutating func offset(
    _ steps: ArraySlice<JSONPath.Step>, _ part: JSONPath.Part
  ) -> Int {
    skipWhitespace()
    let start = position
    guard let step = steps.first else { return start }
    let rest = steps.dropFirst()
    do throws(JSONSyntaxError) {
      switch step {
      case .member(let name):
        guard peek == UInt8(ascii: "{") else { return start }
        guard let nameOffset = try enterMember(name) else { return start }
        return rest.isEmpty && part == .name ? nameOffset : offset(rest, part)
      case .element(let index):
        guard peek == UInt8(ascii: "[") else { return start }
        return try enterElement(index) ? offset(rest, part) : start
      }
    } catch {
      return position
    }
  }

  /// Goes to the value of an object's member; returns where its name stands, nil: there is none.
  private mutating func enterMember(_ wanted: String) throws(JSONSyntaxError) -> Int? {
    try enter()
    guard peek == UInt8(ascii: "\"") else { return nil }
    while true {
      let start = position
      let name = try memberName()
      if name.utf8.elementsEqual(wanted.utf8) { return start }
      _ = try nextValue()
      skipWhitespace()
      guard skip(",") else { return nil }
      skipWhitespace()
    }
  }

  /// Goes to an array's element; false: there are not that many.
  private mutating func enterElement(_ index: Int) throws(JSONSyntaxError) -> Bool {
    try enter()
    guard peek != UInt8(ascii: "]") else { return false }
    for _ in 0..<index {
      _ = try nextValue()
      skipWhitespace()
      guard skip(",") else { return false }
    }
    return true
  }
}
