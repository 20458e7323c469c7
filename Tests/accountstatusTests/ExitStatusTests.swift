import AccountStatusClient
import Testing
import accountstatus

struct ExitStatusTests {
  @Test(
    arguments: [
      (AccountStatusError.Kind.notFound, 2), (.unavailable, 4), (.deadlineExceeded, 4),
      (.invalidArgument, 64), (.permissionDenied, 77), (.alreadyExists, 70),
      (.failedPrecondition, 70), (.resourceExhausted, 70), (.cancelled, 70), (.unimplemented, 70),
      (.unreadableReply, 70), (.other(code: 13), 70),
    ] as [(AccountStatusError.Kind, Int32)])
  func `each kind of failure has its status`(kind: AccountStatusError.Kind, status: Int32) {
    #expect(ExitStatus(AccountStatusError(kind, "")).rawValue == status)
  }

  @Test func `a position not reached is stale`() {
    var error = AccountStatusError(.unavailable, "")
    error.reason = "POSITION_NOT_REACHED"
    #expect(ExitStatus(error) == .stale)
    #expect(ExitStatus.stale.rawValue == 3)
  }
}
