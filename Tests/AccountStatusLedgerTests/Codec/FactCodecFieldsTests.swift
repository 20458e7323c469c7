import AccountStatusLedger
import AccountStatusModel
import Testing

@Suite struct FactCodecFieldsTests {
  private static let full = InvoiceIssued(
    invoiceID: "INV-1", issueDate: "2026-07-01", statedDueDate: "2026-09-15", termDays: 30,
    total: Money("EUR", billionths: 1), periodStart: "2026-06-01", periodEnd: "2026-06-30",
    invoiceURL: "https://example.com/i", reconciliationURL: "https://example.com/r")

  @Test(
    arguments: [
      { $0.invoiceID = "INV-2" }, { $0.issueDate = "2026-07-02" }, { $0.statedDueDate = nil },
      { $0.termDays = 0 }, { $0.total = Money("SEK", billionths: 1) }, { $0.periodStart = nil },
      { $0.periodEnd = nil }, { $0.invoiceURL = "" }, { $0.reconciliationURL = "" },
    ] as [@Sendable (inout InvoiceIssued) -> Void])
  func `every field of an invoice is in its bytes`(
    change: @Sendable (inout InvoiceIssued) -> Void
  ) throws {
    var other = Self.full
    change(&other)
    let bytes = FactCodecTests.encoded(.invoiceIssued(other))
    #expect(bytes != FactCodecTests.encoded(.invoiceIssued(Self.full)))
    #expect(try FactCodecTests.decoded(bytes) == .invoiceIssued(other))
  }

  @Test func `checks have one order, whatever the dictionary's`() {
    let kinds = VerificationCheck.allCases
    let forward = Dictionary(uniqueKeysWithValues: kinds.map { ($0, CheckState.passed) })
    var backward: [VerificationCheck: CheckState] = [:]
    for kind in kinds.reversed() { backward[kind] = .passed }
    #expect(
      FactCodecTests.encoded(.profileVerificationChanged(ProfileVerification(checks: forward)))
        == FactCodecTests.encoded(
          .profileVerificationChanged(ProfileVerification(checks: backward))))
  }

  @Test func `checks out of order, or twice, are refused`() {
    for checks: [UInt8] in [[2, 1, 5, 3, 1, 4], [2, 1, 4, 1, 4]] {
      #expect(throws: CodecError.self) { try FactCodecTests.decoded([1, 13, 0, 0] + checks) }
    }
  }
}
