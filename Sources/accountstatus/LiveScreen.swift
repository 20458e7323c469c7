import Glibc

/// A terminal's screen that is drawn over and over, and left as it was found.
///
/// Drawn in one write, each line over the one before it, so that nothing flickers. The lines stand
/// on the terminal's alternate screen: what was there before is there again afterwards.
package final class LiveScreen {
  private let write: (String) -> Void
  private var isEntered = false

  /// - write: takes control sequences and text to the terminal as they are.
  package init(write: @escaping (String) -> Void) {
    self.write = write
  }

  deinit { leave() }

  /// Shows lines from the top in place of what was shown before.
  package func show(_ lines: [String]) {
    var text = isEntered ? "" : "\u{1B}[?1049h\u{1B}[?25l"
    isEntered = true
    text += "\u{1B}[H" + lines.map { $0 + "\u{1B}[K" }.joined(separator: "\r\n") + "\u{1B}[J"
    write(text)
  }

  /// Gives the terminal back. Idempotent.
  package func leave() {
    guard isEntered else { return }
    isEntered = false
    write("\u{1B}[?25h\u{1B}[?1049l")
  }
}
