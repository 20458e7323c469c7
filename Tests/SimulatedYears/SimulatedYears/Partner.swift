import AccountStatusModel

/// A partner as those see it who report on it: what they remember, and how it tends to behave.
struct Partner {
  /// How it pays.
  enum Payer: CaseIterable {
    case prompt
    case late
    case poor
  }

  /// An invoice, as its reporter remembers it.
  struct Invoice {
    let id: Identifier
    let currency: Currency
    let due: CalendarDay
    var left: Int128
  }

  /// A payment, as its reporter remembers it.
  struct Payment {
    let id: Identifier
    let currency: Currency
    var unallocated: Int128
  }

  let id: AccountID
  let registration: AccountRegistered
  let currency: Currency
  let payer: Payer
  /// When the first is heard of it.
  let startsAt: Instant

  var invoices: [Invoice] = []
  var payments: [Payment] = []
  var findings: [Identifier] = []
  var issues: [Identifier] = []
  var requests: [Identifier] = []
  /// Names of facts that were taken back before they came.
  var awaited: [FactIdentity] = []
  private var lastThing = 0

  /// Makes up a partner. Each account differs in cloud, programme, types and habits.
  init(number: Int, startsAt: Instant, _ random: inout SeededGenerator) {
    id = AccountID(checked: "partner-\(number)")
    let clouds: [Cloud] = [.publicCloud, .usGovernment, .germany, .china21vianet]
    let types: [WordSet<PartnerType>] = [
      [.directBill], [.indirectReseller], [.indirectProvider], [.directBill, .indirectReseller],
    ]
    registration = AccountRegistered(
      cloud: clouds[random.place(among: [80, 12, 5, 3])],
      partnerTypes: types[random.place(among: [40, 40, 10, 10])],
      program: random.chance(75) ? .csp : .maicpp, displayName: "Partner \(number)",
      country: random.pick(["SE", "DE", "US", ""]))
    currency = random.pick(["EUR", "EUR", "SEK", "USD"])
    payer = random.word()
    self.startsAt = startsAt
  }

  /// The id of a new thing; rarely one that was given before.
  mutating func thing(_ prefix: String, _ random: inout SeededGenerator) -> Identifier {
    if lastThing > 3, random.chance(2) {
      return Identifier(checked: "\(prefix)-\(random.number(1...lastThing))")
    }
    lastThing += 1
    return Identifier(checked: "\(prefix)-\(lastThing)")
  }
}
