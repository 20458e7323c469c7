import AccountStatusModel
import AccountStatusRules
import JSONText
import Testing

@Suite struct EditionFileTests {
  private static let text = PolicyEdition.named("2020-06").fileText

  private func answer(_ bytes: [UInt8], _ path: String = "2020-06.json") -> String {
    do throws(EditionFileError) {
      return "taken: \(try EditionFile(path: path, bytes: bytes).edition().name)"
    } catch {
      return error.description
    }
  }

  private func own(
    _ name: String, days: Int32 = 30, path: String? = nil
  ) -> EditionFile {
    var edition = PolicyEdition.named("2020-06")
    edition.name = name
    edition.csp.billing = BillingRule(pastDue: DayThreshold(.moreThan, days: days))
    return EditionFile(
      path: path ?? "own/\(name).json", bytes: Array(edition.fileText.utf8))
  }

  @Test func `a file is read whatever its folder`() {
    #expect(answer(Array(Self.text.utf8)) == "taken: 2020-06")
    #expect(answer(Array(Self.text.utf8), "/etc/editions/2020-06.json") == "taken: 2020-06")
    #expect(
      answer(Array(Self.text.utf8), "/etc/editions/2027-01.json")
        == "/etc/editions/2027-01.json:2:11: name: \"2020-06\": must be \"2027-01\", as the file is "
        + "called")
  }

  @Test func `what is no document is refused where it goes wrong`() {
    let cases: [(String, String)] = [
      ("", "1:1: the document ends where a value is expected"),
      ("null", "1:1: null: must be an object"),
      ("{\n  \"name\": \"x\",\n}", "3:1: a member name in quotes is expected"),
      ("{\n  \"name\": 1,\n  \"name\": 2}", "3:3: the name \"name\" stands twice in one object"),
      (Self.text + "{}", "176:1: one document is expected, not more text"),
      ("\u{FEFF}" + Self.text, " begins with a byte order mark; save it as UTF-8 without one"),
      (String(repeating: "[", count: 200), "1:101: nesting is deeper than the 100 levels allowed"),
    ]
    for (text, complaint) in cases {
      #expect(answer(Array(text.utf8)) == "2020-06.json:" + complaint)
    }
  }

  @Test func `text that is not UTF-8 is refused where it stands`() {
    var bytes = Array(Self.text.utf8)
    bytes[14] = 0xFF
    #expect(answer(bytes) == "2020-06.json:2:19: the string that ends here is not UTF-8")
  }

  @Test func `a file may have 65 536 bytes, and no more`() {
    let text = Array(Self.text.utf8)
    let spaces = { (count: Int) in text + [UInt8](repeating: 0x20, count: count - text.count) }
    #expect(answer(spaces(EditionFile.maximumSize)) == "taken: 2020-06")
    #expect(
      answer(spaces(EditionFile.maximumSize + 1)) == "2020-06.json: has more than 65536 bytes")
  }

  @Test func `several files give their editions, each with its file`() throws {
    let entries = try EditionFile.editions(in: [own("b"), own("a", days: 0)])
    #expect(entries.map(\.edition.name) == ["b", "a"])
    #expect(entries.map(\.file) == ["own/b.json", "own/a.json"])
    #expect(entries[1].edition.csp.billing?.pastDue.days == 0)
  }

  @Test func `a name is given once, and never to other rules`() throws {
    #expect(try EditionFile.editions(in: [own("2020-06", days: 60)]).isEmpty)
    let error = #expect(throws: EditionFileError.self) {
      try EditionFile.editions(
        in: [own("2020-06"), own("a"), own("a", path: "more/a.json"), own("c", days: -1)])
    }
    let complaints = [
      "own/2020-06.json:19:17: csp.billing.pastDue.days: differs from the edition 2020-06 that "
        + "comes with the server; an edition never changes, so give this one another name",
      "more/a.json:2:11: name: \"a\": is the name of own/a.json too",
      "own/c.json:19:17: csp.billing.pastDue.days: -1: must be 0 to 36 500",
    ]
    #expect(error?.description == complaints.joined(separator: "\n"))
  }

  @Test func `a rule more or less than the built-in edition's is a difference too`() throws {
    for change in [\PolicyEdition.csp.provider, \PolicyEdition.maicpp.provider] {
      var edition = PolicyEdition.named("2017-01")
      edition[keyPath: change] = nil
      let file = EditionFile(path: "2017-01.json", bytes: Array(edition.fileText.utf8))
      let error = #expect(throws: EditionFileError.self) {
        try EditionFile.editions(in: [file])
      }
      #expect(error?.description.contains(".provider: differs from") == true)
    }
  }

  /// Files with bytes changed at random are refused at a place of theirs, or are editions.
  @Test func `no file makes the reader fail`() throws {
    var random = Seeded(20_200_601)
    var taken = 0
    for round in 0..<1500 {
      let edition = RandomEdition.make(&random)
      let text = round % 2 == 0 ? edition.fileText : edition.json.text()
      var bytes = Array(text.utf8)
      for _ in 0..<Int.random(in: 1...3, using: &random) { Self.change(&bytes, &random) }
      let file = EditionFile(path: "\(edition.name).json", bytes: bytes)
      do throws(EditionFileError) {
        let read = try file.edition()
        let again = EditionFile(path: file.path, bytes: Array(read.fileText.utf8))
        #expect(try again.edition() == read)
        taken += 1
      } catch {
        let lines = bytes.count { $0 == 0x0A } + 1
        for problem in error.problems {
          let place = try #require(problem.position)
          #expect((1...lines).contains(place.line) && place.column >= 1)
          #expect(!problem.message.isEmpty && problem.message.utf8.count < 1000)
        }
      }
    }
    // Spaces, digits and letters of words that become other words: some are editions still.
    #expect(taken > 20)
    #expect(taken < 1000)
  }

  private static func change(_ bytes: inout [UInt8], _ random: inout Seeded) {
    let place = Int.random(in: 0..<bytes.count, using: &random)
    let length = min(Int.random(in: 1...20, using: &random), bytes.count - place)
    switch Int.random(in: 0..<6, using: &random) {
    case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
    case 1: bytes[place] = random.pick(Array("{}[]\",:0123456789eE.-tfn \\u".utf8))
    case 2: bytes.removeSubrange(place..<place + length)
    case 3: bytes.insert(contentsOf: bytes[place..<place + length], at: place)
    case 4:
      let other = Int.random(in: 0...bytes.count - length, using: &random)
      bytes.replaceSubrange(place..<place + length, with: bytes[other..<other + length])
    default: bytes.insert(0x20, at: place)
    }
  }
}
