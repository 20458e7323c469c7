import AccountStatusAPI
import AccountStatusModel
import AccountStatusServer
import TTRPC
import Testing

@Suite("Evaluating pages")
struct EvaluatorPagesTests {
  @Test func `answers come in the order asked for, a few at a time`() throws {
    let server = try LocalServer(at: suspension)
    let ids = (0..<100).map { AccountID(checked: "a-\($0)") }
    try server.store(ids.filter { $0.text.hasSuffix("7") }.map { registration($0) })
    var answers: [AccountStatus?]?
    server.evaluator.answers(server.editions.current(at: suspension), about: ids) {
      answers = try? $0.get()
    }
    #expect(server.link.pendingCount == Evaluator.pageWidth)
    try server.until("answers") { answers != nil }
    #expect(answers?.map { $0?.accountID } == ids.map { $0.text.hasSuffix("7") ? $0 : nil })
  }

  @Test func `no account needs no turn`() throws {
    let server = try LocalServer()
    var count: Int?
    server.evaluator.answers(server.editions.current(at: autumn), about: []) {
      count = try? $0.get().count
    }
    #expect(count == 0)
  }
}
