package import AccountStatusModel

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
package struct Remark: Error, Equatable, CustomStringConvertible {
  /// Where, for example `items[2].invoiceDate`; empty for the whole document.
  package let path: String
  /// What is the case, and what would be right.
  package let text: String

  package init(path: String, _ text: String) {
    self.path = path
    self.text = text
  }

  package var description: String { path.isEmpty ? text : "\(path): \(text)" }
}

/// What one resource yields.
struct Reading {
  var facts: [Fact] = []
  var remarks: [Remark] = []
}
