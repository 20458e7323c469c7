package import AccountStatusModel
import AccountStatusRules

/// Tells rows decided by the rules in force from rows decided by others.
///
/// Covers everything in the default edition and the version of the evaluation; equal in every
/// process of one program version. A false difference costs an evaluation anew, nothing else.
package enum RulesFingerprint {
  /// Raised with every change of the evaluation that can give another answer for the same facts.
  private static let evaluatorVersion = 2

  /// FNV-1a of what the rules are.
  package static func of(_ edition: PolicyEdition) -> Int64 {
    let text = "\(evaluatorVersion) \(String(reflecting: edition))"
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in text.utf8 {
      hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
    }
    return Int64(bitPattern: hash)
  }
}
