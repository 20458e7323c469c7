/// Swift source with comments and the text of string literals blanked out, line by line.
///
/// Enough to find words and braces; no parser.
struct SwiftCode {
  /// As long as the source's lines; blanks where comments and texts were.
  let lines: [String]

  init(_ text: String) {
    var scanner = Scanner(text)
    lines = scanner.blanked().split(separator: "\n", omittingEmptySubsequences: false)
      .map(String.init)
  }

  /// Where each function, initialiser and accessor body of more than one line begins, and how many
  /// lines it has from its declaration to its closing brace.
  var functions: [(line: Int, length: Int)] {
    var found: [(line: Int, length: Int)] = []
    var depth = 0
    var open: [(line: Int, depth: Int)] = []
    var declaredAt: Int?
    for (index, line) in lines.enumerated() {
      if declaredAt == nil, Self.declaresFunction(line) { declaredAt = index }
      for character in line.utf8 {
        if character == UInt8(ascii: "{") {
          if let start = declaredAt {
            open.append((start, depth))
            declaredAt = nil
          }
          depth += 1
        } else if character == UInt8(ascii: "}") {
          depth -= 1
          if let last = open.last, last.depth == depth {
            found.append((last.line + 1, index - last.line + 1))
            open.removeLast()
          }
        }
      }
      // A requirement of a protocol has no body.
      if let start = declaredAt, line.allSatisfy(\.isWhitespace), index > start { declaredAt = nil }
    }
    return found
  }

  /// The names of the types declared.
  var typeNames: [(line: Int, name: String)] {
    var found: [(line: Int, name: String)] = []
    let keywords: Set = ["class", "struct", "enum", "actor", "protocol", "typealias"]
    for (index, line) in lines.enumerated() {
      let words = line.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map(String.init)
      for (word, next) in zip(words, words.dropFirst())
      where keywords.contains(word) && next.first?.isUppercase == true {
        found.append((index + 1, next))
      }
    }
    return found
  }

  private static func declaresFunction(_ line: String) -> Bool {
    let words = line.split { !$0.isLetter && !$0.isNumber }
    guard words.contains("func") || words.contains("init") || words.contains("deinit") else {
      return false
    }
    if words.contains("func") || words.first == "deinit" { return true }
    // A declaration, not a call: only modifiers and attributes stand before it.
    let modifiers: Set = [
      "public", "package", "internal", "fileprivate", "private", "convenience", "required",
      "override", "init", "nonisolated", "inline", "always", "inlinable",
    ]
    guard let position = words.firstIndex(of: "init") else { return false }
    let isFirst = words[..<position].allSatisfy { modifiers.contains(String($0)) }
    let trimmed = line.drop(while: \.isWhitespace)
    return isFirst && !trimmed.hasPrefix(".") && !trimmed.hasPrefix("self")
  }
}

/// Walks over source text once, byte by byte.
private struct Scanner {
  private let text: [UInt8]
  private var position = 0
  private var output: [UInt8] = []

  init(_ text: String) {
    self.text = Array(text.utf8)
    output.reserveCapacity(self.text.count)
  }

  mutating func blanked() -> String {
    while position < text.count {
      if starts("//") {
        while position < text.count, text[position] != UInt8(ascii: "\n") { hide(1) }
      } else if starts("/*") {
        blankComment()
      } else if let hashes = literalHashes() {
        blankLiteral(hashes)
      } else {
        output.append(text[position])
        position += 1
      }
    }
    return String(decoding: output, as: UTF8.self)
  }

  private func starts(_ token: StaticString, at offset: Int = 0) -> Bool {
    let start = position + offset
    guard start + token.utf8CodeUnitCount <= text.count else { return false }
    for index in 0..<token.utf8CodeUnitCount
    where text[start + index] != token.utf8Start[index] { return false }
    return true
  }

  private func isMarked(_ hashes: Int, at offset: Int) -> Bool {
    let start = position + offset
    guard start + hashes <= text.count else { return false }
    return text[start..<start + hashes].allSatisfy { $0 == UInt8(ascii: "#") }
  }

  /// Keeps the line structure.
  private mutating func hide(_ count: Int) {
    for _ in 0..<min(count, text.count - position) {
      let isLineEnd = text[position] == UInt8(ascii: "\n")
      output.append(isLineEnd ? UInt8(ascii: "\n") : UInt8(ascii: " "))
      position += 1
    }
  }

  private mutating func blankComment() {
    var depth = 0
    repeat {
      if starts("/*") {
        depth += 1
        hide(2)
      } else if starts("*/") {
        depth -= 1
        hide(2)
      } else {
        hide(1)
      }
    } while depth > 0 && position < text.count
  }

  /// The number of # before the quote of a string literal that begins here; nil: none does.
  private func literalHashes() -> Int? {
    var hashes = 0
    while position + hashes < text.count, text[position + hashes] == UInt8(ascii: "#") {
      hashes += 1
    }
    return starts("\"", at: hashes) ? hashes : nil
  }

  private mutating func blankLiteral(_ hashes: Int) {
    hide(hashes)
    let quotes = starts("\"\"\"") ? 3 : 1
    hide(quotes)
    while position < text.count {
      let isQuote = quotes == 3 ? starts("\"\"\"") : starts("\"")
      if isQuote, isMarked(hashes, at: quotes) { break }
      if starts("\\"), isMarked(hashes, at: 1), starts("(", at: 1 + hashes) {
        blankInterpolation(2 + hashes)
      } else if starts("\\"), hashes == 0 {
        hide(2)
      } else {
        hide(1)
      }
    }
    hide(quotes + hashes)
  }

  /// What is interpolated is blanked as well: it declares nothing.
  private mutating func blankInterpolation(_ count: Int) {
    hide(count)
    var depth = 1
    while depth > 0, position < text.count {
      if let hashes = literalHashes() {
        blankLiteral(hashes)
        continue
      }
      if starts("(") { depth += 1 }
      if starts(")") { depth -= 1 }
      hide(1)
    }
  }
}
