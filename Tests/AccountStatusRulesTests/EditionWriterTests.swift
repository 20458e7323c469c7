import AccountStatusModel
import AccountStatusRules
import JSONText
import Testing

@Suite struct EditionWriterTests {
  @Test func `a file shows every field, and no rule that is absent`() {
    var edition = PolicyEdition.named("2022-03")
    edition.coveredClouds = [.germany]
    edition.csp = ProgramRules(
      billing: BillingRule(pastDue: DayThreshold(.atLeast, days: 0)),
      autoReinstate: [.billingPastDue])
    edition.maicpp = ProgramRules()
    edition.capabilities = CapabilityMatrix(
      rows: [.init(.payInvoice, isAllowedWhileSuspended: true, basis: .wayBack)],
      allowedOutside: [])
    #expect(
      edition.fileText == """
        {
          "name": "2022-03",
          "coveredClouds": [
            "CLOUD_GERMANY"
          ],
          "csp": {
            "billing": {
              "pastDue": {
                "comparator": "DAY_COMPARATOR_AT_LEAST",
                "days": 0
              }
            },
            "autoReinstate": [
              "REASON_CODE_BILLING_PAST_DUE"
            ]
          },
          "maicpp": {
            "autoReinstate": []
          },
          "capabilities": [
            {
              "capability": "CAPABILITY_PAY_INVOICE",
              "allowedWhileSuspended": true,
              "basis": "CAPABILITY_BASIS_WAY_BACK"
            }
          ],
          "allowedOutside": []
        }

        """)
  }

  @Test func `what is written is read`() throws {
    var random = Seeded(1)
    for _ in 0..<300 {
      let edition = RandomEdition.make(&random)
      let file = EditionFile(path: "d/\(edition.name).json", bytes: Array(edition.fileText.utf8))
      #expect(try file.edition() == edition)
    }
  }
}
