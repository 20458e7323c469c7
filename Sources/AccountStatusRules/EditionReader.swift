import AccountStatusModel
import JSONText

/// Takes an edition from the JSON of its file, and notes all that is wrong with it.
struct EditionReader {
  /// Something wrong, and where.
  struct Complaint {
    var path: JSONPath
    var part: JSONPath.Part
    /// Path, value and what is right.
    var text: String
  }

  /// A value and the way to it.
  private struct Field {
    var value: JSONValue
    var path: JSONPath
  }

  /// The most days of a threshold: a century.
  static let days = 0...Int32(36_500)
  /// Complaints beyond these would help nobody.
  private static let mostComplaints = 20

  /// The edition's name that the file's name promises.
  let fileName: String
  private(set) var complaints: [Complaint] = []

  init(fileName: String) {
    self.fileName = fileName
  }

  /// The edition; nil, or not to be used, when there are complaints.
  mutating func edition(_ document: JSONValue) -> PolicyEdition? {
    guard
      let fields = object(
        Field(value: document, path: JSONPath()),
        of: ["name", "coveredClouds", "csp", "maicpp", "capabilities", "allowedOutside"])
    else { return nil }
    let name = name(fields["name"])
    let clouds: WordSet<Cloud>? = words(fields["coveredClouds"], atLeastOne: true)
    let csp = rules(fields["csp"])
    let maicpp = rules(fields["maicpp"])
    let rows = rows(fields["capabilities"])
    let outside: WordSet<Capability>? = words(fields["allowedOutside"])
    guard let name, let clouds, let csp, let maicpp, let rows, let outside else { return nil }
    return PolicyEdition(
      name: name, coveredClouds: clouds, csp: csp, maicpp: maicpp,
      capabilities: CapabilityMatrix(rows: rows, allowedOutside: outside))
  }

  private mutating func complain(
    about path: JSONPath, _ text: String, part: JSONPath.Part = .value
  ) {
    guard complaints.count < Self.mostComplaints else { return }
    complaints.append(
      Complaint(path: path, part: part, text: path.steps.isEmpty ? text : "\(path): \(text)"))
  }

  private mutating func complain(about field: Field, _ text: String) {
    complain(about: field.path, "\(Self.shown(field.value)): \(text)")
  }

  /// A value as a message shows it.
  private static func shown(_ value: JSONValue) -> String {
    switch value {
    case .object, .array: value.kind
    default: shortened(value.text())
    }
  }

  private static func shortened(_ text: String) -> String {
    text.count <= 60 ? text : text.prefix(57) + "..."
  }
}

// MARK: - The parts of an edition

extension EditionReader {
  private mutating func name(_ field: Field?) -> String? {
    guard let field, let name = text(field) else { return nil }
    guard PolicyEdition.isName(name) else {
      complain(about: field, "must be \(PolicyEdition.nameForm)")
      return nil
    }
    guard name == fileName else {
      complain(about: field, "must be \"\(fileName)\", as the file is called")
      return nil
    }
    return name
  }

  private mutating func rules(_ field: Field?) -> ProgramRules? {
    guard let field,
      let fields = object(
        field, of: ["autoReinstate"], orMaybe: ["abuse", "billing", "provider", "profile"])
    else { return nil }
    // In the file's usual order, which is the order of the complaints.
    let abuse = fields["abuse"].map { abuseRule($0) }
    let billing = fields["billing"].map { billingRule($0) }
    let provider = fields["provider"].map { providerRule($0) }
    let profile = fields["profile"].map { profileRule($0) }
    guard let autoReinstate: WordSet<ReasonCode> = words(fields["autoReinstate"]) else {
      return nil
    }
    return ProgramRules(
      abuse: abuse ?? nil, billing: billing ?? nil, provider: provider ?? nil,
      profile: profile ?? nil, autoReinstate: autoReinstate)
  }

  private mutating func abuseRule(_ field: Field) -> AbuseRule? {
    guard let fields = object(field, of: ["severities", "states"]) else { return nil }
    let severities: WordSet<AbuseSeverity>? = words(fields["severities"], atLeastOne: true)
    let states: WordSet<AbuseState>? = words(fields["states"], atLeastOne: true)
    guard let severities, let states else { return nil }
    return AbuseRule(severities: severities, states: states)
  }

  private mutating func billingRule(_ field: Field) -> BillingRule? {
    guard let fields = object(field, of: ["pastDue"]) else { return nil }
    return threshold(fields["pastDue"]).map { BillingRule(pastDue: $0) }
  }

  private mutating func providerRule(_ field: Field) -> ProviderRule? {
    guard let fields = object(field, of: ["partnerTypes"]) else { return nil }
    return words(fields["partnerTypes"], atLeastOne: true).map { ProviderRule(partnerTypes: $0) }
  }

  private mutating func profileRule(_ field: Field) -> ProfileRule? {
    guard let fields = object(field, of: ["states", "lasting", "holdsUnderReview"]) else {
      return nil
    }
    let states: WordSet<VerificationState>? = words(fields["states"], atLeastOne: true)
    let lasting = threshold(fields["lasting"])
    let holdsUnderReview = bool(fields["holdsUnderReview"])
    guard let states, let lasting, let holdsUnderReview else { return nil }
    return ProfileRule(states: states, lasting: lasting, holdsUnderReview: holdsUnderReview)
  }

  private mutating func threshold(_ field: Field?) -> DayThreshold? {
    guard let field, let fields = object(field, of: ["comparator", "days"]) else { return nil }
    let comparator: DayComparator? = fields["comparator"].flatMap { word($0) }
    guard let days = fields["days"] else { return nil }
    guard case .number(let number) = days.value, let count: Int32 = number.integer(),
      Self.days.contains(count)
    else {
      complain(about: days, "must be 0 to 36 500")
      return nil
    }
    return comparator.map { DayThreshold($0, days: count) }
  }

  /// The rows in the order of the capabilities, each of which has one.
  private mutating func rows(_ field: Field?) -> [CapabilityMatrix.Row]? {
    guard let field, let elements = array(field) else { return nil }
    let complaintsBefore = complaints.count
    var rows: [Capability: CapabilityMatrix.Row] = [:]
    for element in elements {
      guard let fields = object(element, of: ["capability", "allowedWhileSuspended", "basis"])
      else { continue }
      let capability: Capability? = fields["capability"].flatMap { word($0) }
      let isAllowed = bool(fields["allowedWhileSuspended"])
      let basis: CapabilityBasis? = fields["basis"].flatMap { word($0) }
      guard let capability, let isAllowed, let basis, let place = fields["capability"] else {
        continue
      }
      if rows[capability] != nil { complain(about: place, "has a row already") }
      rows[capability] = .init(capability, isAllowedWhileSuspended: isAllowed, basis: basis)
    }
    // Rows that could not be read are complained about already.
    if complaints.count == complaintsBefore {
      for capability in Capability.allCases where rows[capability] == nil {
        complain(
          about: field.path, "has no row for \(Capability.spelling.name(of: capability))")
      }
    }
    return Capability.allCases.compactMap { rows[$0] }
  }
}

// MARK: - The kinds of values

extension EditionReader {
  /// The members of an object, by name, when it has all that it must have and nothing strange.
  private mutating func object(
    _ field: Field, of required: [String], orMaybe optional: [String] = []
  ) -> [String: Field]? {
    guard case .object(let object) = field.value else {
      complain(about: field, "must be an object")
      return nil
    }
    var fields: [String: Field] = [:]
    let known = required + optional
    for member in object.members {
      let path = field.path[member.name]
      guard known.contains(member.name) else {
        complain(
          about: path, "is no field; the fields here are \(known.joined(separator: ", "))",
          part: .name)
        continue
      }
      fields[member.name] = Field(value: member.value, path: path)
    }
    for name in required where fields[name] == nil {
      complain(about: field.path[name], "is missing")
    }
    return fields
  }

  private mutating func array(_ field: Field) -> [Field]? {
    guard case .array(let elements) = field.value else {
      complain(about: field, "must be an array")
      return nil
    }
    return elements.enumerated().map { Field(value: $1, path: field.path[$0]) }
  }

  private mutating func text(_ field: Field) -> String? {
    guard case .string(let text) = field.value else {
      complain(about: field, "must be a string")
      return nil
    }
    return text
  }

  private mutating func bool(_ field: Field?) -> Bool? {
    guard let field else { return nil }
    guard case .bool(let bool) = field.value else {
      complain(about: field, "must be true or false")
      return nil
    }
    return bool
  }

  private mutating func word<Element: EditionWord>(_ field: Field) -> Element? {
    guard case .string(let name) = field.value, let word = Element.spelling.word(name) else {
      complain(
        about: field, "must be one of \(Element.spelling.all.joined(separator: ", "))")
      return nil
    }
    return word
  }

  private mutating func words<Element: EditionWord>(
    _ field: Field?, atLeastOne: Bool = false
  ) -> WordSet<Element>? {
    guard let field, let elements = array(field) else { return nil }
    var set: WordSet<Element> = []
    for element in elements {
      guard let word: Element = word(element) else { continue }
      if set.contains(word) { complain(about: element, "is listed already") }
      set.insert(word)
    }
    if atLeastOne, elements.isEmpty {
      complain(
        about: field.path,
        "must list at least one of \(Element.spelling.all.joined(separator: ", "))")
    }
    return set
  }
}

extension PolicyEdition {
  /// The form of a name, for messages.
  static let nameForm = "1 to 64 of A-Z a-z 0-9 . _ -, the first a letter or digit"

  /// Whether a text can be an edition's name.
  package static func isName(_ text: String) -> Bool {
    func isLetterOrDigit(_ byte: UInt8) -> Bool {
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
    let bytes = text.utf8
    guard let first = bytes.first, isLetterOrDigit(first), bytes.count <= 64 else { return false }
    return bytes.allSatisfy { isLetterOrDigit($0) || [0x2D, 0x2E, 0x5F].contains($0) }
  }
}
