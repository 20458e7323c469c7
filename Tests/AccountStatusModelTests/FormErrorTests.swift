import AccountStatusModel
import Testing

@Suite struct FormErrorTests {
  @Test func `an error gathers the path to its field`() {
    let error = FormError("is empty")
    #expect(error.description == "is empty")
    #expect(error.within("total").field == "total")
    #expect(
      error.within("total").within("invoiceIssued").description
        == "invoiceIssued.total: is empty")
  }

  @Test func `a conversion's error is put in its field`() throws {
    let (lower, upper) = ("eur", "EUR")
    let error = try #require(throws: FormError.self) {
      try inField("total") { () throws(FormError) in try Currency(lower) }
    }
    #expect(error.field == "total")
    #expect(error.message.contains("three capital letters"))
    #expect(try inField("total") { () throws(FormError) in try Currency(upper) } == "EUR")
  }
}
