import PartnerCenterImport
import Testing

struct ImportedDocumentTests {
  @Test func `a remark reads as path and text`() {
    #expect(Remark(path: "items[2].invoiceDate", "why").description == "items[2].invoiceDate: why")
    #expect(Remark(path: "", "why").description == "why")
  }
}
