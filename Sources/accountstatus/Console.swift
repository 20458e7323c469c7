import Glibc

/// Where a command prints: data to one stream, everything else to the other.
package struct Console: Sendable {
  /// Prints a line of data.
  package let print: @Sendable (String) -> Void
  /// Prints a line that is no data: an error, a remark, a summary.
  package let note: @Sendable (String) -> Void
  /// Shows how far a long command is, in place of what it showed before; nothing where nobody
  /// looks.
  package let progress: @Sendable (String) -> Void
  /// Whether data may hold colour.
  package let isColored: Bool
  /// Draws on the terminal that data goes to: control sequences and text as they are.
  package let draw: @Sendable (String) -> Void
  /// Columns and rows of the terminal that data goes to, as they are now; nil where it goes
  /// elsewhere.
  private let size: @Sendable () -> (width: Int, height: Int)?
  /// Columns of that terminal.
  package var width: Int? { size()?.width }
  /// Rows of that terminal.
  package var height: Int? { size()?.height }

  package init(
    isColored: Bool = false,
    size: @escaping @Sendable () -> (width: Int, height: Int)? = { nil },
    print: @escaping @Sendable (String) -> Void,
    note: @escaping @Sendable (String) -> Void,
    progress: @escaping @Sendable (String) -> Void = { _ in },
    draw: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.isColored = isColored
    self.size = size
    self.draw = draw
    self.print = print
    self.note = note
    self.progress = progress
  }

  /// The standard streams.
  package static var standard: Console {
    let showsProgress = isatty(STDERR_FILENO) == 1
    let isTerminal = isatty(STDOUT_FILENO) == 1
    return Console(
      isColored: isColored(isTerminal: isTerminal) { name in
        getenv(name).map { String(cString: $0) }
      },
      size: { terminalSize },
      print: { line in
        // Both may be the same terminal.
        if showsProgress && isTerminal { write("\r\u{1B}[K", to: STDERR_FILENO) }
        write(line + "\n", to: STDOUT_FILENO)
      },
      note: { write((showsProgress ? "\r\u{1B}[K" : "") + $0 + "\n", to: STDERR_FILENO) },
      progress: { if showsProgress { write("\r\u{1B}[K" + $0, to: STDERR_FILENO) } },
      draw: { write($0, to: STDOUT_FILENO) })
  }

  /// The size of the terminal on the standard output, 80 by 24 where it does not say; nil: it is
  /// none.
  private static var terminalSize: (width: Int, height: Int)? {
    guard isatty(STDOUT_FILENO) == 1 else { return nil }
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0
    else { return (80, 24) }
    return (Int(size.ws_col), Int(size.ws_row))
  }

  /// Prints an error in the one shape that errors have.
  package func error(_ message: String) {
    note("accountstatus: error: \(message)")
  }

  /// Whether data may hold colour: on a terminal that is not dumb, unless NO_COLOR is set.
  package static func isColored(
    isTerminal: Bool, environment: (String) -> String?
  ) -> Bool {
    isTerminal && (environment("NO_COLOR") ?? "").isEmpty && environment("TERM") != "dumb"
  }

  /// Writes all of a text; one that cannot be written, to a closed pipe or a full disk, is lost.
  private static func write(_ text: String, to descriptor: Int32) {
    var text = text
    text.withUTF8 { buffer in
      var rest = UnsafeRawBufferPointer(buffer)
      while !rest.isEmpty {
        let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { return }
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      }
    }
  }
}

/// Paints text for a terminal.
enum Color: String {
  case red = "31"
  case green = "32"
  case yellow = "33"
  case gray = "90"

  func paint(_ text: String, if isColored: Bool) -> String {
    isColored ? "\u{1B}[\(rawValue)m\(text)\u{1B}[0m" : text
  }
}
