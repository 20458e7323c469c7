import AccountStatusAPI
import AccountStatusModel
import AccountStatusRules
import AccountStatusServer
import TTRPC
import Testing

@Suite("Queries of the evaluation")
struct EvaluationQueriesTests {
  @Test func `what is not asked for is the present under the default edition`() throws {
    let editions = try EditionCatalogue()
    let current = editions.current(at: autumn)
    #expect(current.asOf == autumn && current.now == autumn && current.knownAt == nil)
    #expect(current.edition == editions.default)
    let edition = try editions.edition(of: StatusQuery())
    let resolved = editions.resolve(StatusQuery(), under: edition, at: autumn)
    #expect(resolved.asOf == autumn && resolved.edition == editions.default)
  }

  @Test func `what is asked for counts, the revision goes by the default edition`() throws {
    let editions = try EditionCatalogue()
    let asked = StatusQuery(asOf: newYear, knownAt: suspension, policyEdition: "2016-11")
    let query = editions.resolve(asked, under: try editions.edition(of: asked), at: autumn)
    #expect(query.asOf == newYear && query.knownAt == suspension && query.now == autumn)
    #expect(query.edition.name == "2016-11" && query.defaultEdition == editions.default)
  }

  @Test func `an edition that nobody knows is an error with the known ones`() throws {
    let editions = try EditionCatalogue()
    let error = #expect(throws: RPCError.self) {
      try editions.edition(of: StatusQuery(policyEdition: "2099-01"))
    }
    #expect(error?.code == .invalidArgument && error?.message.contains("2020-06") == true)
  }
}
