import AccountStatusModel
import AccountStatusRules
import Foundation
import Testing

@Suite struct BuiltInEditionsTests {
  private func reasons(_ rules: ProgramRules) -> [ReasonCode] {
    var codes: [ReasonCode] = []
    if rules.abuse != nil { codes.append(.accountAbuse) }
    if rules.billing != nil { codes.append(.billingPastDue) }
    if rules.provider != nil { codes.append(.indirectProviderIssue) }
    if rules.profile != nil { codes.append(.profileFailedOrRejected) }
    return codes
  }

  @Test func `there are four, oldest first, and the default is that of 2020`() {
    #expect(PolicyEdition.builtIn.map(\.name) == ["2016-11", "2017-01", "2020-06", "2022-03"])
    #expect(PolicyEdition.defaultName == "2020-06")
  }

  @Test func `each has its reasons for each programme`() {
    let all = ReasonCode.allCases
    let expected: [(String, [ReasonCode], [ReasonCode])] = [
      ("2016-11", Array(all.prefix(2)), Array(all.prefix(2))),
      ("2017-01", Array(all.prefix(3)), Array(all.prefix(3))),
      ("2020-06", all, all),
      ("2022-03", all, [.accountAbuse, .profileFailedOrRejected]),
    ]
    for (name, csp, maicpp) in expected {
      #expect(reasons(PolicyEdition.named(name).rules(for: .csp)) == csp)
      #expect(reasons(PolicyEdition.named(name).rules(for: .maicpp)) == maicpp)
    }
    #expect(PolicyEdition.named("2022-03").csp == PolicyEdition.named("2020-06").csp)
  }

  @Test func `thresholds are the rule's`() {
    func pastDue(_ name: String) -> DayThreshold? {
      PolicyEdition.named(name).csp.billing?.pastDue
    }
    #expect(pastDue("2016-11") == DayThreshold(.atLeast, days: 60))
    for name in ["2017-01", "2020-06", "2022-03"] {
      #expect(pastDue(name) == DayThreshold(.moreThan, days: 60))
    }
    let profile = PolicyEdition.named("2022-03").maicpp.profile
    #expect(profile?.states == [.rejected])
    #expect(profile?.lasting == DayThreshold(.moreThan, days: 30))
    #expect(profile?.holdsUnderReview == false)
  }

  @Test func `all cover two clouds, reinstate nothing by themselves, and share the matrix`() {
    for edition in PolicyEdition.builtIn {
      #expect(edition.coveredClouds == [.publicCloud, .usGovernment])
      #expect(edition.csp.autoReinstate.isEmpty && edition.maicpp.autoReinstate.isEmpty)
      #expect(edition.capabilities == PolicyEdition.named("2020-06").capabilities)
    }
  }

  @Test func `the matrix has a row for every capability, in their order`() {
    let matrix = PolicyEdition.named("2020-06").capabilities
    #expect(matrix.rows.map(\.capability) == Capability.allCases)
    let denied = matrix.rows.filter { !$0.isAllowedWhileSuspended }.map(\.capability)
    #expect(
      denied == [
        .authorizeNewLicenses, .authorizeNewServices, .sellNewLicenses, .sellNewServices,
        .increaseQuantity, .addAddon, .createCustomer,
      ])
    func capabilities(_ basis: CapabilityBasis) -> [Capability] {
      matrix.rows.filter { $0.basis == basis }.map(\.capability)
    }
    #expect(
      capabilities(.wayBack) == [.viewBilling, .payInvoice, .updateProfile, .submitSupportRequest])
    #expect(
      capabilities(.interpretation) == [
        .decreaseQuantity, .renewExisting, .cancelExisting, .deployUnderExistingSubscription,
        .increaseQuantity, .addAddon, .createCustomer,
      ])
    #expect(matrix.allowed(in: .closed) == [.viewBilling, .payInvoice, .submitSupportRequest])
    #expect(matrix.allowed(in: .notCovered) == matrix.allowed(in: .closed))
  }

  @Test func `each is told by its file, in the very text that is shown of it`() throws {
    #expect(PolicyEdition.builtInFiles.count == PolicyEdition.builtIn.count)
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    for (file, edition) in zip(PolicyEdition.builtInFiles, PolicyEdition.builtIn) {
      #expect(file.path == "\(edition.name).json")
      let source = root.appending(path: "Sources/AccountStatusRules/Editions/\(file.path)")
      #expect(try String(contentsOf: source, encoding: .utf8) == edition.fileText)
    }
  }
}
