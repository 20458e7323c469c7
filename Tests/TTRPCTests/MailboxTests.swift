import TTRPC
import Testing

@Suite("Messages to a loop")
struct MailboxTests {
  @Test func `messages of other threads arrive in order, on the loop's thread`() throws {
    let loop = try EventLoop()
    let mailbox = try Mailbox<Int>()
    var received: [Int] = []
    try loop.receive(from: mailbox) { number in
      received.append(number)
      if number == 999 { loop.stop() }
    }
    let thread = try LoopThread(name: "sender") {
      for number in 0..<1_000 { mailbox.send(number) }
    }
    try loop.run()
    thread.join()
    #expect(received == Array(0..<1_000))
  }

  @Test func `a closed mailbox takes nothing and gives back what it had`() throws {
    let mailbox = try Mailbox<Int>()
    #expect(mailbox.send(1))
    #expect(mailbox.close() == [1])
    #expect(!mailbox.send(2))
    #expect(mailbox.close() == [])
  }
}
