import AccountStatusAPI
import AccountStatusModel
import TTRPC
import Testing

@Suite struct ErrorDetailsTests {
  @Test func `an error with a reason carries it in its details`() {
    let error = RPCError(
      .reasonsOutstanding, "the account has an open invoice",
      metadata: [("BILLING_PAST_DUE", "INV-1")])
    #expect(error.code == .failedPrecondition)
    #expect(error.reason == .reasonsOutstanding)
    #expect(error.errorInfo?.domain == "accountstatus.v1")
    #expect(error.errorInfo?.metadata == [ErrorInfo.KeyValue("BILLING_PAST_DUE", "INV-1")])
  }

  @Test func `a malformed field is named twice, for people and for programs`() {
    let error = RPCError(FormError(field: "facts[2].invoiceIssued.total", "is missing"))
    #expect(error.message == "facts[2].invoiceIssued.total: is missing")
    #expect(
      error.fieldViolations
        == [FieldViolation(field: "facts[2].invoiceIssued.total", description: "is missing")])
  }

  @Test func `the refused facts of a call are its details`() {
    let refusals = [
      FactRefusal(index: 0, source: "s", factID: "f", code: .invalidArgument, message: "bad"),
      FactRefusal(index: 7, source: "s", factID: "g", code: .alreadyExists, message: "other"),
    ]
    let error = RPCError(
      .malformedField, "bad", details: [.reportFactsFailure(ReportFactsFailure(refusals: refusals))]
    )
    #expect(error.factRefusals == refusals)
    #expect(RPCError(.notFound, "x").factRefusals.isEmpty)
  }

  @Test func `reasons are upper snake case, and others' domains are not ours`() {
    for reason in ErrorReason.allCases {
      #expect(reason.rawValue.allSatisfy { $0.isUppercase || $0 == "_" })
      #expect(reason.code != .ok)
    }
    let foreign = RPCError(
      .notFound, "x", details: [.errorInfo(reason: "ACCOUNT_NOT_FOUND", domain: "other.v1")])
    #expect(foreign.reason == nil)
  }
}
