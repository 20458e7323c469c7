import AccountStatusModel
package import ArgumentParser
import JSONText

/// `retract`: takes back a fact that was wrong.
package struct Retract: ServerCommand {
  package static let configuration = CommandConfiguration(
    abstract: "Takes back a fact that was wrong: from now on it counts at no instant.",
    discussion: """
      For mending mistakes: what became true later is a fact of its own. The history shows the \
      names of facts, and afterwards which answers about the past the retraction changed. What the \
      fact introduced may be reported again, under another fact id. Exit status: 0 retracted, also \
      when it was before, 1 refused, also of a retraction, 2 there is no such fact.

      EXAMPLES
        accountstatus history northwind
        accountstatus retract northwind --fact erp/INV-1/issued
      """)

  @Argument(help: "The account.", transform: Parse.accountID)
  var id: AccountID

  @Option(
    help: ArgumentHelp(
      "The fact, as history names it.", valueName: "source/fact-id"))
  var fact: String

  @OptionGroup package var global: GlobalOptions

  package init() {}

  package func run(_ server: Server, _ console: Console) async throws -> ExitStatus {
    let facts = try await server.facts(id)
    guard let place = facts.firstIndex(where: { $0.identity.spoken == fact }) else {
      console.error(
        "\(id) has no fact \(fact); `accountstatus history \(id)` shows those that it has")
      return .notFound
    }
    let wrong = facts[place]
    if case .factRetracted(let first) = wrong.kind {
      console.error(
        "\(fact) is a retraction, and those are not taken back; report what \(first.spoken) said "
          + "again, under another fact id")
      return .no
    }
    if facts.contains(where: { $0.kind == .factRetracted(wrong.identity) }) {
      console.note("\(fact) was retracted before")
      return .success
    }
    let instant = try await server.now()
    // The place keeps apart what is retracted at one instant.
    return try await report(
      .factRetracted(wrong.identity), of: id, as: "retraction-\(instant)/\(place + 1)", at: instant,
      server, console)
  }
}

extension FactIdentity {
  /// `erp/INV-1/issued`
  fileprivate var spoken: String { "\(source)/\(factID)" }
}
