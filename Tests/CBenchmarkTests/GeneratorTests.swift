import CBenchmark
import Foundation
import Testing

@Suite(.serialized, .timeLimit(.minutes(5)))
struct GeneratorTests {
  @Test(arguments: [(1, 1), (1, 64), (8, 1), (8, 64), (1, 1024)] as [(UInt32, UInt32)])
  func `every call is answered, one or many in flight`(
    connections: UInt32, depth: UInt32
  ) throws {
    let server = try RunningServer.protobuf(accounts: 500)
    let frames = try Frames(accounts: 500)
    let outcome = frames.run(
      on: server.socket, connections: connections, depth: depth, calls: 10_000)
    #expect(outcome.error == 0)
    #expect(outcome.calls == 10_000)
    #expect(outcome.wrong == 0)
    #expect(outcome.latencies == outcome.latencies.sorted())
    #expect((outcome.latencies.first ?? 0) > 0)
  }

  @Test(arguments: [13, 100, 139, 140, 141, 142, 1000])
  func `the bare server's replies have the size asked for`(size: Int) throws {
    let frames = try Frames(accounts: 10)
    let server = try RunningServer.bare(requestSize: frames.firstSize, replySize: size)
    let outcome = frames.run(on: server.socket, depth: 64)
    #expect(outcome.error == 0)
    #expect(outcome.wrong == 0)
    #expect(outcome.replySize == Double(size))
    #expect(outcome.requestSize == Double(frames.firstSize))
  }

  @Test func `replies that are errors are counted`() throws {
    let server = try RunningServer.protobuf(accounts: 10)
    let frames = try Frames(accounts: 20)
    let outcome = frames.run(on: server.socket, calls: 20, inOrder: true)
    #expect(outcome.error == 0)
    #expect(outcome.wrong == 10)
  }

  @Test func `a reply to no call in flight ends the measurement`() throws {
    let server = try RunningServer.answering([0, 0, 0, 4, 0, 0, 0, 3, 2, 0, 0x12, 2, 8, 1])
    let frames = try Frames(accounts: 1)
    #expect(frames.run(on: server.socket).error == -EPROTO)
  }

  @Test func `a reply that is no Response is counted`() throws {
    let server = try RunningServer.answering([0, 0, 0, 4, 0, 0, 0, 1, 3, 0, 0x12, 2, 8, 1])
    let frames = try Frames(accounts: 1)
    #expect(frames.run(on: server.socket, calls: 1).wrong == 1)
  }

  @Test func `a server that closes ends the measurement`() throws {
    let server = try RunningServer { listener, _ in close(accept(listener, nil, nil)) }
    let frames = try Frames(accounts: 1)
    #expect([-ECONNRESET, -EPIPE].contains(frames.run(on: server.socket).error))
  }

  @Test func `a load that makes no sense is refused`() throws {
    let frames = try Frames(accounts: 5)
    #expect(frames.run(on: "/nowhere", connections: 0).error == -EINVAL)
    #expect(frames.run(on: "/nowhere", depth: 1025).error == -EINVAL)
    #expect(frames.run(on: "/nowhere", calls: 6, inOrder: true).error == -EINVAL)
    #expect(frames.run(on: "/nowhere").error == -ENOENT)
  }

  @Test func `a percentile is the least latency that the share does not exceed`() {
    var latencies: [UInt32] = (1...1000).map { UInt32($0) }
    latencies.withUnsafeMutableBufferPointer { buffer in
      var measurement = benchmark_measurement()
      #expect(benchmark_percentile(&measurement, 0.5) == 0)
      measurement.latencies_ns = buffer.baseAddress
      measurement.calls = 1000
      for (share, value) in [
        (0, 1), (0.5, 500), (0.9, 900), (0.999, 999), (0.9999, 1000), (1, 1000),
      ]
        as [(Double, UInt32)]
      {
        #expect(benchmark_percentile(&measurement, share) == value, "\(share)")
      }
    }
  }
}
