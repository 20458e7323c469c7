import AccountStatusClient
import AccountStatusModel
import Testing

@Suite struct WatchValidatorTests {
  private func status(
    _ revision: UInt64, of account: AccountID = "a", _ state: AccountState = .active
  ) -> AccountStatus {
    AccountStatus(
      accountID: account,
      standing: Standing(
        state: state, since: Instant(nanoseconds: Int64(revision)), capabilities: []),
      policyEdition: "E", revision: revision, asOf: Instant(nanoseconds: 0))
  }

  private func change(
    _ previous: AccountStatus?, _ current: AccountStatus?, revision: UInt64? = nil,
    past: Bool = false
  ) -> WatchEvent {
    .changed(
      StatusChange(
        accountID: (current ?? previous)?.accountID ?? "a", previous: previous, current: current,
        revision: revision ?? current?.revision ?? 0, isPastChanged: past))
  }

  private func violations(
    _ events: [WatchEvent], truth: [AccountStatus]? = nil, keepsEverything: Bool = true,
    accounts: Set<AccountID>? = nil
  ) -> Set<WatchValidator.Violation> {
    var oracle = StatusOracle()
    var validator = WatchValidator(accounts: accounts, keepsEverything: keepsEverything)
    for event in events { validator.take(event, &oracle) }
    if let truth {
      validator.finish(Dictionary(uniqueKeysWithValues: truth.map { ($0.accountID, $0) }))
    }
    return validator.violations
  }

  private let broken = WatchEvent.disconnected(AccountStatusError(.unavailable, "gone"))
  private var start: [WatchEvent] { [.snapshotBegan, .status(status(1)), .snapshotEnded] }

  @Test func `a history that keeps every promise has no violation`() {
    let events: [WatchEvent] =
      [.snapshotBegan, .status(status(1)), change(status(1), status(2)), .snapshotEnded]
      + [
        .progress(asOf: Instant(nanoseconds: 5)), change(status(2), status(4)),
        change(status(4), status(4), past: true), change(nil, status(1, of: "b")), broken,
        .resumed, .progress(asOf: nil), change(status(5), status(7)),
        change(status(1, of: "b"), nil, revision: 2), .progress(asOf: Instant(nanoseconds: 6)),
      ]
    #expect(violations(events, truth: [status(7)]) == [])
  }

  @Test func `each broken promise is found`() {
    let b: AccountID = "b"
    let cases: [([WatchEvent], WatchValidator.Violation)] = [
      ([change(nil, status(1))], .toldOutside("a")),
      ([.status(status(1))], .toldOutside("a")),
      ([.snapshotEnded], .toldOutside(nil)),
      (start + [.resumed], .toldOutside(nil)),
      (start + [broken, change(status(1), status(2))], .toldOutside("a")),
      ([.snapshotBegan, .status(status(1)), .status(status(1))], .toldTwice("a")),
      (start + [change(status(1), status(1))], .toldTwice("a")),
      (start + [broken, .resumed, change(nil, status(1))], .toldTwice("a")),
      (start + [change(status(1), status(3)), change(status(3), status(2))], .wentBack("a")),
      (
        start + [change(status(1), status(3)), broken, .snapshotBegan, .status(status(2))],
        .wentBack("a")
      ),
      (start + [change(nil, status(2))], .otherPrevious("a")),
      (start + [change(status(2), status(3))], .otherPrevious("a")),
      (start + [change(status(1, of: "a", .closed), status(3))], .otherPrevious("a")),
      (
        start + [broken, .resumed, change(status(2), status(3)), change(status(4), status(5))],
        .otherPrevious("a")
      ),
      (start + [change(nil, nil)], .malformed("a")),
      (start + [change(status(1), status(2), revision: 3)], .malformed("a")),
      (start + [change(status(1, of: b), status(2))], .malformed("a")),
      (
        start + [change(status(1), status(2)), change(status(2, of: "a", .closed), status(3))],
        .disagrees("a")
      ),
      (start + [broken] + start, .needlessSnapshot),
      (
        start + [
          .progress(asOf: Instant(nanoseconds: 5)), .progress(asOf: Instant(nanoseconds: 4)),
        ], .timeWentBack
      ),
    ]
    for (events, violation) in cases {
      #expect(violations(events).contains(violation), "\(violation)")
    }
  }

  @Test func `what is missing at the end is found, and what should not be there`() {
    #expect(violations(start, truth: [status(2)]) == [.wrongAtTheEnd("a")])
    #expect(violations(start, truth: [status(1), status(1, of: "b")]) == [.wrongAtTheEnd("b")])
    #expect(violations(start, truth: []) == [.wrongAtTheEnd("a")])
    #expect(violations(start, truth: [status(1)]) == [])
  }

  @Test func `of some accounts only those count`() {
    #expect(violations(start, truth: [status(1), status(9, of: "b")], accounts: ["a"]) == [])
    #expect(
      violations(start + [change(nil, status(1, of: "b"))], accounts: ["a"]) == [.toldOutside("b")])
  }

  @Test func `a snapshot where changes were compacted is none too many`() {
    #expect(violations(start + [broken] + start, keepsEverything: false) == [])
    // One that broke begins anew.
    #expect(violations([.snapshotBegan, .status(status(1)), broken] + start) == [])
  }
}
