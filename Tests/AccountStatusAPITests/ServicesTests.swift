import AccountStatusAPI
import CAccountStatusDescriptors
import TTRPC
import Testing

/// A method as the embedded descriptor set states it.
private struct DescribedMethod: Hashable {
  var service = ""
  var name = ""
  var isClientStreaming = false
  var isServerStreaming = false
  var idempotencyLevel: UInt64 = 0

  init(_ described: MethodDescriptor) {
    service = described.service
    name = described.name
    isClientStreaming = described.kind.clientStreams
    isServerStreaming = described.kind.serverStreams
    // The table only says whether a call may be repeated.
    idempotencyLevel = described.isIdempotent ? 1 : 0
  }

  init(service: String, _ bytes: WireReader) throws {
    self.service = service
    var reader = bytes
    while let field = try reader.next() {
      switch field.number {
      case 1: name = try field.string()
      case 4:
        var options = try field.message()
        while let option = try options.next() {
          if option.number == 34 { idempotencyLevel = try option.varint() == 0 ? 0 : 1 }
        }
      case 5: isClientStreaming = try field.varint() == 1
      case 6: isServerStreaming = try field.varint() == 1
      default: break
      }
    }
  }
}

@Suite struct ServicesTests {
  /// All methods of all services below proto/, except those of packages that serve nothing.
  private func describedMethods() throws -> Set<DescribedMethod> {
    let set = UnsafeRawBufferPointer(
      start: accountstatus_descriptor_set_bytes(), count: accountstatus_descriptor_set_size)
    var methods: Set<DescribedMethod> = []
    var files = WireReader(set)
    while let file = try files.next() {
      var fields = try file.message()
      var package = ""
      while let field = try fields.next() {
        if field.number == 2 { package = try field.string() }
        guard field.number == 6 else { continue }
        try methods.formUnion(serviceMethods(package: package, field.message()))
      }
    }
    return methods
  }

  private func serviceMethods(
    package: String, _ service: WireReader
  ) throws -> Set<DescribedMethod> {
    var methods: Set<DescribedMethod> = []
    var name = ""
    var fields = service
    while let field = try fields.next() {
      if field.number == 1 { name = "\(package).\(try field.string())" }
      if field.number == 2 {
        methods.insert(try DescribedMethod(service: name, field.message()))
      }
    }
    return methods
  }

  @Test func `the method table is the one of the protos, streaming and idempotency included`()
    throws
  {
    let described = try describedMethods()
    #expect(described.count == 22)
    #expect(Set(Contract.methods.map { DescribedMethod($0) }) == described)
    #expect(Set(Contract.methods.map(\.fullName)).count == Contract.methods.count)
  }

  @Test func `importing is the one bidirectional method`() {
    #expect(Contract.methods.filter { $0.kind == .bidirectional } == [LedgerService.importFacts])
    #expect(
      Contract.methods.filter { $0.kind == .serverStreaming }
        == [StatusService.watchStatuses, HealthService.watch])
  }
}
