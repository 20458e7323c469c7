import Synchronization
import Testing
import accountstatus

struct BillingTextTests {
  private static func euros(_ units: Int) -> String {
    #"{"currencyCode":"EUR","units":"\#(units)"}"#
  }

  private static func month(_ month: String, open: Int, change: Int) -> String {
    """
    {"month":"\(month)","amounts":{"invoiced":\(euros(open)),"credited":\(euros(0)),
    "paid":\(euros(0)),"open":\(euros(open))},"trend":{"invoiced":\(euros(change)),
    "credited":\(euros(0)),"paid":\(euros(0)),"open":\(euros(change))}}
    """
  }

  private static func invoice(_ id: String, open: Int, days: Int, more: String = "") -> String {
    """
    {"invoiceId":"\(id)","issueDate":"2026-07-01","dueDate":"2026-08-30","total":\(euros(1000)),
    "credited":\(euros(0)),"paid":\(euros(1000 - open)),"open":\(euros(open)),
    "daysPastDue":\(days)\(more)}
    """
  }

  private static let payment =
    #"{"paymentId":"P'1","receivedAt":"2026-11-01T00:00:00Z","amount":\#(euros(700)),"#
    + #""unallocated":\#(euros(600))}"#

  private static let page = """
    {"balances":[{"balanceDue":\(euros(500)),"pastDue":\(euros(400)),
    "currentMonth":\(euros(0)),"unallocated":\(euros(600))}],
    "history":[\(month("2026-09", open: 0, change: 0)),\(month("2026-10", open: 1000, change: 1000)),
    \(month("2026-11", open: 500, change: -500))],
    "invoices":[\(invoice("INV-1", open: 400, days: 77,
      more: #","invoiceUrl":"https://example.org/1","reconciliationUrl":"https://example.org/1.csv""#)),
    \(invoice("INV-2", open: 99, days: 0, more: #","disputed":true"#)),
    \(invoice("INV-3", open: 1, days: -1)),\(invoice("INV-0", open: 0, days: 90))],
    "latestPayment":\(payment),"unallocatedPayments":[\(payment)],"asOf":"2026-11-15T09:00:00Z"}
    """

  /// The page on a terminal of some columns; nil: it is none.
  private func text(
    _ page: String, width: Int? = nil, isColored: Bool = false
  ) async throws -> String {
    let output = Mutex("")
    let console = Console(
      isColored: isColored, size: { width.map { ($0, 24) } },
      print: { line in output.withLock { $0 += line } },
      note: { _ in })
    guard let command = try parse(["billing", "northwind"]) as? any ServerCommand else {
      throw NoCommand(arguments: ["billing"])
    }
    #expect(await command.execute(StubServer(page).server(), console) == .success)
    return output.withLock { $0 }
  }

  @Test func `balances, months, invoices and payments are told in this order`() async throws {
    #expect(
      try await text(Self.page) == #"""
        northwind  billing as of 2026-11-15T09:00:00Z

               BALANCE DUE  PAST DUE  THIS MONTH  UNALLOCATED
          EUR       500.00    400.00        0.00       600.00

          EUR      INVOICED  CREDITED  PAID     OPEN    CHANGE
          2026-10   1000.00      0.00  0.00  1000.00  +1000.00
          2026-11    500.00      0.00  0.00   500.00   -500.00

          INVOICE  ISSUED      DUE           TOTAL    OPEN
          INV-1    2026-07-01  2026-08-30  1000.00  400.00  EUR  77 days past due
            https://example.org/1
            https://example.org/1.csv
          INV-2    2026-07-01  2026-08-30  1000.00   99.00  EUR  due today, disputed
          INV-3    2026-07-01  2026-08-30  1000.00    1.00  EUR  due in 1 day
          INV-0    2026-07-01  2026-08-30  1000.00    0.00  EUR  paid

          latest payment  P'1, 700.00 EUR at 2026-11-01T00:00:00Z
          unallocated     P'1, 600.00 EUR of 700.00 EUR received at 2026-11-01T00:00:00Z
          allocate it with  echo '{"accountId":"northwind","source":"accountstatus","factId":"northwind/allocate/P'\''1/INV-1","effectiveAt":"2026-11-15T09:00:00Z","paymentAllocated":{"paymentId":"P'\''1","allocations":[{"invoiceId":"INV-1","amount":{"currencyCode":"EUR","units":"400"}}]}}' | accountstatus report -
        """#)
  }

  @Test func `on a terminal each month has a bar, as long as there is room`() async throws {
    let wide = try await text(Self.page, width: 200).split(separator: "\n" as Character)
    let full = String(repeating: "█", count: 40)
    #expect(wide.contains { $0.hasSuffix("+1000.00  \(full)") })
    #expect(wide.contains { $0.hasSuffix("-500.00  \(full.prefix(20))") })
    let narrow = try await text(Self.page, width: 80).split(separator: "\n")
    let bars = narrow.filter { $0.contains("█") }
    #expect(bars.count == 2)
    #expect(bars.allSatisfy { $0.count <= 80 })
    #expect(!(try await text(Self.page, width: 58)).contains("█"))
    #expect(!(try await text(Self.page)).contains("█"))
  }

  @Test func `what is past due is red where colour is wanted`() async throws {
    let colored = try await text(Self.page, isColored: true)
    #expect(colored.contains("\u{1B}[31m400.00\u{1B}[0m"))
    #expect(colored.contains("\u{1B}[31m77 days past due\u{1B}[0m"))
    #expect(!(try await text(Self.page)).contains("\u{1B}"))
  }

  @Test func `an account without invoices and payments says so`() async throws {
    #expect(
      try await text(#"{"asOf":"2026-11-15T09:00:00Z"}"#) == """
        northwind  billing as of 2026-11-15T09:00:00Z

          nothing was invoiced or paid

          no invoices

          latest payment  none
        """)
  }

  @Test func `a payment that no invoice can take has no hint how to allocate it`() async throws {
    let text = try await text(
      #"{"asOf":"2026-11-15T09:00:00Z","unallocatedPayments":[\#(Self.payment)]}"#)
    #expect(text.hasSuffix("  no invoice of its currency is open; allocate it when one is"))
  }
}
