import AccountStatusClient
import AccountStatusModel
import CStatusTable
import Testing

@Suite(.timeLimit(.minutes(5))) struct TableReadingTests {
  private func read(_ answer: status_table_answer) throws -> TableReading {
    let server = try TableServer()
    server.table.put("contoso", 1, answer)
    let table = try StatusTable(socket: server.path)
    return table.read(
      "contoso", .init(maxStaleness: .seconds(3600), timeout: .seconds(30)))
  }

  @Test func `a state that this library has no word for is none, and never active`() throws {
    var answer = status_table_answer.active
    answer.state = 9
    let reading = try read(answer)
    #expect(reading.result == .found)
    #expect(reading.state == nil)
  }

  @Test func `only what the answer lists is allowed`() throws {
    #expect(try read(.active).allows(.sellNewLicenses))
    let suspended = try read(.suspended)
    #expect(suspended.allows(.viewBilling))
    #expect(!suspended.allows(.sellNewLicenses))
  }

  @Test func `an answer without a state is no account`() throws {
    let reading = try read(status_table_answer())
    #expect(reading.result == .notFound)
    #expect(reading.state == nil)
    #expect(!reading.allows(.viewBilling))
  }
}
