import AccountStatusModel
import Testing

@Suite struct ExplanationTests {
  @Test func `a threshold is an interval, open or closed at its days`() {
    #expect(DayThreshold(.moreThan, days: 60).interval == "(60 d, ∞)")
    #expect(DayThreshold(.atLeast, days: 0).interval == "[0 d, ∞)")
  }

  @Test func `a reference names the fact, its kind and who reported it`() {
    var recorder = Recorder()
    recorder.uid = 7
    let fact = Fact(
      accountID: "a", source: "erp", factID: "f", effectiveAt: "2026-01-01T00:00:00Z",
      kind: .accountClosed)
    let reference = FactReference(
      StoredFact(fact, sequence: 3, recordedAt: "2026-01-02T00:00:00Z", recordedBy: recorder))
    #expect(reference.identity == fact.identity && reference.kind == "accountClosed")
    #expect(reference.sequence == 3 && reference.recordedBy.uid == 7)
    #expect(reference.effectiveAt < reference.recordedAt)
  }
}
