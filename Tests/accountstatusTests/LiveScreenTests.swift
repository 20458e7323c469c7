import Synchronization
import Testing
import accountstatus

struct LiveScreenTests {
  private final class Terminal: Sendable {
    let written = Mutex<[String]>([])
    var texts: [String] { written.withLock { $0 } }
  }

  @Test func `each drawing is one write, over what was there`() {
    let terminal = Terminal()
    let screen = LiveScreen { text in terminal.written.withLock { $0.append(text) } }
    screen.show(["a", "b"])
    screen.show(["c"])
    screen.leave()
    #expect(
      terminal.texts == [
        "\u{1B}[?1049h\u{1B}[?25l\u{1B}[Ha\u{1B}[K\r\nb\u{1B}[K\u{1B}[J",
        "\u{1B}[Hc\u{1B}[K\u{1B}[J",
        "\u{1B}[?25h\u{1B}[?1049l",
      ])
  }

  @Test func `a screen that was never drawn on is not touched`() {
    let terminal = Terminal()
    LiveScreen { text in terminal.written.withLock { $0.append(text) } }.leave()
    #expect(terminal.texts.isEmpty)
  }

  @Test func `the terminal is given back whatever happens, and once`() {
    let terminal = Terminal()
    do {
      let screen = LiveScreen { text in terminal.written.withLock { $0.append(text) } }
      screen.show([])
      screen.leave()
      screen.leave()
      screen.show([])
    }
    #expect(terminal.texts.filter { $0.contains("?1049l") }.count == 2)
    #expect(terminal.texts.last == "\u{1B}[?25h\u{1B}[?1049l")
  }
}
