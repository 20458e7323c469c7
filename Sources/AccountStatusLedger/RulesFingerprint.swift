package import AccountStatusModel
import AccountStatusRules

/// Tells rows decided by the rules in force from rows decided by others.
///
/// Covers everything in the default edition, by the text of its file, and the version of the
/// evaluation; equal wherever those are. A false difference costs an evaluation anew, nothing else.
package enum RulesFingerprint {
  /// Raised with every change of the evaluation that can give another answer for the same facts.
  private static let evaluatorVersion = 2
  /// The lower bits are of everything, those above of the edition's name alone.
  private static let contentBits = 48

  /// FNV-1a of what the rules are.
  package static func of(_ edition: PolicyEdition) -> Int64 {
    let content = hash("\(evaluatorVersion) \(edition.fileText)")
    let name = hash(edition.name)
    return Int64(bitPattern: name << contentBits | content & (1 << contentBits - 1))
  }

  /// Whether two fingerprints are of editions of one name; of two names they may say so too, once
  /// in 65 536.
  package static func areOfOneEdition(_ one: Int64, _ other: Int64) -> Bool {
    nameOnly(one) == nameOnly(other)
  }

  /// The part of a fingerprint that is of the edition's name.
  package static func nameOnly(_ fingerprint: Int64) -> Int64 { fingerprint >> contentBits }

  /// That part of the fingerprint of any edition with a name.
  package static func ofName(_ name: String) -> Int64 {
    nameOnly(Int64(bitPattern: hash(name) << contentBits))
  }

  private static func hash(_ text: String) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in text.utf8 {
      hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
    }
    // Folded, because the lower bits of the last bytes would not reach all of it.
    return hash ^ hash >> 32
  }
}
