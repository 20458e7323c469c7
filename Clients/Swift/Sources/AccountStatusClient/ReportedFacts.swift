internal import AccountStatusAPI
public import AccountStatusModel
internal import TTRPC

/// What happens to the good facts of a report that holds a bad one.
public enum ReportMode: Sendable, Hashable {
  /// The default: one refused fact fails the call, and nothing is stored.
  case allOrNothing
  /// Every fact has its own result.
  case each
}

/// What became of a fact.
public enum FactResult: Sendable, Hashable {
  /// It is durable, under this sequence.
  case stored(sequence: UInt64)
  /// The same fact was stored before, under this sequence; it counts once.
  case duplicate(sequence: UInt64)
  /// It was not stored.
  case refused(FactRefusal)
}

/// Why a fact was not stored.
public struct FactRefusal: Sendable, Hashable, CustomStringConvertible {
  /// Its place among the facts given.
  public var index: Int
  /// The fact's source.
  public var source: String
  /// The fact's id within its source.
  public var factID: String
  /// What kind of refusal it is.
  public var kind: AccountStatusError.Kind
  /// Path of the field in proto3 JSON names; may be empty.
  public var field: String
  /// What is wrong and what would be right.
  public var message: String
  /// Of an approval: the reasons that stand against it.
  public var outstanding: [Reason]

  /// One line for people.
  public var description: String { field.isEmpty ? message : "\(field): \(message)" }
}

/// A part of an import, stored.
public struct ImportedChunk: Sendable, Hashable {
  /// Place of the chunk's first fact among the facts given.
  public var firstFact: Int
  /// One per fact of the chunk, in order.
  public var results: [FactResult]
  /// Pass it as `atLeast` to read what was written here.
  public var token: Token
}

extension FactResult {
  init(_ result: AccountStatusAPI.FactResult, from firstFact: Int = 0) {
    switch result {
    case .stored(let sequence): self = .stored(sequence: sequence)
    case .duplicate(let sequence): self = .duplicate(sequence: sequence)
    case .refused(let refusal): self = .refused(FactRefusal(refusal, from: firstFact))
    }
  }
}

extension FactRefusal {
  init(_ refusal: AccountStatusAPI.FactRefusal, from firstFact: Int = 0) {
    self.init(
      index: firstFact + refusal.index, source: refusal.source, factID: refusal.factID,
      kind: AccountStatusError.Kind(refusal.code), field: refusal.field, message: refusal.message,
      outstanding: refusal.outstanding)
  }
}
