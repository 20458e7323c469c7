package import AccountStatusModel

/// The editions a server knows, and the one that holds where none is named.
package struct EditionCatalogue: Sendable {
  /// The edition of every query that names none.
  package let `default`: PolicyEdition
  private let editions: [String: PolicyEdition]

  /// Knows these editions; a later one replaces an earlier one of its name.
  package init(
    _ editions: [PolicyEdition] = PolicyEdition.builtIn,
    defaultName: String = PolicyEdition.defaultName
  ) throws(UnknownEdition) {
    self.editions = Dictionary(editions.map { ($0.name, $0) }) { _, later in later }
    guard let edition = self.editions[defaultName] else {
      throw UnknownEdition(name: defaultName, known: self.editions.keys.sorted())
    }
    `default` = edition
  }

  /// The names, in order.
  package var names: [String] { editions.keys.sorted() }

  /// The edition of a name.
  package subscript(name: String) -> PolicyEdition {
    get throws(UnknownEdition) {
      guard let edition = editions[name] else {
        throw UnknownEdition(name: name, known: names)
      }
      return edition
    }
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
