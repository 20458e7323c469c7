import JSONText
import Testing
import accountstatus

struct HistoryTests {
  /// Registered, billed, suspended, approved without effect, and corrected twice.
  private func stub() -> StubServer {
    StubServer { method, request in
      if method == "ListFacts" {
        return request["pageToken"] == nil
          ? #"{"facts":[\#(Self.registration),\#(Self.invoice)],"nextPageToken":"2"}"#
          : #"{"facts":[\#(Self.decision),\#(Self.payment),\#(Self.closing),\#(Self.retraction)]}"#
      }
      return request["pageToken"] == nil ? Self.first : Self.second
    }
  }

  private static let registration = """
    {"accountId":"northwind","source":"crm","factId":"n/registered",
     "effectiveAt":"2026-01-01T00:00:00Z","recordedAt":"2026-01-01T00:00:00.5Z",
     "recordedBy":{"uid":998,"command":"sync","unit":"crm-sync.service"},
     "accountRegistered":{"cloud":"CLOUD_PUBLIC"}}
    """
  private static let invoice = """
    {"accountId":"northwind","source":"erp","factId":"INV-1","effectiveAt":"2026-07-01T09:00:00Z",
     "recordedAt":"2026-07-02T00:00:00Z","invoiceIssued":{"invoiceId":"INV-1"}}
    """
  private static let decision = """
    {"accountId":"northwind","source":"accountstatus","factId":"n/decision/D-1",
     "effectiveAt":"2026-11-12T00:00:00Z","recordedAt":"2026-11-12T00:00:00Z",
     "recordedBy":{"command":"accountstatus"},
     "reinstatementDecided":{"decisionId":"D-1","requestId":"R-1",
      "outcome":"DECISION_OUTCOME_APPROVED","note":"paid long ago",
      "waivers":[{"reason":"REASON_CODE_BILLING_PAST_DUE","subject":"INV-1",
       "until":"2027-01-31T00:00:00Z"}]}}
    """
  private static let payment = """
    {"accountId":"northwind","source":"bank","factId":"P-1","effectiveAt":"2026-11-03T00:00:00Z",
     "recordedAt":"2026-11-10T09:00:00Z","paymentReceived":{"paymentId":"P-1"}}
    """
  private static let closing = """
    {"accountId":"northwind","source":"crm","factId":"n/closed",
     "effectiveAt":"2027-06-01T00:00:00Z","recordedAt":"2026-11-10T09:00:00Z","accountClosed":{}}
    """
  private static let retraction = """
    {"accountId":"northwind","source":"crm","factId":"n/oops","effectiveAt":"2026-11-13T00:00:00Z",
     "recordedAt":"2026-11-13T00:00:00Z","factRetracted":{"source":"bank","factId":"P-1"}}
    """

  private static let first = """
    {"episodes":[{"since":"2026-10-30T00:00:00Z","until":"2026-11-11T00:00:00Z",
      "endedBy":"EPISODE_END_APPROVED","decisionId":"D-0","reasons":[
       {"code":"REASON_CODE_ACCOUNT_ABUSE","since":"2026-11-01T00:00:00Z","subjects":["AF-1"]},
       {"code":"REASON_CODE_BILLING_PAST_DUE","since":"2026-10-30T00:00:00Z",
        "subjects":["INV-1"]}]}],
     "decisions":[{"fact":\(decision),"tookEffect":false}],
     "corrections":[{"recordedAt":"2026-11-10T09:00:00Z","facts":[\(payment)],"stretches":[
      {"from":"2026-11-03T00:00:00Z","until":"2026-11-10T09:00:00Z",
       "before":{"state":"ACCOUNT_STATE_SUSPENDED","reasons":["REASON_CODE_BILLING_PAST_DUE"]},
       "after":{"state":"ACCOUNT_STATE_SUSPENDED"}}]}],
     "nextPageToken":"1","asOf":"2026-12-01T00:00:00Z","policyEdition":"2020-06","token":"AQ=="}
    """
  private static let second = """
    {"corrections":[{"recordedAt":"2026-01-01T00:00:00.500Z","facts":[\(registration)],
      "stretches":[{"from":"2026-01-01T00:00:00Z","until":"2026-01-01T00:00:00.500Z",
       "after":{"state":"ACCOUNT_STATE_ACTIVE"}}]}],
     "asOf":"2026-12-01T00:00:00Z","policyEdition":"2020-06","token":"AQ=="}
    """

  @Test func `text tells a life in the order of time`() async throws {
    let outcome = try await run(["history", "northwind"], on: stub())
    #expect(outcome.status == .success)
    #expect(
      outcome.output == """
        northwind  edition 2020-06, as of 2026-12-01T00:00:00Z

        2026-01-01            accountRegistered  cloud=CLOUD_PUBLIC
                              crm/n/registered by crm-sync.service (uid 998)
        2026-07-01T09:00:00Z  invoiceIssued  invoiceId=INV-1
                              erp/INV-1, learned 2026-07-02
        2026-10-30            SUSPENDED billing-past-due (INV-1)
        2026-11-01            SUSPENDED also for account-abuse (AF-1)
        2026-11-03            paymentReceived  paymentId=P-1
                              bank/P-1, learned 2026-11-10T09:00:00Z, RETRACTED 2026-11-13
        2026-11-10T09:00:00Z  LEARNED bank/P-1 paymentReceived
                              2026-11-03 – 2026-11-10T09:00:00Z was SUSPENDED (billing-past-due), \
        is SUSPENDED
        2026-11-11            ACTIVE reinstated by decision D-0
        2026-11-12            APPROVED by decision D-1 on request R-1, waives billing-past-due of \
        INV-1 until 2027-01-31: paid long ago (no suspension was open: only what it waives counts)
                              accountstatus/n/decision/D-1 by accountstatus (uid 0)
        2026-11-13            factRetracted  source=bank factId=P-1
                              crm/n/oops

        """)
    #expect(
      outcome.notes == """
        1 fact will take effect later
        1 correction of less than a minute left out; --all shows it

        """)
  }

  @Test func `all corrections are shown when they are asked for`() async throws {
    let outcome = try await run(["history", "northwind", "--all"], on: stub())
    #expect(
      outcome.output.contains(
        """
        2026-01-01T00:00:00.500Z  LEARNED crm/n/registered accountRegistered
                              2026-01-01 – 2026-01-01T00:00:00.500Z was not registered, is ACTIVE
        """))
    #expect(!outcome.notes.contains("correction"))
  }

  @Test func `json is the whole answer, however many pages it came in`() async throws {
    let stub = stub()
    let outcome = try await run(
      [
        "history", "northwind", "-o", "json", "--as-of", "2026-12-01", "--known-at", "2026-11-30",
        "--edition", "2020-06",
      ], on: stub)
    let reply = try JSONValue(parsing: outcome.output)
    #expect(reply["nextPageToken"] == nil)
    #expect(reply["policyEdition"] == .string("2020-06"))
    guard case .array(let corrections)? = reply["corrections"] else {
      Issue.record("there are no corrections")
      return
    }
    #expect(corrections.count == 2)
    #expect(
      stub.asked.map(\.text) == [
        #"{"accountId":"northwind","asOf":"2026-12-01T00:00:00Z","#
          + #""knownAt":"2026-11-30T00:00:00Z","policyEdition":"2020-06","pageSize":1000}"#,
        #"{"accountId":"northwind","asOf":"2026-12-01T00:00:00Z","#
          + #""knownAt":"2026-11-30T00:00:00Z","policyEdition":"2020-06","pageSize":1000,"#
          + #""pageToken":"1"}"#,
      ])
  }

  @Test func `what was learned later than known-at is no part of the text`() async throws {
    let outcome = try await run(
      ["history", "northwind", "--known-at", "2026-11-12T12:00:00Z"], on: stub())
    #expect(outcome.output.contains("as known at 2026-11-12T12:00:00Z"))
    #expect(!outcome.output.contains("factRetracted"))
    #expect(!outcome.output.contains("RETRACTED"))
  }

  @Test func `what the server left out is said`() async throws {
    let stub = StubServer { method, _ in
      method == "ListFacts"
        ? "{}"
        : #"{"asOf":"2026-12-01T00:00:00Z","earlierEpisodes":3,"earlierDecisions":2}"#
    }
    let outcome = try await run(["history", "northwind"], on: stub)
    #expect(outcome.notes.contains("3 earlier suspensions are left out"))
    #expect(outcome.notes.contains("2 earlier decisions are left out"))
  }
}
