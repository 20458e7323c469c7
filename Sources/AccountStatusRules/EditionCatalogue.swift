package import AccountStatusModel

/// The editions a server knows, and the one that holds where none is named.
package struct EditionCatalogue: Sendable {
  /// An edition and where it comes from.
  package struct Entry: Hashable, Sendable {
    package var edition: PolicyEdition
    /// The file it was read from; nil: it comes with the server.
    package var file: String?

    package init(edition: PolicyEdition, file: String? = nil) {
      self.edition = edition
      self.file = file
    }
  }

  /// The edition of every query that names none.
  package let `default`: PolicyEdition
  private let byName: [String: Entry]

  /// Knows these editions; a later one replaces an earlier one of its name.
  package init(
    _ editions: [PolicyEdition] = PolicyEdition.builtIn,
    defaultName: String = PolicyEdition.defaultName
  ) throws(UnknownEdition) {
    try self.init(editions.map { Entry(edition: $0) }, defaultName: defaultName)
  }

  /// Knows the editions of these entries; a later one replaces an earlier one of its name.
  package init(_ entries: [Entry], defaultName: String) throws(UnknownEdition) {
    byName = Dictionary(entries.map { ($0.edition.name, $0) }) { _, later in later }
    guard let entry = byName[defaultName] else {
      throw UnknownEdition(name: defaultName, known: byName.keys.sorted())
    }
    `default` = entry.edition
  }

  /// The names, in order.
  package var names: [String] { byName.keys.sorted() }

  /// All of them, by name.
  package var entries: [Entry] {
    byName.values.sorted { $0.edition.name < $1.edition.name }
  }

  /// The edition of a name.
  package subscript(name: String) -> PolicyEdition {
    get throws(UnknownEdition) { try entry(of: name).edition }
  }

  /// The edition of a name, with where it comes from.
  package func entry(of name: String) throws(UnknownEdition) -> Entry {
    guard let entry = byName[name] else { throw UnknownEdition(name: name, known: names) }
    return entry
  }
}

/// No edition has the name asked for.
package struct UnknownEdition: Error, Hashable, Sendable, CustomStringConvertible {
  /// The name asked for.
  package var name: String
  /// The names there are.
  package var known: [String]

  /// One line for people.
  package var description: String {
    "\"\(name)\" is not a policy edition; known are \(known.joined(separator: ", "))"
  }
}
