import AccountStatusModel

/// Accounts by number: what is reported of each, and what is true of it.
///
/// Of a hundred accounts seventy have paid, twenty owe an invoice that is not overdue enough yet,
/// seven are suspended for billing, and three have paid and wait to be reinstated. The last three
/// accounts by id are closed, with an abuse finding under review: rare answers, found last. A
/// share of those that have paid is suspended at one instant to come.
struct ScaleWorkload: Sendable {
  /// How many accounts.
  let count: Int
  /// The day that all dates count from.
  let today: CalendarDay

  enum Kind {
    case paid, owing, suspended, waiting, closed
  }

  func id(_ number: Int) -> AccountID {
    let digits = "\(10_000_000 + number)".dropFirst()
    return AccountID(checked: "acct-\(digits)")
  }

  func kind(_ number: Int) -> Kind {
    if number >= count - 3 { return .closed }
    switch number % 100 {
    case ..<70: return .paid
    case ..<90: return .owing
    case ..<97: return .suspended
    default: return .waiting
    }
  }

  /// Whether the account is suspended at the instant to come.
  func flips(_ number: Int) -> Bool { number % 7 == 0 && kind(number) == .paid }

  /// The numbers in an order in which ids do not ascend, as accounts come in life.
  var shuffled: some Sequence<Int> & Sendable {
    // Coprime to every count below it.
    let step = 15_485_863 % max(count, 1)
    return (0..<count).lazy.map { @Sendable [count] in
      count.isMultiple(of: max(step, 1)) ? $0 : $0 &* 15_485_863 % count
    }
  }

  /// Every fact, account by account.
  var facts: some Sequence<Fact> & Sendable {
    shuffled.lazy.flatMap { @Sendable number in facts(of: number) }
  }

  /// The facts that suspend accounts at an instant.
  func flips(at instant: Instant) -> some Sequence<Fact> & Sendable {
    (0..<count).lazy.filter { @Sendable in flips($0) }.map { @Sendable number in
      fact(
        number, "flip", at: instant,
        .abuseFindingChanged(findingID: "AF-1", severity: .significant, state: .confirmed))
    }
  }

  /// A fact that changes an account that has paid, and not its state.
  func harmlessFact(_ number: Int, _ serial: Int) -> Fact {
    fact(
      number, "check-\(serial)", at: day(-1),
      .profileVerificationChanged(
        ProfileVerification(overall: serial.isMultiple(of: 2) ? .authorized : .pending)))
  }
}

extension ScaleWorkload {
  /// From three to ten.
  private func facts(of number: Int) -> [Fact] {
    var facts = [
      fact(
        number, "registration", at: day(-400),
        .accountRegistered(
          AccountRegistered(cloud: .publicCloud, partnerTypes: [.directBill], program: .csp)))
    ]
    switch kind(number) {
    case .paid:
      facts += paidInvoice(number, 1, issued: -200)
    case .owing:
      facts += paidInvoice(number, 1, issued: -200)
      // Suspended 121 days after the issue: in 1 to 120 days.
      facts.append(invoice(number, 2, issued: -(number % 120) - 1))
      facts.append(
        fact(
          number, "dispute", at: day(0),
          number.isMultiple(of: 2)
            ? .disputeOpened(invoiceID: "INV-2") : .disputeClosed(invoiceID: "INV-2")))
      facts.append(profile(number, .authorized))
    case .suspended:
      for serial in 1...3 { facts += paidInvoice(number, serial, issued: -300 - serial) }
      facts.append(invoice(number, 4, issued: -150 - number % 100))
      facts.append(profile(number, .authorized))
      facts.append(
        fact(number, "dispute", at: day(-1), .disputeOpened(invoiceID: "INV-4")))
    case .waiting:
      facts.append(invoice(number, 1, issued: -150))
      facts.append(payment(number, 1, at: day(-10)))
      facts.append(
        fact(
          number, "request", at: day(-(number % 9)),
          .supportRequestOpened(
            SupportRequest(requestID: "R-1", purpose: .reinstatement, role: .globalAdmin))))
    case .closed:
      facts.append(
        fact(
          number, "finding", at: day(-50),
          .abuseFindingChanged(findingID: "AF-1", severity: .minor, state: .suspected)))
      facts.append(fact(number, "closing", at: day(-40), .accountClosed))
    }
    return facts
  }

  private func fact(
    _ number: Int, _ what: String, at instant: Instant, _ kind: FactKind
  ) -> Fact {
    let account = id(number)
    return Fact(
      accountID: account, source: "scale", factID: Identifier(checked: "\(account):\(what)"),
      effectiveAt: instant, kind: kind)
  }

  private func paidInvoice(_ number: Int, _ serial: Int, issued: Int) -> [Fact] {
    [
      invoice(number, serial, issued: issued),
      payment(number, serial, at: day(issued + 20)),
    ]
  }

  private func invoice(_ number: Int, _ serial: Int, issued: Int) -> Fact {
    fact(
      number, "invoice-\(serial)", at: day(issued),
      .invoiceIssued(
        InvoiceIssued(
          invoiceID: Identifier(checked: "INV-\(serial)"),
          issueDate: today.adding(days: Int32(issued)), total: Self.amount)))
  }

  private func payment(_ number: Int, _ serial: Int, at instant: Instant) -> Fact {
    let invoice = Identifier(checked: "INV-\(serial)")
    return fact(
      number, "payment-\(serial)", at: instant,
      .paymentReceived(
        paymentID: Identifier(checked: "PAY-\(serial)"), amount: Self.amount,
        allocations: [Allocation(invoiceID: invoice, amount: Self.amount)]))
  }

  private func profile(_ number: Int, _ overall: VerificationState) -> Fact {
    fact(
      number, "profile", at: day(-100),
      .profileVerificationChanged(
        ProfileVerification(overall: overall)))
  }

  private func day(_ offset: Int) -> Instant {
    today.adding(days: Int32(offset)).start ?? Instant.range.lowerBound
  }

  private static let amount = Money("EUR", billionths: 1000 * Money.billionthsPerUnit)
}
