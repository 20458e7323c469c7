import AccountStatusAPI
import AccountStatusModel
import Testing

@Suite struct EditionMessagesTests {
  private let summaries = [
    EditionSummary(name: "2020-06", isDefault: true, file: ""),
    EditionSummary(
      name: "acme-1", isDefault: false, file: "/etc/accountstatus/editions/acme-1.json"),
  ]

  @Test func `a list of editions survives the wire`() throws {
    let response = ListEditionsResponse(editions: summaries)
    #expect(try ListEditionsResponse.decode(response.encoded()) == response)
    #expect(try ListEditionsRequest.decode(ListEditionsRequest().encoded()) == .init())
  }

  @Test func `an edition is asked for by name, the default one without`() throws {
    for request in [GetEditionRequest(name: "2020-06"), GetEditionRequest()] {
      #expect(try GetEditionRequest.decode(request.encoded()) == request)
    }
    #expect(GetEditionRequest().encoded().isEmpty)
  }

  @Test func `an answer without its edition is refused by name`() throws {
    let error = #expect(throws: FormError.self) { try GetEditionResponse.decode([]) }
    #expect(error?.field == "edition")
    // Field 1, an empty message: the edition without a summary.
    let other = #expect(throws: FormError.self) { try GetEditionResponse.decode([0x0A, 0]) }
    #expect(other?.field == "summary")
  }
}
