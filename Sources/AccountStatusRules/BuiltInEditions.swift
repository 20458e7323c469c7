package import AccountStatusModel

extension PolicyEdition {
  /// The edition used where none is named.
  package static let defaultName = "2020-06"

  /// The editions that come with the server, oldest first.
  package static let builtIn: [PolicyEdition] = {
    var rules = ProgramRules(
      abuse: AbuseRule(severities: [.significant], states: [.confirmed]),
      billing: BillingRule(pastDue: DayThreshold(.atLeast, days: 60)))
    let edition201611 = PolicyEdition(name: "2016-11", csp: rules, maicpp: rules)

    rules.billing = BillingRule(pastDue: DayThreshold(.moreThan, days: 60))
    rules.provider = ProviderRule(partnerTypes: [.indirectReseller])
    let edition201701 = PolicyEdition(name: "2017-01", csp: rules, maicpp: rules)

    rules.profile = ProfileRule(
      states: [.rejected, .failed], lasting: DayThreshold(.atLeast, days: 0),
      holdsUnderReview: true)
    let edition202006 = PolicyEdition(name: "2020-06", csp: rules, maicpp: rules)

    let edition202203 = PolicyEdition(
      name: "2022-03", csp: rules,
      maicpp: ProgramRules(
        abuse: rules.abuse,
        profile: ProfileRule(
          states: [.rejected], lasting: DayThreshold(.moreThan, days: 30),
          holdsUnderReview: false)))
    return [edition201611, edition201701, edition202006, edition202203]
  }()

  /// An edition that agrees with the article on clouds and capabilities.
  private init(name: String, csp: ProgramRules, maicpp: ProgramRules) {
    self.init(
      name: name, coveredClouds: [.publicCloud, .usGovernment], csp: csp, maicpp: maicpp,
      capabilities: .article)
  }
}

extension CapabilityMatrix {
  /// The article's sentences 1 and 2, and what is read into them.
  package static let article = CapabilityMatrix(
    rows: [
      Row(.manageExistingDeployments, isAllowedWhileSuspended: true, basis: .article),
      Row(.manageExistingLicenses, isAllowedWhileSuspended: true, basis: .article),
      Row(.manageExistingServices, isAllowedWhileSuspended: true, basis: .article),
      Row(.authorizeNewLicenses, isAllowedWhileSuspended: false, basis: .article),
      Row(.authorizeNewServices, isAllowedWhileSuspended: false, basis: .article),
      Row(.sellNewLicenses, isAllowedWhileSuspended: false, basis: .article),
      Row(.sellNewServices, isAllowedWhileSuspended: false, basis: .article),
      Row(.decreaseQuantity, isAllowedWhileSuspended: true, basis: .interpretation),
      Row(.renewExisting, isAllowedWhileSuspended: true, basis: .interpretation),
      Row(.cancelExisting, isAllowedWhileSuspended: true, basis: .interpretation),
      Row(.deployUnderExistingSubscription, isAllowedWhileSuspended: true, basis: .interpretation),
      Row(.increaseQuantity, isAllowedWhileSuspended: false, basis: .interpretation),
      // An add-on is a new purchase.
      Row(.addAddon, isAllowedWhileSuspended: false, basis: .interpretation),
      Row(.createCustomer, isAllowedWhileSuspended: false, basis: .interpretation),
      Row(.viewBilling, isAllowedWhileSuspended: true, basis: .wayBack),
      Row(.payInvoice, isAllowedWhileSuspended: true, basis: .wayBack),
      Row(.updateProfile, isAllowedWhileSuspended: true, basis: .wayBack),
      Row(.submitSupportRequest, isAllowedWhileSuspended: true, basis: .wayBack),
      Row(.delegatedAdministration, isAllowedWhileSuspended: true, basis: .article),
    ],
    allowedOutside: [.viewBilling, .payInvoice, .submitSupportRequest])
}
