package import AccountStatusModel
package import JSONText

/// The file of a policy edition: the JSON of one `accountstatus.v1.PolicyEdition`.
///
/// Its name is the edition's with `.json` behind it. Read strictly: every field is there, each of
/// its kind and within its bounds; only a rule may be left out, which then is no reason for
/// suspension. An unknown field or value is refused, for it may be a misspelt rule.
package struct EditionFile: Sendable {
  /// The most bytes that a file may have; the longest that says nothing twice has some 6 000.
  package static let maximumSize = 65_536
  /// What the name of a file ends in.
  package static let suffix = ".json"

  /// Path, as messages show it.
  package let path: String
  private let bytes: [UInt8]

  /// The content of a file.
  package init(path: String, bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
  }

  /// Reads the edition.
  package func edition() throws(EditionFileError) -> PolicyEdition {
    let value = try document()
    var reader = EditionReader(fileName: name)
    let edition = reader.edition(value)
    guard let edition, reader.complaints.isEmpty else { throw refusal(reader.complaints) }
    return edition
  }

  /// The edition's name that the file's name promises.
  private var name: String {
    let last = path.split(separator: "/").last.map(String.init) ?? ""
    return last.hasSuffix(Self.suffix) ? String(last.dropLast(Self.suffix.count)) : last
  }

  private func document() throws(EditionFileError) -> JSONValue {
    if bytes.count > Self.maximumSize {
      throw refusal("has more than \(Self.maximumSize) bytes")
    }
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      throw refusal("begins with a byte order mark; save it as UTF-8 without one")
    }
    do throws(JSONSyntaxError) {
      return try JSONValue(parsing: bytes)
    } catch {
      throw EditionFileError([.init(file: path, position: error.position, message: error.message)])
    }
  }

  private func refusal(_ message: String) -> EditionFileError {
    EditionFileError([.init(file: path, position: nil, message: message)])
  }

  private func refusal(_ complaints: [EditionReader.Complaint]) -> EditionFileError {
    EditionFileError(
      complaints.map { complaint in
        (complaint.path.position(in: bytes, of: complaint.part), complaint.text)
      }
      .sorted { $0.0 < $1.0 }
      .map { .init(file: path, position: $0.0, message: $0.1) })
  }
}

/// What is wrong with the files of editions, all of it that was found.
package struct EditionFileError: Error, Hashable, CustomStringConvertible {
  /// One thing that is wrong.
  package struct Problem: Hashable, Sendable, CustomStringConvertible {
    /// The file's path.
    package var file: String
    /// Where in it; nil: it is about the file as a whole.
    package var position: JSONPosition?
    /// What stands there, and what may.
    package var message: String

    package init(file: String, position: JSONPosition?, message: String) {
      self.file = file
      self.position = position
      self.message = message
    }

    /// `editions/2027-01.json:14:17: csp.billing.pastDue.days: -3: must be 0 to 36 500`
    package var description: String {
      "\(file):\(position.map { "\($0):" } ?? "") \(message)"
    }
  }

  /// By file, then in the file's order.
  package var problems: [Problem]

  package init(_ problems: [Problem]) {
    self.problems = problems
  }

  /// A line per problem.
  package var description: String {
    problems.map(\.description).joined(separator: "\n")
  }
}

// MARK: - Several files

extension EditionFile {
  /// Reads files of editions, which with those of `others` must have each its own name.
  ///
  /// Editions never change: a file that repeats one of `others` to the letter says nothing new and
  /// is left out; one that gives its name to other rules is refused.
  package static func editions(
    in files: [EditionFile], beside others: [PolicyEdition] = PolicyEdition.builtIn
  ) throws(EditionFileError) -> [EditionCatalogue.Entry] {
    var entries: [EditionCatalogue.Entry] = []
    var problems: [EditionFileError.Problem] = []
    for file in files {
      do throws(EditionFileError) {
        let edition = try file.edition()
        if let other = others.first(where: { $0.name == edition.name }) {
          if other != edition { problems.append(file.difference(of: edition, from: other)) }
        } else if let other = entries.first(where: { $0.edition.name == edition.name }) {
          problems.append(
            .init(
              file: file.path, position: JSONPath()["name"].position(in: file.bytes),
              message: "name: \"\(edition.name)\": is the name of \(other.file ?? "another") too"))
        } else {
          entries.append(EditionCatalogue.Entry(edition: edition, file: file.path))
        }
      } catch {
        problems += error.problems
      }
    }
    guard problems.isEmpty else { throw EditionFileError(problems) }
    return entries
  }

  /// Says where an edition first differs from the one that has its name.
  private func difference(
    of edition: PolicyEdition, from other: PolicyEdition
  ) -> EditionFileError.Problem {
    let path = edition.json.firstDifference(from: other.json, at: JSONPath()) ?? JSONPath()
    return EditionFileError.Problem(
      file: self.path, position: path.position(in: bytes),
      message: "\(path): differs from the edition \(other.name) that comes with the server; an "
        + "edition never changes, so give this one another name")
  }
}

extension JSONValue {
  /// The way to the first thing in this value that another one has not, or has otherwise.
  fileprivate func firstDifference(from other: JSONValue, at path: JSONPath) -> JSONPath? {
    switch (self, other) {
    case (.object(let mine), .object(let others)):
      for name in mine.members.map(\.name) + others.members.map(\.name) {
        guard let value = mine[name], let theirs = others[name] else { return path[name] }
        if let way = value.firstDifference(from: theirs, at: path[name]) { return way }
      }
      return nil
    case (.array(let mine), .array(let others)):
      for (index, (value, theirs)) in zip(mine, others).enumerated() {
        if let way = value.firstDifference(from: theirs, at: path[index]) { return way }
      }
      return mine.count == others.count ? nil : path
    default:
      return self == other ? nil : path
    }
  }
}
