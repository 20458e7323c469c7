import PartnerCenterImport
import Testing

struct ImportedDocumentTests {
  @Test func `a remark reads as path and text`() {
    #expect(Remark(path: "items[2].invoiceDate", "why").description == "items[2].invoiceDate: why")
    #expect(Remark(path: "", "why").description == "why")
  }

  @Test func `a remark holds nothing that a terminal would obey`() {
    let remark = Remark(path: "a\u{1B}[2J", "b\r\u{9B}31mé")
    #expect(remark.description == "a\\u{1b}[2J: b\\u{d}\\u{9b}31mé")
  }

  @Test func `a long value is cut where it is shown`() {
    let result = imported(invoice(["invoiceDate": "\"\(String(repeating: "9", count: 9000))\""]))
    #expect(result.rejections.map(\.path) == ["invoiceDate"])
    #expect((result.rejections.first?.text.count ?? .max) < 200)
  }
}
