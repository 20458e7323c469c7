import CBenchmark
import Foundation
import Testing

@Suite(.serialized, .timeLimit(.minutes(5)))
struct WorkloadTests {
  @Test func `every hundred accounts hold every situation`() {
    for start in [0, 700, 19_900] as [UInt32] {
      var counts: [UInt32: Int] = [:]
      for n in start..<start + 100 {
        counts[benchmark_situation_of(n).rawValue, default: 0] += 1
      }
      #expect(counts[BENCHMARK_REGISTERED.rawValue] == 55)
      #expect(counts[BENCHMARK_PAST_DUE.rawValue] == 10)
      #expect(counts[BENCHMARK_NOT_COVERED.rawValue] == 2)
      #expect(counts.count == 8)
    }
  }

  @Test func `a frame is a Request that asks for its account`() throws {
    let frames = try Frames(accounts: 3)
    let service = Array("accountstatus.v1.StatusService".utf8)
    let payload = [0x0a, 16] + Array("partner-00000002".utf8)
    var expected: [UInt8] = [0x0a, UInt8(service.count)] + service
    expected += [0x12, 9] + Array("GetStatus".utf8)
    expected += [0x20, 0x80, 0xa8, 0xd6, 0xb9, 0x07]  // 2 s
    expected += [0x1a, UInt8(payload.count)] + payload
    let header: [UInt8] = [0, 0, 0, UInt8(expected.count), 0, 0, 0, 0, 1, 0]
    #expect(frames.frame(2) == header + expected)
  }

  @Test func `no fact is reported twice`() throws {
    var seen: Set<[UInt8]> = []
    for first in [0, 300] as [UInt32] {
      let frames = try Frames(accounts: 100, first: first, count: 300)
      for n in 0..<300 { seen.insert(frames.frame(n)) }
    }
    #expect(seen.count == 600)
  }

  @Test func `verifying gives the mean size of a reply, and notices what is not known`() throws {
    let server = try RunningServer.protobuf(accounts: 200)
    var size = 0
    #expect(benchmark_verify(server.socket, 200, 200, &size) == 0)
    #expect((60...200).contains(size))
    let frames = try Frames(accounts: 200)
    let outcome = frames.run(on: server.socket, calls: 200, inOrder: true)
    #expect(abs(outcome.replySize - Double(size)) <= 0.5)
    #expect(benchmark_verify(server.socket, 400, 400, &size) == -EREMOTEIO)
  }
}
