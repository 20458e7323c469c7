import AccountStatusServer
import Glibc
import TTRPC
import Testing

@Suite("The end of an input")
struct InputWatchTests {
  private let loop: EventLoop
  private let reading: Int32
  private let writing: Int32

  init() throws {
    loop = try EventLoop()
    var ends: [Int32] = [-1, -1]
    try #require(pipe(&ends) == 0)
    (reading, writing) = (ends[0], ends[1])
  }

  private func turn() throws {
    for _ in 0..<3 { try loop.turn(wait: .zero) }
  }

  @Test func `a pipe ends when nobody holds its other end, and not before`() throws {
    var ends = 0
    let watch = try InputWatch(reading, loop: loop) { ends += 1 }
    try turn()
    #expect(write(writing, "words", 5) == 5)
    try turn()
    #expect(ends == 0)
    let another = dup(writing)
    close(writing)
    try turn()
    #expect(ends == 0)
    close(another)
    try turn()
    #expect(ends == 1)
    watch.stop()
    close(reading)
  }

  @Test func `a watch that was stopped says nothing`() throws {
    var ends = 0
    let watch = try InputWatch(reading, loop: loop) { ends += 1 }
    watch.stop()
    close(writing)
    try turn()
    #expect(ends == 0)
    close(reading)
  }

  @Test func `what has no end that can be waited for is refused`() throws {
    let null = open("/dev/null", O_RDONLY | O_CLOEXEC)
    let error = #expect(throws: StartError.self) { try InputWatch(null, loop: loop) {} }
    #expect(error?.description.contains("give a pipe") == true)
    for descriptor in [null, reading, writing] { close(descriptor) }
  }
}
