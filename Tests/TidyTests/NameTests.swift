import Testing

/// Names that say what a thing does.
@Suite struct NameTests {
  private static let banned: Set = [
    "Manager", "Helper", "Helpers", "Util", "Utils", "Utility", "Utilities", "Common", "Base",
    "Impl",
    "Implementation", "Misc", "Stuff",
  ]

  /// The words of a name in camel case or with underscores.
  private func words(_ name: String) -> [String] {
    var words: [String] = []
    for character in name {
      if character == "_" || character == "-" || character == "+" {
        words.append("")
      } else if character.isUppercase, words.last?.last?.isUppercase != true {
        words.append(String(character))
      } else if words.isEmpty {
        words.append(String(character))
      } else {
        words[words.count - 1].append(character)
      }
    }
    return words.map { $0.prefix(1).uppercased() + $0.dropFirst() }
  }

  private func saysNothing(_ name: String) -> Bool {
    words(name).contains(where: Self.banned.contains)
  }

  @Test func `no type is named by a word that says nothing`() {
    var findings: [String] = []
    for file in Repository.swift {
      for (line, name) in file.code.typeNames where saysNothing(name) {
        findings.append("\(file):\(line): \(name)")
      }
    }
    expectNone(findings)
  }

  @Test func `no file is named by a word that says nothing`() {
    let files = Repository.files.filter { !$0.isGenerated }
    expectNone(files.filter { saysNothing($0.name) }.map(\.path))
  }

  @Test func `words are told apart`() {
    #expect(words("ConnectionManager") == ["Connection", "Manager"])
    #expect(words("RPCBaseServer").contains("Base") == false)
    #expect(words("wire_util") == ["Wire", "Util"])
    #expect(words("Database") == ["Database"])
  }
}
