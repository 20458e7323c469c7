import AccountStatusAPI
import AccountStatusLedger
import AccountStatusModel
import AccountStatusRules
import AccountStatusServer
import Testing

@Suite("Changes as they are told")
struct WatchRecordsTests {
  private let token = LedgerToken(storeID: .random(), epoch: 3, position: 9)

  private func answer(_ state: AccountState) -> BasicAnswer {
    BasicAnswer(
      state: state, reinstatementState: .none, isEligibleForReinstatement: false, nextState: nil,
      nextTransitionAt: .distantFuture, since: newYear, reasons: [], notices: [.disputed],
      capabilities: [.viewBilling])
  }

  @Test func `a change is told with both records, each under the edition that decided it`() throws {
    let old = try #require(PolicyEdition.builtIn.first { $0.name == "2020-06" })
    let new = try #require(PolicyEdition.builtIn.first { $0.name == "2022-03" })
    let records = WatchRecords(token, EditionNames(["2020-06", "2022-03"]))
    var change = StatusChange(position: 11, accountID: account, revision: 5, asOf: autumn)
    change.rules = RulesFingerprint.of(new)
    change.answer = answer(.closed)
    let previous = PreviousAnswer(
      revision: 3, rules: RulesFingerprint.of(old), asOf: newYear, answer: answer(.active))
    guard
      case .change(let told) = records.event(change, from: previous, isPastChanged: true)
    else { throw TestFailure("it is no change") }
    let before = try #require(told.previous)
    let after = try #require(told.current)
    #expect(before.policyEdition == "2020-06" && after.policyEdition == "2022-03")
    #expect(before.revision == 3 && before.asOf == newYear)
    #expect(before.state == .active && after.state == .closed)
    #expect(after.revision == 5 && after.asOf == autumn && told.revision == 5)
    #expect(told.isPastChanged)
    #expect(LedgerToken(encoded: told.token)?.position == 11)
    #expect(LedgerToken(encoded: told.token)?.storeID == token.storeID)
    #expect(LedgerToken(encoded: told.token)?.epoch == 3)
  }

  @Test func `an edition that is no longer known has no name`() throws {
    let old = try #require(PolicyEdition.builtIn.first { $0.name == "2020-06" })
    #expect(EditionNames(["2022-03"])[RulesFingerprint.of(old)] == "")
    #expect(EditionNames(["2020-06"])[RulesFingerprint.of(old)] == "2020-06")
  }

  @Test func `of two names that look alike neither is told`() {
    // Found by trying: the names' few bits are the same.
    var seen: [Int64: String] = [:]
    var number = 0
    while true {
      let name = "edition-\(number)"
      if let twin = seen.updateValue(name, forKey: RulesFingerprint.ofName(name)) {
        let names = EditionNames([twin, name, "other"])
        #expect(names[RulesFingerprint.ofName(name) << 48] == "")
        return
      }
      number += 1
    }
  }
}
