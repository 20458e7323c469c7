import AccountStatusAPI
import AccountStatusModel
import AccountStatusRules
import AccountStatusServer
import TTRPC
import Testing

@Suite("Policy editions")
struct EditionCallsTests {
  @Test func `all editions are listed by name, the default one marked`() throws {
    let peer = try LocalServer().connect()
    let response = try peer.call(
      AdminService.listEditions, ListEditionsRequest(), ListEditionsResponse.self)
    #expect(response.editions.map(\.name) == ["2016-11", "2017-01", "2020-06", "2022-03"])
    #expect(response.editions.filter(\.isDefault).map(\.name) == ["2020-06"])
    #expect(response.editions.allSatisfy { $0.file.isEmpty })
  }

  @Test func `an edition is shown in full, the default one without a name`() throws {
    let peer = try LocalServer().connect()
    for (name, expected) in [("2022-03", "2022-03"), (nil, "2020-06")] as [(String?, String)] {
      let response = try peer.call(
        AdminService.getEdition, GetEditionRequest(name: name), GetEditionResponse.self)
      #expect(response.edition == (try EditionCatalogue()[expected]))
      #expect(response.summary.name == expected)
      #expect(response.summary.isDefault == (name == nil))
    }
  }

  @Test func `an unknown edition is refused, naming those there are`() throws {
    let peer = try LocalServer().connect()
    let error = try peer.failure(of: AdminService.getEdition, GetEditionRequest(name: "1999-01"))
    #expect(error.reason == .unknownEdition)
    #expect(error.message.contains("2016-11, 2017-01, 2020-06, 2022-03"))
    #expect(error.fieldViolations.map(\.field) == ["name"])
  }

  @Test func `an operator's edition says its file`() throws {
    var own = try EditionCatalogue()["2020-06"]
    own.name = "acme-1"
    let editions = try EditionCatalogue(
      [EditionCatalogue.Entry(edition: own, file: "/e/acme-1.json")], defaultName: "acme-1")
    let server = try LocalServer(editions: editions)
    let response = try server.connect().call(
      AdminService.listEditions, ListEditionsRequest(), ListEditionsResponse.self)
    #expect(
      response.editions
        == [EditionSummary(name: "acme-1", isDefault: true, file: "/e/acme-1.json")])
  }
}
