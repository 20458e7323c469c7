import AccountStatusModel

// What happens to a partner next: the way back when it is suspended, ordinary life otherwise.

extension Partner {
  /// What is reported of it next.
  ///
  /// - old: some fact stored of it.
  mutating func kind(
    of known: Reports.Situation, _ old: Fact?, _ now: Instant, _ random: inout SeededGenerator
  ) -> FactKind {
    guard let standing = known.standing else {
      return random.chance(85) ? .accountRegistered(registration) : ordinary(old, now, &random)
    }
    if standing.state == .suspended, random.chance(55) { return wayBack(standing, now, &random) }
    return ordinary(old, now, &random)
  }

  private mutating func ordinary(
    _ old: Fact?, _ now: Instant, _ random: inout SeededGenerator
  ) -> FactKind {
    let payments = payer == .prompt ? 32 : payer == .late ? 24 : 14
    switch random.place(among: [26, payments, 12, 22, 8, 7, 3]) {
    case 0: return invoice(now, &random)
    case 1: return payment(&random)
    case 2: return adjustment(&random)
    case 3: return vetting(&random)
    case 4: return request(now, &random)
    case 5: return affiliation(&random)
    default: return rarity(old, now, &random)
    }
  }

  /// What helps against a reason, or what support does where none is left.
  private mutating func wayBack(
    _ standing: Standing, _ now: Instant, _ random: inout SeededGenerator
  ) -> FactKind {
    guard let reason = random.pickAny(standing.reasons) else {
      switch standing.reinstatementState {
      case .inReview, .partnerActionNeeded:
        return random.chance(70)
          ? decision(random.chance(75) ? .approved : .declined, &random)
          : update(&random)
      default: return random.chance(25) ? decision(.approved, &random) : request(now, &random)
      }
    }
    switch random.place(among: [60, 16, 12, 12]) {
    case 0: return remedy(reason, &random)
    case 1: return request(now, &random)
    case 2: return approval(waiving: standing.reasons, now, &random)
    default: return decision(random.chance(40) ? .approved : .declined, &random)
    }
  }

  private mutating func remedy(_ reason: Reason, _ random: inout SeededGenerator) -> FactKind {
    let subject = random.pickAny(reason.subjects)
    switch reason.code {
    case .accountAbuse:
      return .abuseFindingChanged(
        findingID: subject ?? "AF-1", severity: random.word(),
        state: random.chance(70) ? .dismissed : .suspected)
    case .billingPastDue:
      guard let place = invoices.firstIndex(where: { $0.id == subject }) else { fallthrough }
      return random.chance(70)
        ? payment(of: place, &random)
        : .invoiceVoided(invoiceID: invoices[place].id, replacedBy: nil)
    case .indirectProviderIssue:
      return .providerIssueResolved(issueID: subject ?? issues.last ?? "IS-1")
    case .profileFailedOrRejected:
      return .profileVerificationChanged(
        ProfileVerification(overall: random.chance(60) ? .authorized : .pending))
    }
  }
}

// Money.
extension Partner {
  func amount(_ currency: Currency, _ random: inout SeededGenerator) -> Money {
    Money(currency, billionths: Int128(random.number(Int64(1)...500_000)) * 10_000_000)
  }

  private mutating func invoice(_ now: Instant, _ random: inout SeededGenerator) -> FactKind {
    let id = thing("INV", &random)
    let issued = now.day.adding(days: -random.number(0...(payer == .prompt ? 5 : 90)))
    let stated =
      random.chance(20) ? issued.adding(days: random.number(0...75)) : nil
    var total = amount(random.chance(88) ? currency : "USD", &random)
    if random.chance(4) { total = Money(total.currency, billionths: 1 - total.billionths) }
    let invoice = InvoiceIssued(
      invoiceID: id, issueDate: issued, statedDueDate: stated,
      termDays: random.pick([0, 0, 0, 30, 14, 45]), total: total)
    invoices.append(
      Invoice(id: id, currency: total.currency, due: invoice.dueDate, left: total.billionths))
    return .invoiceIssued(invoice)
  }

  private mutating func payment(_ random: inout SeededGenerator) -> FactKind {
    let open = invoices.indices.filter { invoices[$0].left > 0 }
    guard let place = random.chance(70) ? open.first : random.pickAny(open) else {
      let amount = amount(currency, &random)
      let id = thing("PAY", &random)
      payments.append(Payment(id: id, currency: currency, unallocated: amount.billionths))
      return .paymentReceived(paymentID: id, amount: amount, allocations: [])
    }
    return payment(of: place, &random)
  }

  /// A payment for an invoice: mostly of what is open; also less, more, or not said for what.
  private mutating func payment(
    of place: Int, _ random: inout SeededGenerator
  ) -> FactKind {
    let id = thing("PAY", &random)
    let invoice = invoices[place]
    var paid = max(1, invoice.left)
    var given = paid
    switch random.place(among: [68, 14, 6, 8, 4]) {
    case 1:
      paid = max(1, paid / 2)
      given = paid
    case 2: paid *= 2
    case 3: given = 0
    case 4: given = paid * 2
    default: break
    }
    invoices[place].left -= min(given, paid)
    payments.append(Payment(id: id, currency: invoice.currency, unallocated: paid - given))
    let currency: Currency = random.chance(97) ? invoice.currency : "GBP"
    var allocations: [Allocation] = []
    if given > 0 {
      allocations.append(
        Allocation(invoiceID: invoice.id, amount: Money(currency, billionths: given)))
    }
    if random.chance(10), let other = random.pickAny(invoices) {
      allocations.append(
        Allocation(invoiceID: other.id, amount: amount(other.currency, &random)))
    }
    return .paymentReceived(
      paymentID: id, amount: Money(invoice.currency, billionths: paid), allocations: allocations)
  }

  private mutating func adjustment(_ random: inout SeededGenerator) -> FactKind {
    // What is named may come later, or never.
    let invoice = random.pickAny(invoices)?.id ?? "INV-1"
    let payment = random.pickAny(payments)?.id ?? "PAY-2"
    switch random.place(among: [20, 14, 18, 14, 14, 8, 12]) {
    case 0:
      return .creditApplied(
        creditID: thing("CR", &random), invoiceID: invoice, amount: amount(currency, &random))
    case 1:
      return .invoiceVoided(
        invoiceID: invoice,
        replacedBy: random.chance(50) ? random.pickAny(invoices)?.id : nil)
    case 2: return allocation(&random)
    case 3: return .paymentReversed(paymentID: payment)
    case 4: return .disputeOpened(invoiceID: invoice)
    case 5: return .disputeClosed(invoiceID: invoice)
    default: return .balanceReported(amount(random.chance(80) ? currency : "USD", &random))
    }
  }

  private mutating func allocation(_ random: inout SeededGenerator) -> FactKind {
    let free = payments.indices.filter { payments[$0].unallocated > 0 }
    let open = invoices.indices.filter { invoices[$0].left > 0 }
    guard let payment = random.pickAny(free), let invoice = random.pickAny(open) else {
      return .paymentAllocated(
        paymentID: "PAY-3",
        allocations: [Allocation(invoiceID: "INV-1", amount: amount(currency, &random))])
    }
    let given = max(1, min(payments[payment].unallocated, invoices[invoice].left))
    payments[payment].unallocated -= given
    invoices[invoice].left -= given
    return .paymentAllocated(
      paymentID: payments[payment].id,
      allocations: [
        Allocation(
          invoiceID: invoices[invoice].id,
          amount: Money(payments[payment].currency, billionths: given))
      ])
  }
}
