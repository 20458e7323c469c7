package import AccountStatusModel
internal import CAccountStatusV1
internal import CWireCheck
internal import TTRPC

// Facts as a server receives them. A request is taken apart in place and every fact is checked,
// unpacked and judged by itself: one malformed fact is refused by itself, and memory is bounded by
// the largest fact, not by the request.

/// One fact of a request, or why it is malformed.
package struct ReceivedFact: Sendable, Equatable {
  /// As the reporter states them, as far as they could be read; they name a refused fact.
  package var source: String
  package var factID: String
  /// The fact; or the malformed field, by its path from the request: `facts[2].effectiveAt`.
  package var fact: Result<Fact, FormError>

  package init(_ fact: Fact) {
    source = fact.identity.source.text
    factID = fact.identity.factID.text
    self.fact = .success(fact)
  }
}

/// Facts to store, as a server receives them.
package struct ReceivedReport: Sendable, Equatable, DecodableMessage {
  package var facts: [ReceivedFact]
  package var mode: ReportMode

  package static func decode(
    _ payload: UnsafeRawBufferPointer
  ) throws(FormError) -> ReceivedReport {
    var slices = FactSlices()
    var mode: UInt64 = 0
    try payload.forEachField { field throws(FormError) in
      switch field.number {
      case 1: try slices.append(field)
      case 2: mode = try field.number(of: "mode")
      default: break
      }
    }
    // An unknown mode might mean that nothing is to be stored: it is not guessed.
    guard mode <= 2 else {
      throw FormError(
        field: "mode", "is \(mode), which is not known; use ALL_OR_NOTHING or EACH")
    }
    guard !slices.isEmpty else {
      throw FormError(field: "facts", "is empty; give 1 to \(ReportFactsRequest.maximumFacts)")
    }
    return ReceivedReport(
      facts: slices.received(), mode: ReportMode(rawValue: UInt32(mode)) ?? .allOrNothing)
  }
}

/// A chunk of a bulk import, as a server receives it.
package struct ReceivedChunk: Sendable, Equatable, DecodableMessage {
  /// The most bytes of a chunk.
  package static let maximumByteCount = 1 << 20

  package var chunk: UInt64
  package var facts: [ReceivedFact]

  package static func decode(_ payload: UnsafeRawBufferPointer) throws(FormError) -> ReceivedChunk {
    guard payload.count <= maximumByteCount else {
      throw FormError(
        "has \(payload.count) bytes; a chunk has at most \(maximumByteCount): send smaller ones")
    }
    var slices = FactSlices()
    var chunk: UInt64 = 0
    try payload.forEachField { field throws(FormError) in
      switch field.number {
      case 1: chunk = try field.number(of: "chunk")
      case 2: try slices.append(field)
      default: break
      }
    }
    return ReceivedChunk(chunk: chunk, facts: slices.received())
  }
}

/// The encoded facts of a request, in place.
struct FactSlices {
  private var slices: [UnsafeRawBufferPointer] = []

  var isEmpty: Bool { slices.isEmpty }

  mutating func append(_ field: WireField) throws(FormError) {
    guard field.type == .lengthDelimited else {
      throw FormError(
        field: "facts[\(slices.count)]", "has the wrong wire type; encode it as its proto says")
    }
    guard slices.count < ReportFactsRequest.maximumFacts else {
      throw FormError(
        field: "facts",
        "has more than \(ReportFactsRequest.maximumFacts) entries; send fewer at a time")
    }
    slices.append(field.content)
  }

  func received() -> [ReceivedFact] {
    let arena = MessageArena(cap: 0)
    return slices.enumerated().map { index, slice in
      ReceivedFact(slice, named: "facts[\(index)]", in: arena)
    }
  }
}

extension ReceivedFact {
  fileprivate init(_ slice: UnsafeRawBufferPointer, named name: String, in arena: MessageArena) {
    switch Self.unpack(slice, in: arena) {
    case .success(let fact):
      self.init(fact)
    case .failure(let error):
      self.init(malformed: error.within(name))
      readNames(slice)
    }
  }

  private init(malformed error: FormError) {
    source = ""
    factID = ""
    fact = .failure(error)
  }

  private static func unpack(
    _ slice: UnsafeRawBufferPointer, in arena: MessageArena
  ) -> Result<Fact, FormError> {
    let cap = wire_arena_cap(slice.count, UInt32(WIRE_ARENA_FACTS))
    do throws(FormError) {
      let fact = try Accountstatus__V1__Fact.unpack(slice, in: arena, cap: cap, isStrict: true) {
        wire throws(FormError) in
        try Fact(wire)
      }
      return .success(fact)
    } catch {
      return .failure(error)
    }
  }

  /// Reads source and fact_id of a malformed fact, as far as that can be done.
  private mutating func readNames(_ slice: UnsafeRawBufferPointer) {
    var reader = WireReader(slice)
    while let field = try? reader.next() {
      guard field.type == .lengthDelimited, field.content.count <= Identifier.maximumLength,
        let value = try? field.string()
      else { continue }
      if field.number == 2 { source = value }
      if field.number == 3 { factID = value }
    }
  }
}

// MARK: - In place

extension UnsafeRawBufferPointer {
  /// Fields of a request that no one knows; as many as the wire check lets through.
  private static var maximumUnknownFields: Int { 64 }

  /// Walks over the fields of the outermost message, of which those above `last` are unknown.
  func forEachField(
    upTo last: UInt32 = 2, _ body: (WireField) throws(FormError) -> Void
  ) throws(FormError) {
    var reader = WireReader(self)
    var unknownFields = 0
    while let field = try reader.nextField() {
      if field.number > last { unknownFields += 1 }
      guard unknownFields <= Self.maximumUnknownFields else {
        throw FormError("has too many unknown fields; use a newer server")
      }
      try body(field)
    }
  }
}

extension WireReader {
  fileprivate mutating func nextField() throws(FormError) -> WireField? {
    do throws(WireError) {
      return try next()
    } catch {
      throw FormError("is not an encoded message (\(error)); encode it as its proto says")
    }
  }
}

extension WireField {
  fileprivate func number(of name: String) throws(FormError) -> UInt64 {
    guard type == .varint else {
      throw FormError(field: name, "has the wrong wire type; encode it as its proto says")
    }
    return value
  }
}
