import AccountStatusClient
import AccountStatusModel
import JSONText

/// The manual clock of a server that learns again what another one learned, step by step.
struct SteppedClock {
  private let server: Server
  /// Where it stands.
  private(set) var now: Instant
  /// The last fact's place in the ledger that was recorded.
  private var sequence: UInt64 = 0
  /// The facts of the account that was looked at last.
  private var known: (account: AccountID, identities: Set<FactIdentity>)?

  /// Reads the clock; throws when it is not one that can be set.
  init(_ server: Server) async throws {
    let info = try await server.ask("AdminService/GetInfo")
    guard info.flag("manualClock") else {
      throw AccountStatusError(
        .failedPrecondition,
        "the server's clock is the system's; replay into one that was started with --ephemeral "
          + "--clock manual, or leave out --step-clock")
    }
    self.server = server
    now = try Instant(info.string("now"))
  }

  /// Makes the clock stand at the instant at which a fact is to be recorded.
  ///
  /// Facts that came one right after the other are reported together. Where the ledger has something
  /// in between, a change of status for example, what was reported so far is stored first: so the
  /// accounts change as often as they did. Throws MissedInstant when the instant is past and the
  /// server does not have the fact.
  mutating func prepare(
    for fact: JSONValue, _ recordedAt: Instant, from place: String, _ report: inout FactReport
  ) async throws {
    if recordedAt < now, try await !isKnown(fact) {
      throw MissedInstant(place: place, recordedAt: recordedAt, now: now)
    }
    let last = sequence
    sequence = UInt64(fact.number("sequence")) ?? 0
    if recordedAt > now || sequence != last &+ 1 { try await report.flush() }
    try await move(to: recordedAt)
  }

  /// Moves the clock forward; where it is later already it stays.
  mutating func move(to instant: Instant) async throws {
    guard instant > now else { return }
    let reply = try await server.ask(
      "TestingService/SetClock", ["now": .string(instant.description)])
    now = try Instant(reply.string("now"))
  }

  /// Whether the server has a fact of this name.
  private mutating func isKnown(_ fact: JSONValue) async throws -> Bool {
    // A malformed one is the server's to refuse.
    guard let account = try? AccountID(fact.string("accountId")),
      let source = try? Identifier(fact.string("source")),
      let factID = try? Identifier(fact.string("factId"))
    else { return true }
    if known?.account != account {
      known = (account, Set(try await server.factsIfAny(of: account)?.map(\.identity) ?? []))
    }
    return known?.identities.contains(FactIdentity(source: source, factID: factID)) ?? false
  }
}

/// A fact that cannot be recorded when it was: the clock has passed that instant.
struct MissedInstant: Error, CustomStringConvertible {
  let place: String
  let recordedAt: Instant
  let now: Instant

  var description: String {
    "\(place) was recorded at \(recordedAt), and the clock stands at \(now) already; replay into "
      + "a server that was started with --ephemeral --clock manual --now \(recordedAt)"
  }
}
