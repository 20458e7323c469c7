import AccountStatusModel
package import ArgumentParser
import JSONText
import ProtobufJSON

/// `simulate`: what would become of an account if some facts were reported now.
package struct Simulate: ServerCommand {
  package static let configuration = CommandConfiguration(
    abstract: "Shows what would happen if some facts were reported now. Stores nothing.",
    discussion: """
      Facts are JSON objects as for `report`, one a line, judged in order; the account, source, \
      factId and effectiveAt (then: now) may be left out. Without facts --as-of says how far to \
      look: what comes by itself. As JSON it is SimulateStatusResponse. Exit status: 0, also when \
      the account would be suspended; 1 a fact would be refused; 2 not registered.

      EXAMPLES
        accountstatus simulate northwind --as-of 2027-01-31
        accountstatus simulate northwind --facts what-if.jsonl --as-of 2027-01-31
        echo '{"paymentReceived":{"paymentId":"P-7","amount":{"currencyCode":"EUR","units":"1000"},\
      "allocations":[{"invoiceId":"INV-1","amount":{"currencyCode":"EUR","units":"1000"}}]}}' \\
          | accountstatus simulate northwind --facts -
      """)

  /// The source of facts that name none.
  private static let source = "what-if"

  @Argument(help: "The account.", transform: Parse.accountID)
  var id: AccountID

  @Option(
    help: ArgumentHelp("File of facts, or - for the standard input.", valueName: "file"),
    completion: .file())
  var facts: String?

  @Option(
    help: ArgumentHelp(
      "The instant asked about, RFC 3339 or a date. (default: now)", valueName: "time"),
    transform: Parse.instant)
  var asOf: Instant?

  @Option(
    help: ArgumentHelp(
      "The edition of the rules, such as 2020-06. (default: the server's)", valueName: "name"))
  var edition: String?

  @OptionGroup var freshness: FreshnessOptions
  @OptionGroup package var global: GlobalOptions

  package init() {}

  package func validate() throws {
    guard facts != nil || asOf != nil else {
      throw ValidationError("give --facts, or --as-of to see what comes by itself")
    }
  }

  package func run(_ server: Server, _ console: Console) async throws -> ExitStatus {
    var lines: [Line] = []
    if let facts { lines = try await read(facts, server) }
    var members: [JSONObject.Member] = [
      .init("accountId", .string(id.text)), .init("facts", .array(lines.map(\.fact))),
    ]
    if let asOf { members.append(.init("asOf", .string(asOf.description))) }
    if let edition { members.append(.init("policyEdition", .string(edition))) }
    let reply = try await server.ask(
      "StatusService/SimulateStatus", JSONObject(members + freshness.members))
    let text = SimulationText(reply, of: id, lines, isColored: console.isColored)
    console.show(reply, as: global.output, text: text.text)
    if global.output != .text { console.note(SimulationText.nothingStored) }
    return text.isRefused ? .no : .success
  }
}

// MARK: - Facts

extension Simulate {
  /// A fact and where it stood.
  struct Line {
    let place: String
    let fact: JSONValue
  }

  /// Reads the facts and fills in what they leave out; a line that holds none ends it.
  private func read(_ file: String, _ server: Server) async throws -> [Line] {
    // Everything that happens now happens at one instant.
    let now = try await server.now()
    return try await InputFile.read(file) { input in
      var lines: [Line] = []
      var number = 0
      while let text = try input.nextLine() {
        number += 1
        guard case .text(let bytes) = text else {
          throw InputError(
            description: "line \(number) is longer than a megabyte; write one fact a line")
        }
        if bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { continue }
        lines.append(try line(bytes, number, now))
      }
      guard !lines.isEmpty || asOf != nil else {
        throw InputError(
          description: "\(file) holds no fact; give some, or --as-of to see what comes by itself")
      }
      return lines
    }
  }

  private func line(_ bytes: [UInt8], _ number: Int, _ now: Instant) throws -> Line {
    let place = "line \(number)"
    do {
      guard case .object(var fact) = try JSONValue(parsing: bytes) else {
        throw InputError(description: "\(place) is no JSON object; write one fact a line")
      }
      let defaults: [(String, String)] = [
        ("accountId", id.text), ("source", Self.source), ("factId", "line-\(number)"),
        ("effectiveAt", now.description),
      ]
      for (name, value) in defaults where fact[name] == nil {
        fact.members.append(.init(name, .string(value)))
      }
      _ = try Contract.pool.bytes(of: .object(fact), as: "accountstatus.v1.Fact")
      return Line(place: place, fact: .object(fact))
    } catch let error as JSONSyntaxError {
      throw InputError(description: "\(place), column \(error.position.column): \(error.message)")
    } catch let error as ConversionError {
      throw InputError(description: "\(place): \(error.path): \(error.message)")
    }
  }
}
