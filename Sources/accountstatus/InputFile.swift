import Glibc

/// Why a file cannot be read.
struct InputError: Error, CustomStringConvertible {
  let description: String
}

/// A file named on the command line; `-` is the standard input.
struct InputFile {
  private let stream: UnsafeMutablePointer<FILE>
  private let path: String

  /// Opens a file, reads it, closes it.
  static func read<Value>(
    _ path: String, _ body: (InputFile) async throws -> Value
  ) async throws -> Value {
    let isStandardInput = path == "-"
    guard let stream = isStandardInput ? fdopen(STDIN_FILENO, "r") : fopen(path, "re") else {
      throw InputError(description: "cannot read \(path): \(String(cString: strerror(errno)))")
    }
    defer { fclose(stream) }
    return try await body(
      InputFile(stream: stream, path: isStandardInput ? "the standard input" : path))
  }

  /// The next line, without its end; `nil` after the last one. Throws when it is longer than
  /// `limit` bytes.
  func nextLine(limit: Int = 1 << 20) throws -> [UInt8]? {
    var line: [UInt8] = []
    while true {
      let character = getc_unlocked(stream)
      if character == EOF {
        try check()
        return line.isEmpty ? nil : line
      }
      if character == 0x0A { return line }
      guard line.count < limit else {
        throw InputError(
          description: "\(path) has a line of more than \(limit) bytes; write one fact a line")
      }
      line.append(UInt8(truncatingIfNeeded: character))
    }
  }

  /// All that is left. Throws when it is more than `limit` bytes.
  func rest(limit: Int = 64 << 20) throws -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count <= limit {
      let chunk = [UInt8](unsafeUninitializedCapacity: 64 << 10) { buffer, count in
        count = fread(buffer.baseAddress, 1, buffer.count, stream)
      }
      if chunk.isEmpty {
        try check()
        return bytes
      }
      bytes += chunk
    }
    throw InputError(description: "\(path) has more than \(limit) bytes; import it in parts")
  }

  private func check() throws {
    guard ferror(stream) != 0 else { return }
    throw InputError(description: "cannot read \(path): \(String(cString: strerror(errno)))")
  }
}
