package import AccountStatusModel
import JSONText

/// What one document yielded.
package struct ImportedDocument: Sendable {
  /// What the ledger lacks, in the order to report it.
  package var facts: [Fact] = []
  /// What was read and changes nothing, or could not be understood and may be left out.
  package var remarks: [Remark] = []
  /// The items that yield no fact because something they must say is missing or malformed.
  package var rejections: [Remark] = []
}

/// Something to say about a place in a document.
///
/// What it repeats of the document is safe to print: without control characters, which a terminal
/// would obey.
package struct Remark: Error, Equatable, CustomStringConvertible {
  /// Where, for example `items[2].invoiceDate`; empty for the whole document.
  package let path: String
  /// What is the case, and what would be right.
  package let text: String

  package init(path: String, _ text: String) {
    self.path = printable(path)
    self.text = printable(text)
  }

  package var description: String { path.isEmpty ? text : "\(path): \(text)" }
}

/// What one resource yields.
struct Reading {
  var facts: [Fact] = []
  var remarks: [Remark] = []

  /// Says something about a member of a resource.
  mutating func remark(on member: String, of resource: Resource, _ text: String) {
    remarks.append(Remark(path: resource.path(of: member), text))
  }
}

/// A value as a message shows it: JSON, cut where it is long.
func shown(_ value: JSONValue) -> String {
  let limit = 60
  let text = value.text()
  return text.count <= limit ? text : "\(text.prefix(limit))…"
}

/// A text with its control characters spelled out.
private func printable(_ text: String) -> String {
  guard text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
  else { return text }
  return text.unicodeScalars.reduce(into: "") { result, scalar in
    if scalar.properties.generalCategory == .control {
      result += "\\u{\(String(scalar.value, radix: 16))}"
    } else {
      result.unicodeScalars.append(scalar)
    }
  }
}
