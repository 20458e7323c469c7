import AccountStatusLedger
import Dispatch
import Synchronization
import Testing

@Suite struct MailboxTests {
  private func request(_ number: UInt64) -> LedgerRequest { .catchUp(RequestID(number)) }

  @Test func `requests come in the order they were put`() {
    let mailbox = Mailbox()
    for number in 1...3 { #expect(mailbox.put(request(UInt64(number)))) }
    var batch: [LedgerRequest] = []
    #expect(mailbox.take(into: &batch, waitingUntil: nil))
    #expect(batch.map(\.id.number) == [1, 2, 3])
  }

  @Test func `an empty mailbox is left at once, or at the deadline`() {
    let mailbox = Mailbox()
    var batch: [LedgerRequest] = []
    #expect(mailbox.take(into: &batch, waitingUntil: 0))
    #expect(mailbox.take(into: &batch, waitingUntil: 1))
    #expect(batch.isEmpty)
  }

  @Test func `a closed mailbox gives what is left, takes no more, and then ends`() {
    let mailbox = Mailbox()
    _ = mailbox.put(request(1))
    mailbox.close()
    #expect(!mailbox.put(request(2)))
    var batch: [LedgerRequest] = []
    #expect(mailbox.take(into: &batch, waitingUntil: nil))
    #expect(batch.map(\.id.number) == [1])
    batch.removeAll()
    #expect(!mailbox.take(into: &batch, waitingUntil: nil))
  }

  @Test func `nothing is lost between many who put and one who takes`() async {
    let mailbox = Mailbox()
    let taken = Mutex<[UInt64]>([])
    let end = await withCheckedContinuation { (done: CheckedContinuation<Bool, Never>) in
      DispatchQueue.global().async {
        var batch: [LedgerRequest] = []
        while mailbox.take(into: &batch, waitingUntil: nil) {
          taken.withLock { $0 += batch.map(\.id.number) }
          batch.removeAll(keepingCapacity: true)
        }
        done.resume(returning: true)
      }
      DispatchQueue.global().async {
        DispatchQueue.concurrentPerform(iterations: 4) { part in
          for number in 0..<2500 { _ = mailbox.put(request(UInt64(part * 2500 + number))) }
        }
        mailbox.close()
      }
    }
    #expect(end)
    #expect(taken.withLock { $0.sorted() } == Array(0..<10_000))
  }
}
