import AccountStatusAPI
import AccountStatusLedger
import AccountStatusModel
import AccountStatusRules
import AccountStatusServer
import TTRPC
import Testing

@Suite("What calls fail with")
struct FailuresTests {
  @Test func `each failure has its code, its reason and a remedy`() throws {
    let unknown = try #require(throws: UnknownEdition.self) { try EditionCatalogue()["2099"] }
    let cases: [(RPCError, RPCCode, reason: String, remedy: String)] = [
      (.notFound(account), .notFound, "ACCOUNT_NOT_FOUND", "register it"),
      (.tooManyQuestions, .resourceExhausted, "TOO_MUCH", "try again"),
      (.foreignPageToken("x"), .invalidArgument, "FOREIGN_TOKEN", "start from the first page"),
      (.unknownEdition(unknown), .invalidArgument, "UNKNOWN_EDITION", "2020-06"),
    ]
    for (error, code, reason, remedy) in cases {
      #expect(error.code == code)
      #expect(error.errorInfo?.reason == reason)
      #expect(error.message.contains(remedy), "\(error.message)")
    }
  }

  @Test func `a stopped ledger is a server shutting down, any other trouble is read-only`() {
    let stopped = RPCError.unavailable(LedgerError(.stopped, "the ledger is stopped"))
    let full = RPCError.unavailable(LedgerError(.diskFull, "the disk is full"))
    #expect(stopped.code == .unavailable && stopped.errorInfo?.reason == "SHUTTING_DOWN")
    #expect(full.code == .unavailable && full.errorInfo?.reason == "READ_ONLY")
    #expect(stopped.retryDelay == .seconds(1) && full.retryDelay == .seconds(1))
  }

  @Test(arguments: [
    (AccountStatusRules.FactRefusal.Code.invalidArgument, RPCCode.invalidArgument),
    (.alreadyExists, .alreadyExists), (.failedPrecondition, .failedPrecondition),
  ])
  func `a rule's refusal has the code of its kind`(
    _ code: AccountStatusRules.FactRefusal.Code, _ expected: RPCCode
  ) {
    #expect(code.rpcCode == expected)
  }
}
