package import AccountStatusModel
internal import JSONText

/// What there is to say, in one language: data of the file `Catalogues/en.json` or `sv.json`, which
/// is embedded in the program.
package struct MessageCatalogue: Sendable {
  /// A file that is no complete catalogue, in words that name the place.
  package struct Fault: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String
  }

  private let decimalMark: String
  private let digitGroup: String
  private let listSeparator: String
  private let lastAnd: String
  private let lastOr: String
  private let messages: [MessageKey: MessageTemplate]
  /// By enum, then by name.
  private let words: [String: [String: String]]

  /// The catalogue of a language.
  package static func of(_ language: Language) -> MessageCatalogue {
    switch language {
    case .english: english
    case .swedish: swedish
    }
  }

  private static let english = embedded(PackageResources.en_json)
  private static let swedish = embedded(PackageResources.sv_json)

  private static func embedded(_ bytes: [UInt8]) -> MessageCatalogue {
    do throws(Fault) {
      return try MessageCatalogue(json: String(decoding: bytes, as: UTF8.self))
    } catch {
      preconditionFailure("an embedded catalogue is damaged: \(error)")
    }
  }

  /// Reads a catalogue; it has every message, and none that nobody knows.
  package init(json text: String) throws(Fault) {
    let document: JSONValue
    do throws(JSONSyntaxError) {
      document = try JSONValue(parsing: text)
    } catch {
      throw Fault(description: "\(error)")
    }
    decimalMark = try Self.text("decimalMark", of: document)
    digitGroup = try Self.text("digitGroup", of: document)
    let list = document["list"] ?? .null
    listSeparator = try Self.text("separator", of: list)
    lastAnd = try Self.text("and", of: list)
    lastOr = try Self.text("or", of: list)

    var messages: [MessageKey: MessageTemplate] = [:]
    for (name, text) in try Self.texts("messages", of: document) {
      guard let key = MessageKey(rawValue: name) else {
        throw Fault(description: "messages.\(name) is no message")
      }
      guard let template = MessageTemplate(text) else {
        throw Fault(description: "messages.\(name): its braces are no placeholders")
      }
      messages[key] = template
    }
    for key in MessageKey.allCases where messages[key] == nil {
      throw Fault(description: "messages.\(key.rawValue) is missing")
    }
    self.messages = messages

    guard case .object(let enums)? = document["words"] else {
      throw Fault(description: "words is no object")
    }
    var words: [String: [String: String]] = [:]
    for member in enums.members {
      words[member.name] = try Self.texts(member.name, of: .object(enums))
    }
    self.words = words
  }

  private static func text(_ name: String, of value: JSONValue) throws(Fault) -> String {
    guard case .string(let text)? = value[name] else {
      throw Fault(description: "\(name) is no text")
    }
    return text
  }

  private static func texts(
    _ name: String, of value: JSONValue
  ) throws(Fault) -> [String: String] {
    guard case .object(let object)? = value[name] else {
      throw Fault(description: "\(name) is no object")
    }
    var texts: [String: String] = [:]
    for member in object.members {
      guard case .string(let text) = member.value, !text.isEmpty else {
        throw Fault(description: "\(name).\(member.name) is no text")
      }
      texts[member.name] = text
    }
    return texts
  }
}

// MARK: - Speaking

extension MessageCatalogue {
  /// A phrase in this language. A placeholder without a value stays as it is.
  package func text(_ phrase: Phrase) -> String {
    (messages[phrase.key]?.pieces ?? []).reduce(into: "") { text, piece in
      switch piece {
      case .text(let own): text += own
      case .value(let name): text += phrase.values[name].map(spoken) ?? "{\(name)}"
      case .choice(let name, let one, let other):
        text += phrase.values[name] == .number(1) ? one : other
      }
    }
  }

  /// A message without placeholders, or with these.
  package func text(_ key: MessageKey, _ values: [String: Phrase.Value] = [:]) -> String {
    text(Phrase(key, values))
  }

  /// A word of the contract; one that this catalogue does not know is spoken as it is.
  package func word(_ type: String, _ name: String) -> String {
    words[type]?[name] ?? name
  }

  /// The messages' placeholders, for comparing catalogues.
  package var placeholders: [MessageKey: Set<String>] { messages.mapValues(\.placeholders) }

  /// The words there are, for comparing catalogues.
  package var vocabulary: [String: Set<String>] { words.mapValues { Set($0.keys) } }

  private func spoken(_ value: Phrase.Value) -> String {
    switch value {
    case .id(let id): id
    case .number(let number): "\(number)"
    case .money(let money): spoken(money)
    case .day(let day): "\(day)"
    case .instant(let instant): "\(instant)"
    case .word(let type, let name): word(type, name)
    case .all(let values): joined(values.map(spoken), last: lastAnd)
    case .any(let values): joined(values.map(spoken), last: lastOr)
    }
  }

  private func joined(_ texts: [String], last: String) -> String {
    guard let final = texts.last, texts.count > 1 else { return texts.first ?? "" }
    return texts.dropLast().joined(separator: listSeparator) + last + final
  }

  /// The digits in groups of three, and two decimals or as many as there are.
  private func spoken(_ money: Money) -> String {
    let plain = "\(money)".prefix { $0 != " " }
    let parts = plain.split(separator: ".", maxSplits: 1)
    let whole = parts[0].drop { $0 == "-" }
    var grouped = ""
    for (index, digit) in whole.enumerated() {
      if index > 0, (whole.count - index).isMultiple(of: 3) { grouped += digitGroup }
      grouped.append(digit)
    }
    let sign = plain.hasPrefix("-") ? "-" : ""
    return "\(sign)\(grouped)\(decimalMark)\(parts.last ?? "00") \(money.currency)"
  }
}
