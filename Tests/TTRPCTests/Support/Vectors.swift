import Foundation
import Testing

/// One conversation of Tests/Vectors; its README says how the files read.
struct Vector: Sendable, CustomTestStringConvertible {
  enum Line: Sendable {
    case client([UInt8])
    case server([UInt8])
    case closed
    case outcome(String)
  }

  let name: String
  var lines: [Line] = []

  var testDescription: String { name }

  /// All that the client sends.
  var input: [UInt8] {
    lines.flatMap { line -> [UInt8] in
      if case .client(let bytes) = line { bytes } else { [] }
    }
  }

  /// All that the server sends.
  var output: [UInt8] {
    lines.flatMap { line -> [UInt8] in
      if case .server(let bytes) = line { bytes } else { [] }
    }
  }

  var isClosed: Bool { lines.contains { if case .closed = $0 { true } else { false } } }

  var outcome: String? {
    for case .outcome(let text) in lines { return text }
    return nil
  }

  /// Small enough to be cut at every place.
  var isSmall: Bool { input.count <= 4_096 }

  static let server = load("server.txt")
  static let client = load("client.txt")

  private static func load(_ file: String) -> [Vector] {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Vectors")
    guard let text = try? String(contentsOf: folder.appending(path: file), encoding: .utf8) else {
      return []
    }
    var vectors: [Vector] = []
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      let words = line.split(separator: " ", maxSplits: 2)
      let name = String(words[0])
      if vectors.last?.name != name { vectors.append(Vector(name: name)) }
      vectors[vectors.count - 1].lines.append(parse(words[1], words.count > 2 ? words[2] : ""))
    }
    return vectors
  }

  private static func parse(_ mark: Substring, _ rest: Substring) -> Line {
    switch mark {
    case ">": .client(bytes(rest))
    case "<": .server(bytes(rest))
    case "!": .closed
    default: .outcome(String(rest))
    }
  }

  static func bytes(_ text: some StringProtocol) -> [UInt8] {
    var bytes: [UInt8] = []
    for word in text.split(separator: " ") {
      let parts = word.split(separator: "*")
      let byte = UInt8(parts[0], radix: 16) ?? 0
      let count = parts.count > 1 ? Int(parts[1]) ?? 0 : 1
      bytes.append(contentsOf: repeatElement(byte, count: count))
    }
    return bytes
  }
}

/// Bytes as the vectors write them.
func hex(_ text: String) -> [UInt8] { Vector.bytes(text) }
