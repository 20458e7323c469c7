import Testing

/// What is not written here.
@Suite struct ForbiddenCodeTests {
  @Test func `nothing is left to do`() {
    // Spelt in two parts, so that this file may be checked as well.
    let marks = Set(["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"].map { $0[...] })
    expectNone(
      lines { line in
        line.split(whereSeparator: { !$0.isLetter }).contains(where: marks.contains)
      })
  }

  @Test func `no try that stops the program`() {
    expectNone(code { $0.contains("try!") })
  }

  @Test func `no fatalError: input is refused, and broken promises are preconditions`() {
    expectNone(code { $0.contains("fatalError(") })
  }

  @Test func `no test waits for time to pass`() {
    let sleeps = ["Task.sleep(", "usleep(", "Thread.sleep(", " sleep("]
    let places = code { line in sleeps.contains { line.contains($0) } }
    expectNone(
      places.filter { place in
        place.isOfTests && !Exceptions.letTimePass.keys.contains { place.hasPrefix("\($0):") }
      })
  }

  @Test func `no file knows the machine that it was written on`() {
    let places = ["/wo" + "rk/", "/ho" + "me/", "/ro" + "ot/", "/Us" + "ers/", "/tmp/help" + "ers"]
    expectNone(lines { line in places.contains { line.names($0) } })
  }

  @Test func `only what users link is public`() {
    let linked: Set = ["AccountStatusModel", "AccountStatusClient", "AccountStatusTesting"]
    let findings = code { line in
      line.split(whereSeparator: { !$0.isLetter && $0 != "`" }).contains("public")
    }
    let modules = Dictionary(uniqueKeysWithValues: Repository.swift.map { ($0.path, $0) })
    expectNone(
      findings.filter { place in
        let file = modules[String(place.prefix { $0 != ":" })]
        return file?.isSource == true && !linked.contains(file?.module ?? "")
      })
  }

  @Test func `what the compiler cannot see to be Sendable says why it is`() {
    var findings: [String] = []
    for file in Repository.swift where file.isSource {
      let source = file.lines
      for (index, line) in file.code.lines.enumerated()
      where line.contains("@unchecked Sendable") || line.contains("nonisolated(unsafe)") {
        let above = source[..<index].reversed().drop {
          $0.withoutIndent.hasPrefix("@") || $0.withoutIndent.isEmpty
        }
        if above.first?.withoutIndent.hasPrefix("//") != true {
          findings.append("\(file):\(index + 1): prove it in a comment above")
        }
      }
    }
    expectNone(findings)
  }

  /// The places of all lines of ours that a rule finds.
  private func lines(_ isFound: (Substring) -> Bool) -> [String] {
    Repository.files.filter { !$0.isGenerated }.flatMap { file in
      file.lines.enumerated().filter { isFound($0.element) }.map { "\(file):\($0.offset + 1)" }
    }
  }

  /// The same in Swift code, comments and texts apart.
  private func code(_ isFound: (String) -> Bool) -> [String] {
    Repository.swift.flatMap { file in
      file.code.lines.enumerated().filter { isFound($0.element) }
        .map { "\(file):\($0.offset + 1)" }
    }
  }
}

extension String {
  fileprivate var isOfTests: Bool { hasPrefix("Tests/") }
}

extension Substring {
  /// Whether a path that begins like this stands in the line; not one that goes through it.
  fileprivate func names(_ place: String) -> Bool {
    guard let range = firstRange(of: place) else { return false }
    if range.lowerBound == startIndex { return true }
    return " \t\"'`(=:<".contains(self[index(before: range.lowerBound)])
  }

  fileprivate var withoutIndent: Substring { drop(while: \.isWhitespace) }
}
