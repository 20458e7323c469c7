// A support desk: may this account order, why not, what leads back, and a payment taken by phone.
//
//     support-desk-example may-order contoso
//     support-desk-example explain contoso sv
//     support-desk-example paid contoso INV-1 1000 EUR
//     support-desk-example waiting
//     support-desk-example follow contoso
//     support-desk-example was contoso 2026-10-30T00:00:00Z
//
// Exits with 0 for yes and 1 for no.

import AccountStatusClient
import AccountStatusModel
import Glibc

/// Says yes or no, whatever happens: without an answer no order is taken. That is our decision.
func mayOrder(_ account: AccountID, _ client: AccountStatusClient) async throws -> Bool {
  let decision = try await client.allows(.sellNewLicenses, of: account, otherwise: false)
  if let error = decision.error {
    print("nobody knows, so no: \(error.message)")
  } else if let status = decision.status {
    print("\(status.state.contractName), from \(decision.source == .table ? "table" : "server")")
  } else {
    print("no such account")
  }
  return decision.holds
}

/// Tells a partner what is left to do.
func explain(_ account: AccountID, in locale: String, _ client: AccountStatusClient) async throws {
  let answer = try await client.explain(account, locale: locale)
  print(answer.explanation.summary)
  for step in answer.explanation.steps where !step.isDone {
    print("- \(step.text)")
  }
}

/// Reports a payment and reads the account as it is after it.
func paid(
  _ account: AccountID, _ invoice: Identifier, _ amount: Money, _ client: AccountStatusClient
) async throws {
  let now = try await client.info().now
  let payment = Fact(
    accountID: account, source: "support-desk", factID: invoice, effectiveAt: now,
    kind: .paymentReceived(
      paymentID: invoice, amount: amount,
      allocations: [Allocation(invoiceID: invoice, amount: amount)]))
  // A fact counts once: after a failure the same is simply reported again.
  let report = try await client.report([payment])
  let status = try await client.getStatus(account, atLeast: report.token)
  print(status.reasons.isEmpty ? "no reason holds any more" : "\(status.reasons.map(\.code))")
}

/// Lists who is suspended although nothing speaks against them any more: they wait for a decision.
func waiting(_ client: AccountStatusClient) async throws {
  for try await page in client.listStatuses(StatusFilter(isEligible: true)) {
    for status in page.entries { print("\(status.accountID) since \(status.since)") }
  }
}

/// Tells how an account stands and what becomes of it, until it is active.
func follow(_ account: AccountID, _ client: AccountStatusClient) async throws {
  for try await event in client.watch([account]) {
    // A line at a time, also into a file.
    defer { fflush(nil) }
    switch event {
    case .status(let status):
      print("is \(status.state.contractName)")
      if status.state == .active { return }
    case .changed(let change):
      guard let status = change.current else { continue }
      print("has become \(status.state.contractName)")
      if status.state == .active { return }
    case .disconnected(let error):
      print("waiting for the server: \(error.message)")
    default:
      // Where a snapshot begins and ends, and how far the server is.
      continue
    }
  }
}

/// Tells what the account was at an instant, by all that is known now and by what was known then.
func was(_ account: AccountID, at instant: Instant, _ client: AccountStatusClient) async throws {
  let now = try await client.getStatus(account, asOf: instant)
  let then = try await client.getStatus(account, asOf: instant, knownAt: instant)
  print("\(now.state.contractName), and known then: \(then.state.contractName)")
}

func run(_ arguments: [String]) async throws -> Bool? {
  let client = try AccountStatusClient()
  switch (arguments.first, arguments.count) {
  case ("may-order", 2):
    return try await mayOrder(AccountID(arguments[1]), client)
  case ("explain", 3):
    try await explain(AccountID(arguments[1]), in: arguments[2], client)
  case ("paid", 5):
    guard let units = Int64(arguments[3]) else { return nil }
    try await paid(
      AccountID(arguments[1]), Identifier(arguments[2]),
      Money(Currency(arguments[4]), units: units), client)
  case ("waiting", 1):
    try await waiting(client)
  case ("follow", 2):
    try await follow(AccountID(arguments[1]), client)
  case ("was", 3):
    try await was(AccountID(arguments[1]), at: Instant(arguments[2]), client)
  default:
    return nil
  }
  return true
}

do {
  guard let isYes = try await run(Array(CommandLine.arguments.dropFirst())) else {
    print("usage: support-desk-example may-order|explain|paid|waiting|follow|was …")
    exit(64)
  }
  exit(isYes ? 0 : 1)
} catch {
  print("\(error)")
  exit(70)
}
