import Foundation
import JSONText

/// Python's protobuf as a second opinion: one process, asked over pipes.
final class PythonPeer {
  /// Why the peer cannot be asked.
  struct Unavailable: Error, CustomStringConvertible {
    let description: String
  }

  private let process = Process()
  private let requests = Pipe()
  private let answers = Pipe()
  private var buffered: [UInt8] = []

  init(descriptorSet: [UInt8]) throws {
    let script = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "protobuf_peer.py")
    process.executableURL = URL(filePath: "/usr/bin/python3")
    process.arguments = [script.path]
    process.standardInput = requests
    process.standardOutput = answers
    // A peer that has ended is an error to report, not a signal to die of.
    signal(SIGPIPE, SIG_IGN)
    do {
      try process.run()
    } catch {
      throw Self.missing("/usr/bin/python3 did not start: \(error)")
    }
    try send(Data(descriptorSet).base64EncodedString())
  }

  deinit {
    try? requests.fileHandleForWriting.close()
    process.waitUntilExit()
  }

  /// What Python made of a request.
  struct Answer {
    /// The message as JSON text, when that was asked for and Python did not refuse.
    var json: String?
    /// The message encoded with its fields in order, unless Python refused.
    var wire: [UInt8]?
    /// Why Python refused.
    var refusal: String?
  }

  /// Python's JSON for an encoded message.
  func print(_ wire: [UInt8], as type: String) throws -> Answer {
    try ask([
      "op": .string("print"), "type": .string(type),
      "wire": .string(Data(wire).base64EncodedString()),
    ])
  }

  /// Python's encoding of JSON text.
  func parse(_ json: String, as type: String) throws -> Answer {
    try ask(["op": .string("parse"), "type": .string(type), "json": .string(json)])
  }

  private func ask(_ request: JSONObject) throws -> Answer {
    try send(JSONValue.object(request).text())
    let answer = try JSONValue(parsing: try nextLine())
    var result = Answer()
    if case .string(let json)? = answer["json"] { result.json = json }
    if case .string(let wire)? = answer["wire"] {
      result.wire = Data(base64Encoded: wire).map { Array($0) }
    }
    if case .string(let refusal)? = answer["refused"] { result.refusal = refusal }
    return result
  }

  private func nextLine() throws -> [UInt8] {
    while true {
      if let end = buffered.firstIndex(of: 0x0A) {
        let line = Array(buffered[..<end])
        buffered.removeSubrange(...end)
        return line
      }
      let data = answers.fileHandleForReading.availableData
      if data.isEmpty { throw Self.missing("it ended; its message stands above") }
      buffered += data
    }
  }

  private func send(_ line: String) throws {
    try requests.fileHandleForWriting.write(contentsOf: Data((line + "\n").utf8))
  }

  private static func missing(_ cause: String) -> Unavailable {
    Unavailable(
      description: "Python's protobuf cannot be asked (\(cause)); install python3-protobuf")
  }
}
