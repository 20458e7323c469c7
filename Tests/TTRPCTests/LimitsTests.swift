import TTRPC
import Testing

@Suite("Bounds")
struct LimitsTests {
  @Test func `the defaults are the protocol's`() {
    let limits = Limits()
    #expect(limits.frameLength == 4_194_304)
    #expect(limits.partialFrameTime == .seconds(10))
    #expect(limits.nameLength == 256)
    #expect(limits.metadataPairs == 64)
    #expect(limits.metadataLength == 16_384)
    #expect(limits.callsInFlight == 1_024)
    #expect(limits.skippedStreamIDs == 1_024)
    #expect(limits.queuedMessages == 64)
    #expect(limits.inputPerConnection == 8 << 20)
    #expect(limits.inputPerProcess == 256 << 20)
    #expect(limits.readLength == 256 << 10)
    #expect(limits.outputBacklog == 4 << 20)
    #expect(limits.outputPerConnection == 16 << 20)
    #expect(limits.writeStallTime == .seconds(5))
    #expect(limits.connections == 4_096)
    #expect(limits.connectionsPerUser == 1_024)
    #expect(limits.drainTime == .seconds(5))
  }
}
