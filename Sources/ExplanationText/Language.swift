/// A language that explanations are written in.
package enum Language: String, CaseIterable, Sendable {
  case english = "en"
  case swedish = "sv"

  /// The language of a BCP 47 tag such as `sv-SE`, or of a POSIX locale such as `sv_SE.UTF-8`:
  /// only its first part decides. English where it is none of ours.
  package init(tag: String) {
    let primary = tag.prefix { $0.isASCII && $0.isLetter }.lowercased()
    self = Language(rawValue: primary) ?? .english
  }

  /// What a process is asked to speak: the first of these variables that is not empty decides.
  package init(environment: (String) -> String?) {
    let names = ["LC_ALL", "LC_MESSAGES", "LANG"]
    self.init(tag: names.lazy.compactMap(environment).first { !$0.isEmpty } ?? "")
  }
}
