import AccountStatusModel

/// A suspended account's status.
func suspendedStatus(_ account: AccountID = "contoso") -> AccountStatus {
  AccountStatus(
    accountID: account,
    standing: Standing(
      state: .suspended, since: "2026-10-30T00:00:00Z",
      reasons: [Reason(code: .billingPastDue)], capabilities: [.viewBilling],
      reinstatementState: .notRequested),
    policyEdition: "2020-06", revision: 7, asOf: "2026-11-15T09:00:00Z")
}

/// A registration; each number is another fact.
func registration(_ number: Int) -> Fact {
  Fact(
    accountID: AccountID(checked: "acct-\(number)"), source: "test",
    factID: Identifier(checked: "f-\(number)"), effectiveAt: "2026-01-01T00:00:00Z",
    kind: .accountRegistered(
      AccountRegistered(cloud: .publicCloud, partnerTypes: [.directBill], program: .csp)))
}
