package import AccountStatusModel
internal import CAccountStatusV1

/// Asks which policy editions the server knows.
package struct ListEditionsRequest: Sendable, Hashable {
  package init() {}
}

extension ListEditionsRequest: WireEncodable, WireDecodable {
  init(_ wire: Accountstatus__V1__ListEditionsRequest) {}
  func fill(_ wire: inout Accountstatus__V1__ListEditionsRequest, _ arena: MessageArena) {}
}

/// What a list says of an edition.
package struct EditionSummary: Sendable, Hashable {
  package var name: String
  /// The edition of answers that name none.
  package var isDefault: Bool
  /// The file it was read from; empty: it comes with the server.
  package var file: String

  package init(name: String, isDefault: Bool, file: String) {
    self.name = name
    self.isDefault = isDefault
    self.file = file
  }

  fileprivate init(_ wire: Accountstatus__V1__EditionSummary) {
    self.init(
      name: readText(wire.name), isDefault: readBool(wire.is_default), file: readText(wire.file))
  }

  fileprivate func fill(_ wire: inout Accountstatus__V1__EditionSummary, _ arena: MessageArena) {
    wire.name = arena.text(name)
    wire.is_default = isDefault ? 1 : 0
    wire.file = arena.text(file)
  }
}

/// The policy editions, by name.
package struct ListEditionsResponse: Sendable, Hashable {
  package var editions: [EditionSummary]

  package init(editions: [EditionSummary]) {
    self.editions = editions
  }
}

extension ListEditionsResponse: WireEncodable, WireDecodable {
  init(_ wire: Accountstatus__V1__ListEditionsResponse) throws(FormError) {
    editions = try readMessages("editions", wire.editions, wire.n_editions, EditionSummary.init)
  }

  func fill(_ wire: inout Accountstatus__V1__ListEditionsResponse, _ arena: MessageArena) {
    (wire.n_editions, wire.editions) = arena.messages(editions) { $0.fill(&$1, arena) }
  }
}

/// Asks for a policy edition.
package struct GetEditionRequest: Sendable, Hashable {
  /// Nil: the default edition.
  package var name: String?

  package init(name: String? = nil) {
    self.name = name
  }
}

extension GetEditionRequest: WireEncodable, WireDecodable {
  init(_ wire: Accountstatus__V1__GetEditionRequest) {
    let text = readText(wire.name)
    name = text.isEmpty ? nil : text
  }

  func fill(_ wire: inout Accountstatus__V1__GetEditionRequest, _ arena: MessageArena) {
    wire.name = arena.text(name ?? "")
  }
}

/// A policy edition in full.
package struct GetEditionResponse: Sendable, Hashable {
  package var edition: PolicyEdition
  package var summary: EditionSummary

  package init(edition: PolicyEdition, summary: EditionSummary) {
    self.edition = edition
    self.summary = summary
  }
}

extension GetEditionResponse: WireEncodable, WireDecodable {
  init(_ wire: Accountstatus__V1__GetEditionResponse) throws(FormError) {
    guard let edition = wire.edition?.pointee, let summary = wire.summary?.pointee else {
      throw FormError(field: wire.edition == nil ? "edition" : "summary", "is missing")
    }
    self.init(
      edition: try inField("edition") { () throws(FormError) in try PolicyEdition(edition) },
      summary: EditionSummary(summary))
  }

  func fill(_ wire: inout Accountstatus__V1__GetEditionResponse, _ arena: MessageArena) {
    wire.edition = arena.message { edition.fill(&$0, arena) }
    wire.summary = arena.message { summary.fill(&$0, arena) }
  }
}

// MARK: - The generated types

extension Accountstatus__V1__ListEditionsRequest: CMessage {
  static var initializer: Initializer { accountstatus__v1__list_editions_request__init }
}

extension Accountstatus__V1__EditionSummary: CMessage {
  static var initializer: Initializer { accountstatus__v1__edition_summary__init }
}

extension Accountstatus__V1__ListEditionsResponse: CMessage {
  static var initializer: Initializer { accountstatus__v1__list_editions_response__init }
}

extension Accountstatus__V1__GetEditionRequest: CMessage {
  static var initializer: Initializer { accountstatus__v1__get_edition_request__init }
}

extension Accountstatus__V1__GetEditionResponse: CMessage {
  static var initializer: Initializer { accountstatus__v1__get_edition_response__init }
}
