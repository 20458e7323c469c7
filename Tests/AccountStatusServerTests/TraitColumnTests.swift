import AccountStatusLedger
import AccountStatusModel
import AccountStatusServer
import Testing

@Suite("The column of traits")
struct TraitColumnTests {
  private let wanted = RecordTraits.Wanted(StatusFilter(), at: autumn)

  private func traits(isRegistered: Bool) -> RecordTraits {
    let answer = BasicAnswer(
      state: .active, reinstatementState: .none, isEligibleForReinstatement: false,
      nextState: nil, nextTransitionAt: .distantFuture, since: newYear, reasons: [], notices: [],
      capabilities: .all)
    return RecordTraits(
      StatusRow(
        accountID: account, revision: 1, validFrom: newYear, flipAt: .distantFuture,
        validUntil: .distantFuture, untilFlip: isRegistered ? answer : nil, fromFlip: nil))
  }

  @Test func `every number has its traits, also on the edges of chunks`() {
    let column = TraitColumn()
    let numbers: [UInt32] = [0, 4095, 4096, 8191, 100_000]
    for number in numbers { column[number] = traits(isRegistered: true) }
    column[8190] = traits(isRegistered: false)
    for number in numbers { #expect(column[number].mayMatch(wanted)) }
    for number: UInt32 in [1, 4094, 4097, 8190, 100_001, .max] {
      #expect(!column[number].mayMatch(wanted), "\(number)")
    }
    column[4095] = traits(isRegistered: false)
    #expect(!column[4095].mayMatch(wanted) && column[4096].mayMatch(wanted))
  }
}
