import Glibc
import Testing
import accountstatus

struct InterruptTests {
  @Test func `raised once, it is raised for ever`() throws {
    let interrupt = try #require(Interrupt())
    #expect(!interrupt.isRaised)
    interrupt.raise()
    interrupt.raise()
    #expect(interrupt.isRaised)
    var query = pollfd(fd: interrupt.descriptor, events: Int16(POLLIN), revents: 0)
    #expect(poll(&query, 1, 0) == 1)
  }
}
