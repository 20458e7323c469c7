import AccountStatusModel

/// A word as an edition's file spells it: the contract's enum value, for example `CLOUD_PUBLIC`.
protocol EditionWord: Word {
  static var spelling: EditionSpelling<Self> { get }
}

/// The spellings of one kind of word, both ways.
struct EditionSpelling<Element: Word>: Sendable {
  private let names: [Element: String]
  private let words: [String: Element]

  /// Knows every word by the enum's prefix and its contract name.
  init(prefix: String) {
    names = Dictionary(
      uniqueKeysWithValues: Element.allCases.map { ($0, prefix + $0.contractName) })
    words = Dictionary(uniqueKeysWithValues: names.map { ($0.value, $0.key) })
  }

  /// How a word is spelt.
  func name(of word: Element) -> String { names[word] ?? "" }

  /// The word of a spelling; nil: it is none.
  func word(_ name: String) -> Element? { words[name] }

  /// All spellings, in the order of the words.
  var all: [String] { Element.allCases.map(name(of:)) }
}

extension Cloud: EditionWord {
  static let spelling = EditionSpelling<Cloud>(prefix: "CLOUD_")
}

extension PartnerType: EditionWord {
  static let spelling = EditionSpelling<PartnerType>(prefix: "PARTNER_TYPE_")
}

extension VerificationState: EditionWord {
  static let spelling = EditionSpelling<VerificationState>(prefix: "VERIFICATION_STATE_")
}

extension AbuseSeverity: EditionWord {
  static let spelling = EditionSpelling<AbuseSeverity>(prefix: "ABUSE_SEVERITY_")
}

extension AbuseState: EditionWord {
  static let spelling = EditionSpelling<AbuseState>(prefix: "ABUSE_STATE_")
}

extension ReasonCode: EditionWord {
  static let spelling = EditionSpelling<ReasonCode>(prefix: "REASON_CODE_")
}

extension Capability: EditionWord {
  static let spelling = EditionSpelling<Capability>(prefix: "CAPABILITY_")
}

extension CapabilityBasis: EditionWord {
  static let spelling = EditionSpelling<CapabilityBasis>(prefix: "CAPABILITY_BASIS_")
}

extension DayComparator: EditionWord {
  static let spelling = EditionSpelling<DayComparator>(prefix: "DAY_COMPARATOR_")
}
