import AccountStatusModel
import PartnerCenterImport
import Testing

struct DocumentTests {
  @Test(arguments: [
    ("", ""), ("{", ""), ("{\"items\":[}", ""), ("7", ""), ("[7]", "[0]"), ("null", ""),
    ("{\"items\":[null]}", "items[0]"), ("{}", "attributes.objectType"),
    ("{\"attributes\":{\"objectType\":\"Customer\"}}", "attributes.objectType"),
    ("{\"items\":[{\"items\":[]}]}", "items[0].attributes.objectType"),
    ("{\"items\":{}}", "items"), ("{\"items\":\"none\"}", "items"),
  ])
  func `what is no document is rejected where it is wrong`(text: String, path: String) {
    let result = imported(text)
    #expect(result.facts == [])
    #expect(result.rejections.map(\.path) == [path])
  }

  @Test func `nesting beyond reason is no document, and no end of the program`() {
    let result = imported(String(repeating: "[", count: 1_000_000))
    #expect(result.rejections.count == 1)
  }

  @Test func `an array and a single resource are read, with or without a byte order mark`() {
    #expect(imported(invoice()).facts.count == 1)
    #expect(imported("[\(invoice())]").facts.count == 1)
    #expect(imported("\u{FEFF}" + invoice()).facts.count == 1)
  }

  @Test func `a page of a collection says that more is missing`() {
    let result = imported("{\"totalCount\":3,\"items\":[\(invoice())]}")
    #expect(result.facts.count == 1)
    #expect(result.remarks.map(\.path) == ["totalCount"])
    #expect(imported("{\"totalCount\":1,\"items\":[\(invoice())]}").remarks == [])
  }

  @Test(arguments: [
    "{\"totalCount\":0,\"items\":[]}", "{\"totalCount\":0,\"items\":null}",
    "{\"attributes\":{\"objectType\":\"Collection\"}}",
    "{\"totalCount\":0,\"attributes\":{\"objectType\":\"InvoiceSummaries\"}}",
  ])
  func `an empty collection holds nothing, and nothing is wrong with it`(text: String) {
    let result = imported(text)
    #expect(result.facts == [] && result.remarks == [] && result.rejections == [])
  }

  @Test func `a collection may hold resources of several kinds`() {
    let result = imported("{\"items\":[\(invoice()),\(summary()),\(request())]}")
    #expect(
      result.facts.map(\.kind.contractName)
        == ["invoiceIssued", "balanceReported", "supportRequestOpened"])
  }
}
