import Glibc

/// Why a file cannot be read.
struct InputError: Error, CustomStringConvertible {
  let description: String
}

/// A file named on the command line; `-` is the standard input. Read piece by piece, so that its
/// size costs no memory.
final class InputFile {
  /// A line without its end.
  enum Line {
    case text([UInt8])
    /// Longer than the limit, and passed over.
    case tooLong
  }

  private static let pieceLength = 256 << 10

  /// The file's size, where it has one.
  let byteCount: Int?
  /// Bytes taken in so far.
  private(set) var position = 0

  private let descriptor: Int32
  private let path: String
  private let interrupt: Interrupt?
  private var piece: [UInt8] = []
  private var next = 0
  private var isAtEnd = false

  private init(descriptor: Int32, path: String, interrupt: Interrupt?) {
    self.descriptor = descriptor
    self.path = path
    self.interrupt = interrupt
    var status = stat()
    let isFile = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    byteCount = isFile ? Int(status.st_size) : nil
  }

  /// Opens a file, reads it, closes it.
  ///
  /// - interrupt: when it is raised, the file is at its end.
  static func read<Value>(
    _ path: String, interrupt: Interrupt? = nil, _ body: (InputFile) async throws -> Value
  ) async throws -> Value {
    if path == "-" {
      return try await body(
        InputFile(descriptor: STDIN_FILENO, path: "the standard input", interrupt: interrupt))
    }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw InputError(description: "cannot read \(path): \(String(cString: strerror(errno)))")
    }
    defer { close(descriptor) }
    return try await body(InputFile(descriptor: descriptor, path: path, interrupt: interrupt))
  }
}

extension InputFile {
  /// Whether more can be had without waiting for whoever writes it.
  var isReady: Bool {
    if isAtEnd || piece[next...].contains(0x0A) { return true }
    var query = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&query, 1, 0) != 0
  }

  /// The next line; `nil` after the last one. One of more than `limit` bytes is passed over.
  func nextLine(limit: Int = 1 << 20) throws -> Line? {
    var line: [UInt8] = []
    var isTooLong = false
    while true {
      if next == piece.count, try !fill() {
        return isTooLong ? .tooLong : line.isEmpty ? nil : .text(line)
      }
      let end = piece[next...].firstIndex(of: 0x0A)
      let part = piece[next..<(end ?? piece.count)]
      next = (end ?? piece.count - 1) + 1
      isTooLong = isTooLong || line.count + part.count > limit
      if isTooLong { line = [] } else { line += part }
      if end != nil { return isTooLong ? .tooLong : .text(line) }
    }
  }

  /// All that is left. Throws when it is more than `limit` bytes.
  func rest(limit: Int = 64 << 20) throws -> [UInt8] {
    var bytes = Array(piece[next...])
    next = piece.count
    while try fill() {
      bytes += piece
      next = piece.count
      guard bytes.count <= limit else {
        throw InputError(description: "\(path) has more than \(limit) bytes; import it in parts")
      }
    }
    return bytes
  }

  /// Takes in the next piece, waiting for it; false at the end.
  private func fill() throws -> Bool {
    while !isAtEnd {
      guard wait() else { break }
      let count = piece.withCapacity(Self.pieceLength) { Glibc.read(descriptor, $0, $1) }
      next = 0
      position += max(count, 0)
      if count > 0 { return true }
      if count == 0 { break }
      guard errno == EINTR || errno == EAGAIN else {
        throw InputError(description: "cannot read \(path): \(String(cString: strerror(errno)))")
      }
    }
    isAtEnd = true
    return false
  }

  /// Waits until there is something to read; false when it is not to be read any more.
  private func wait() -> Bool {
    guard let interrupt else { return true }
    var queries = [
      pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: interrupt.descriptor, events: Int16(POLLIN), revents: 0),
    ]
    while poll(&queries, 2, -1) < 0 && errno == EINTR {}
    return !interrupt.isRaised
  }
}

extension [UInt8] {
  /// Makes it hold what a read puts into it, at most `capacity` bytes; what the read returned.
  fileprivate mutating func withCapacity(
    _ capacity: Int, _ read: (UnsafeMutableRawPointer?, Int) -> Int
  ) -> Int {
    var result = 0
    self = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
      result = read(buffer.baseAddress, capacity)
      count = Swift.max(result, 0)
    }
    return result
  }
}
