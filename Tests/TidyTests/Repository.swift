import Foundation
import Testing

/// The files that are checked, as they lie in the working tree.
enum Repository {
  /// The folder with Package.swift.
  static let root = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Every file that is ours, by its path from the root; what was built or fetched is left out.
  static let files: [SourceFile] = {
    let top = [
      "Sources", "Clients", "Tests", "Fuzz", "Benchmarks", "proto", "scripts", ".ci", "docs",
    ]
    let folders = top.flatMap { files(below: $0) }
    let single = ["Package.swift", "Makefile", "README.md", "CONTRIBUTING.md", "CHANGELOG.md"]
    return (single + folders).sorted().compactMap { SourceFile(path: $0) }
  }()

  static let swift = files.filter { $0.path.hasSuffix(".swift") }
  /// The code of every Swift file, by its path.
  static let code = Dictionary(
    uniqueKeysWithValues: swift.map { ($0.path, SwiftCode($0.text)) })
  static let c = files.filter { $0.path.hasSuffix(".c") || $0.path.hasSuffix(".h") }

  private static let skipped: Set = ["build", ".build", "__pycache__", ".venv", "node_modules"]

  private static func files(below folder: String) -> [String] {
    guard
      let paths = FileManager.default.enumerator(atPath: root.appendingPathComponent(folder).path)
    else { return [] }
    var found: [String] = []
    for case let path as String in paths {
      if skipped.contains((path as NSString).lastPathComponent) {
        paths.skipDescendants()
      } else if paths.fileAttributes?[.type] as? FileAttributeType == .typeRegular {
        found.append("\(folder)/\(path)")
      }
    }
    return found
  }
}

/// A file of text.
struct SourceFile: Sendable, CustomStringConvertible {
  /// From the root.
  let path: String
  let text: String

  /// Nil when there is no such file, or it is no text.
  init?(path: String) {
    let url = Repository.root.appendingPathComponent(path)
    guard let data = try? Data(contentsOf: url), let text = String(data: data, encoding: .utf8)
    else { return nil }
    self.path = path
    self.text = text
  }

  /// A file of a test's own.
  init(path: String, text: String) {
    self.path = path
    self.text = text
  }

  var description: String { path }

  var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }

  /// Its code, when it is a Swift file.
  var code: SwiftCode { Repository.code[path] ?? SwiftCode(text) }

  /// Whether a tool wrote it.
  var isGenerated: Bool {
    path.hasSuffix(".pb-c.c") || path.hasSuffix(".pb-c.h")
      || path.hasPrefix("Sources/CAccountStatusDescriptors/")
  }

  /// The Swift module it belongs to: a target's name.
  var module: String? {
    let parts = path.split(separator: "/").map(String.init)
    if parts.count > 2, parts[0] == "Sources" || parts[0] == "Tests" { return parts[1] }
    if parts.count > 4, parts[0] == "Clients", parts[1] == "Swift" { return parts[3] }
    return nil
  }

  /// Whether it is part of what is shipped.
  var isSource: Bool {
    path.hasPrefix("Sources/") || path.hasPrefix("Clients/Swift/Sources/")
      || path.hasPrefix("Clients/Swift/Examples/")
  }

  /// File name without its extension.
  var name: String {
    ((path as NSString).lastPathComponent as NSString).deletingPathExtension
  }
}

/// Fails with all findings of a rule, one a line.
func expectNone(
  _ findings: [String], sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(
    findings.isEmpty, Comment(rawValue: "\n" + findings.joined(separator: "\n")),
    sourceLocation: sourceLocation)
}
