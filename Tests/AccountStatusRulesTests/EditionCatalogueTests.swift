import AccountStatusModel
import AccountStatusRules
import Testing

@Suite struct EditionCatalogueTests {
  @Test func `an edition is found by its name, the default without one`() throws {
    let catalogue = try EditionCatalogue()
    #expect(catalogue.default.name == "2020-06")
    #expect(catalogue.names == ["2016-11", "2017-01", "2020-06", "2022-03"])
    for name in catalogue.names { #expect(try catalogue[name].name == name) }
  }

  @Test func `an unknown name is refused, naming the known ones`() throws {
    let catalogue = try EditionCatalogue()
    let error = try #require(throws: UnknownEdition.self) { try catalogue["2019-01"] }
    #expect(
      error.description == "\"2019-01\" is not a policy edition; "
        + "known are 2016-11, 2017-01, 2020-06, 2022-03")
    #expect(throws: UnknownEdition.self) { try EditionCatalogue(defaultName: "") }
  }

  @Test func `an operator's edition joins the others and can be the default`() throws {
    var own = PolicyEdition.named("2022-03")
    own.name = "contoso-1"
    let catalogue = try EditionCatalogue(PolicyEdition.builtIn + [own], defaultName: "contoso-1")
    #expect(catalogue.default == own)
    #expect(catalogue.names.last == "contoso-1")
  }

  @Test func `an entry says where its edition comes from`() throws {
    var own = PolicyEdition.named("2020-06")
    own.name = "2019-01"
    let entries = PolicyEdition.builtIn.map { EditionCatalogue.Entry(edition: $0) }
    let catalogue = try EditionCatalogue(
      entries + [EditionCatalogue.Entry(edition: own, file: "own/2019-01.json")],
      defaultName: "2019-01")
    #expect(catalogue.entries.map(\.edition.name) == catalogue.names)
    #expect(catalogue.entries.map(\.file) == [nil, nil, "own/2019-01.json", nil, nil])
    #expect(try catalogue.entry(of: "2019-01").edition == own)
    #expect(throws: UnknownEdition.self) { try catalogue.entry(of: "x") }
  }
}
