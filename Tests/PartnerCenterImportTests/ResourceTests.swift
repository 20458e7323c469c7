import AccountStatusModel
import PartnerCenterImport
import Testing

struct ResourceTests {
  private func issued(_ changes: [String: String]) -> InvoiceIssued? {
    for fact in imported(invoice(changes)).facts {
      if case .invoiceIssued(let invoice) = fact.kind { return invoice }
    }
    return nil
  }

  @Test(arguments: [
    ("2026-07-08T01:22:47+02:00", "2026-07-07"), ("2026-07-08T01:22:47", "2026-07-08"),
    ("2026-07-08T23:22:47-02:00", "2026-07-09"), ("2026-07-08T01:22:47.1234567Z", "2026-07-08"),
    ("2026-07-08T01:22:47.1234567", "2026-07-08"), ("2026-07-08", "2026-07-08"),
  ])
  func `times come in several forms, and days are UTC days`(text: String, day: CalendarDay) {
    #expect(issued(["invoiceDate": "\"\(text)\""])?.issueDate == day)
  }

  @Test(arguments: [
    "\"yesterday\"", "\"0001-01-01T00:00:00\"", "null", "\"\"", "7", "\"2026-13-01T00:00:00\"",
    "\"2026-07-08T25:00:00Z\"", "\"1969-12-31T00:00:00Z\"", "\"2026-07-08+02:00\"",
  ])
  func `an invoice without a time is rejected`(date: String) {
    let result = imported(invoice(["invoiceDate": date]))
    #expect(result.facts == [])
    #expect(result.rejections.map(\.path) == ["invoiceDate"])
  }

  @Test func `0001-01-01 means never where a date may be absent`() {
    let never = issued(["billingPeriodStartDate": "\"0001-01-01T00:00:00\""])
    #expect(never != nil)
    #expect(never?.periodStart == nil)
    #expect(
      issued(["billingPeriodEndDate": "\"2026-06-30T23:59:59\""])?.periodEnd == "2026-06-30")
  }

  @Test(arguments: [("\"eur\"", "EUR"), ("\"EUR\"", "EUR"), ("\"Sek\"", "SEK")])
  func `currencies are read in any case`(text: String, currency: Currency) {
    #expect(issued(["currencyCode": text])?.total.currency == currency)
  }

  // The last two have capitals that are ours.
  @Test(arguments: ["\"EURO\"", "\"€\"", "null", "978", "\"eß\"", "\"ıdr\""])
  func `an unknown currency rejects the item`(text: String) {
    #expect(imported(invoice(["currencyCode": text])).rejections.map(\.path) == ["currencyCode"])
  }

  @Test(arguments: [
    ("18250.4", "18250.40 EUR"), ("123456789.07", "123456789.07 EUR"), ("0.1", "0.10 EUR"),
    ("1000", "1000.00 EUR"), ("0.000000001", "0.000000001 EUR"), ("-5", "-5.00 EUR"),
    ("9007199254740993.01", "9007199254740993.01 EUR"), ("1.10000000000000", "1.10 EUR"),
  ])
  func `amounts are exact`(text: String, money: String) {
    #expect(issued(["totalCharges": text])?.total.description == money)
  }

  @Test func `an id may be a whole number and nothing else`() {
    #expect(issued(["id": "615110700000001"])?.invoiceID == "615110700000001")
    for id in ["1.5", "1.0", "1e3", "-1", "true", "null", "\"\"", "\"a\\u0000\""] {
      #expect(imported(invoice(["id": id])).rejections.map(\.path) == ["id"])
    }
  }

  @Test(arguments: ["{\"objectType\":\"INVOICE\"}", "{}", "null"])
  func `the kind is read in any case, or seen from the members`(attributes: String) {
    #expect(issued(["attributes": attributes]) != nil)
  }

  @Test func `a document without kinds is known by its members`() {
    for text in [summary(), request(), relationship(), "{\"vettingStatus\":\"pending\"}"] {
      let bare = text.replacing(#/"attributes":{[^}]*},?/#, with: "")
      #expect(!bare.contains("objectType"))
      #expect(!imported(bare).facts.isEmpty)
    }
  }
}
