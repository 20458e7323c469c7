import AccountStatusModel
import AccountStatusRules
import Testing

@Suite struct PastSegmentsTests {
  private let suspended = PastState(.suspended, reasons: [.billingPastDue])

  @Test func `a segment begins wherever the state or its reasons change`() {
    var reporter = Reporter()
    reporter.report(.registered(), at: "2026-01-01T00:00:00Z")
    reporter.report(.invoice("INV-1", issued: "2026-07-01"), at: "2026-07-01T00:00:00Z")
    reporter.report(.finding("AF-1", .confirmed), at: "2026-11-05T10:00:00Z")
    reporter.report(.accountClosed, at: "2026-12-01T00:00:00Z")

    let segments = pastSegments(
      of: reporter.facts, edition: .named("2020-06"), until: "2027-01-01T00:00:00Z")

    #expect(
      segments == [
        PastSegment(from: "2026-01-01T00:00:00Z", PastState(.active)),
        PastSegment(from: "2026-10-30T00:00:00Z", suspended),
        PastSegment(
          from: "2026-11-05T10:00:00Z",
          PastState(.suspended, reasons: [.accountAbuse, .billingPastDue])),
        PastSegment(from: "2026-12-01T00:00:00Z", PastState(.closed)),
      ])
  }

  @Test func `the past ends before its end`() {
    var reporter = Reporter()
    reporter.report(.registered(), at: "2026-01-01T00:00:00Z")
    let edition = PolicyEdition.named("2020-06")

    #expect(
      pastSegments(of: reporter.facts, edition: edition, until: "2026-01-01T00:00:00Z").isEmpty)
    #expect(
      pastSegments(of: reporter.facts, edition: edition, until: "2026-01-01T00:00:00.000000001Z")
        == [PastSegment(from: "2026-01-01T00:00:00Z", PastState(.active))])
  }

  @Test func `what was not known then is no part of the past`() {
    var reporter = Reporter()
    reporter.clock = "2026-01-02T00:00:00Z"
    reporter.report(.registered(), at: "2026-01-01T00:00:00Z")

    let before = pastSegments(
      of: reporter.facts, edition: .named("2020-06"), until: "2027-01-01T00:00:00Z",
      knownAt: Instant("2026-01-02T00:00:00Z").adding(nanoseconds: -1))

    #expect(before.isEmpty)
  }

  @Test func `segments agree with the evaluation at every instant`() {
    RandomCases.check(2000) { history in
      let facts = history.livedThrough()
      let edition = history.edition()
      let knownAt = history.random.oneIn(2) ? history.instant() : nil
      let until = history.instant()
      let segments = pastSegments(of: facts, edition: edition, until: until, knownAt: knownAt)
      for _ in 0..<8 {
        let instant = history.instant()
        guard instant < until else { continue }
        let expected = PastState(
          evaluate(facts, edition: edition, asOf: instant, knownAt: knownAt))
        guard segments.last(where: { $0.from <= instant })?.state == expected else {
          return "at \(instant) known at \(String(describing: knownAt)):\n\(facts.story)"
        }
      }
      for (left, right) in zip(segments, segments.dropFirst())
      where left.state == right.state || left.from >= right.from {
        return "neighbours alike or out of order:\n\(facts.story)"
      }
      return nil
    }
  }

  @Test func `equal pasts do not differ`() {
    let past = [PastSegment(from: "2026-01-01T00:00:00Z", suspended)]

    #expect(differences(between: past, and: past, until: "2027-01-01T00:00:00Z").isEmpty)
    #expect(firstDifference(between: past, and: past, until: "2027-01-01T00:00:00Z") == nil)
    #expect(differences(between: [], and: [], until: "2027-01-01T00:00:00Z").isEmpty)
  }

  @Test func `a difference runs from where the pasts part to where either changes`() {
    let active = PastState(.active)
    let before = [
      PastSegment(from: "2026-01-01T00:00:00Z", active),
      PastSegment(from: "2026-03-01T00:00:00Z", suspended),
    ]
    let after = [
      PastSegment(from: "2026-02-01T00:00:00Z", active),
      PastSegment(from: "2026-04-01T00:00:00Z", PastState(.closed)),
    ]

    let found = differences(between: before, and: after, until: "2026-05-01T00:00:00Z")

    #expect(
      found == [
        PastDifference(
          from: "2026-01-01T00:00:00Z", until: "2026-02-01T00:00:00Z", before: active, after: nil),
        PastDifference(
          from: "2026-03-01T00:00:00Z", until: "2026-04-01T00:00:00Z", before: suspended,
          after: active),
        PastDifference(
          from: "2026-04-01T00:00:00Z", until: "2026-05-01T00:00:00Z", before: suspended,
          after: PastState(.closed)),
      ])
    #expect(
      firstDifference(between: before, and: after, until: "2026-05-01T00:00:00Z")
        == "2026-01-01T00:00:00Z")
    #expect(
      differences(between: before, and: after, until: "2026-03-01T00:00:00Z") == [found[0]])
  }
}
