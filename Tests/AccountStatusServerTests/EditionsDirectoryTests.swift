import AccountStatusModel
import AccountStatusRules
import AccountStatusServer
import Foundation
import Testing

@Suite("The operator's editions")
struct EditionsDirectoryTests {
  private let directory: TemporaryDirectory
  private var editions: EditionsDirectory { EditionsDirectory(path: directory.path) }

  init() throws {
    directory = try TemporaryDirectory()
  }

  private func write(_ name: String, _ text: String) throws {
    try text.write(toFile: directory.file(name), atomically: false, encoding: .utf8)
  }

  private func edition(_ name: String, days: Int32 = 30) throws -> PolicyEdition {
    var edition = try EditionCatalogue()["2020-06"]
    edition.name = name
    edition.csp.billing = BillingRule(pastDue: DayThreshold(.moreThan, days: days))
    return edition
  }

  private func refusal() -> String {
    do throws(StartError) {
      _ = try editions.editions()
      return "they were taken"
    } catch {
      return error.description
    }
  }

  @Test func `its files are editions, by name; what is no edition's file is left alone`() throws {
    for name in ["b", "a"] { try write("\(name).json", try edition(name).fileText) }
    try write("README", "not one")
    try write(".a.json.swp", "not one")
    try write(".hidden.json", "not one")
    let found = try editions.editions()
    #expect(found.map(\.edition) == [try edition("a"), try edition("b")])
    #expect(found.map(\.file) == [directory.file("a.json"), directory.file("b.json")])
  }

  @Test func `all that is wrong with all files is told at once`() throws {
    try write("a.json", try edition("a", days: -3).fileText)
    try write("b.json", try edition("c").fileText)
    try write("d.json", "")
    try write("2020-06.json", try edition("2020-06").fileText)
    let lines = refusal().split(separator: "\n").map(String.init)
    #expect(lines.count == 5)
    #expect(lines[0] == "the policy editions in \(directory.path) cannot be used, for these:")
    #expect(lines[1].contains("2020-06.json:19:17: csp.billing.pastDue.days: differs"))
    #expect(
      lines[2] == "  \(directory.file("a.json")):19:17: csp.billing.pastDue.days: -3: "
        + "must be 0 to 36 500")
    #expect(lines[3].hasSuffix("b.json:2:11: name: \"c\": must be \"b\", as the file is called"))
    #expect(lines[4].hasSuffix("d.json:1:1: the document ends where a value is expected"))
  }

  @Test func `a built-in edition may be repeated, not redefined`() throws {
    try write("2022-03.json", try EditionCatalogue()["2022-03"].fileText)
    #expect(try editions.editions().isEmpty)
  }

  @Test func `a file of more than its size is not read to its end`() throws {
    try write("a.json", String(repeating: " ", count: 1 << 20))
    #expect(refusal().hasSuffix("a.json: has more than 65536 bytes"))
  }

  @Test func `what cannot be read is named`() throws {
    let missing = EditionsDirectory(path: directory.file("missing"))
    let error = #expect(throws: StartError.self) { try missing.editions() }
    #expect(error?.description.contains("\(directory.file("missing")): No such file") == true)
    try FileManager.default.createDirectory(
      atPath: directory.file("a.json"), withIntermediateDirectories: false)
    #expect(refusal().contains("\(directory.file("a.json")): Is a directory"))
  }

  @Test func `more files than a list of editions may have are refused`() throws {
    for number in 0...EditionsDirectory.maximumCount { try write("\(number).json", "") }
    #expect(refusal().contains("has 991 policy editions; at most 990 are read"))
  }

  @Test func `only a stated directory counts for an ephemeral server`() throws {
    var options = ServerOptions()
    options.isEphemeral = true
    options.environment = ["XDG_CONFIG_HOME": directory.path, "HOME": directory.path]
    #expect(options.editionsDirectory == nil)
    options.policyEditions = "/somewhere/else"
    #expect(options.editionsDirectory?.path == "/somewhere/else")
  }

  @Test func `the user's own directory is the default where it exists`() throws {
    var options = ServerOptions()
    options.environment = ["XDG_CONFIG_HOME": directory.path]
    // Root's is the system's, which a test leaves alone.
    guard geteuid() != 0 else { return }
    #expect(options.editionsDirectory == nil)
    try FileManager.default.createDirectory(
      atPath: directory.file("accountstatus/editions"), withIntermediateDirectories: true)
    #expect(
      options.editionsDirectory?.path == directory.file("accountstatus/editions"))
  }
}
