internal import AccountStatusLedger
package import AccountStatusModel
internal import Glibc
package import TTRPC

/// Reads from /proc what a peer's process was, for the record of who reported a fact.
///
/// All of it but uid, gid and pid is best effort: the process may be gone, or out of sight. It is
/// read once per connection.
package enum PeerProcess {
  /// The recorder to store with the facts of a peer.
  package static func recorder(of peer: PeerCredentials) -> Recorder {
    var recorder = Recorder()
    recorder.uid = peer.uid
    recorder.gid = peer.gid
    recorder.pid = peer.pid
    guard peer.pid > 0 else { return recorder }
    let directory = "/proc/\(peer.pid)"
    recorder.command = printable(firstLine(of: "\(directory)/comm"))
    recorder.executable = printable(link("\(directory)/exe"))
    recorder.unit = unit(firstLine(of: "\(directory)/cgroup"))
    recorder.processStartedAt = startedAt(content("\(directory)/stat"))
    return recorder
  }

  /// The systemd unit in a line such as `0::/system.slice/order-gateway.service`.
  package static func unit(_ cgroup: String) -> String {
    let components = cgroup.split(separator: "/")
    let unit = components.last { $0.hasSuffix(".service") || $0.hasSuffix(".scope") }
    return printable(unit.map(String.init) ?? "")
  }

  /// When a process started, from the 22nd field of its stat: clock ticks since boot.
  ///
  /// No finer than a tick, since it is known no better: what two looks at the clocks differ by would
  /// make each connection of a process a recorder of its own.
  package static func startedAt(_ stat: String) -> Instant? {
    // The second field, the command, may hold spaces and parentheses: count from its end.
    guard let end = stat.lastIndex(of: ")") else { return nil }
    let fields = stat[stat.index(after: end)...].split(separator: " ")
    guard fields.count > 19, let ticks = Int64(fields[19]) else { return nil }
    let perSecond = Int64(sysconf(Int32(_SC_CLK_TCK)))
    guard perSecond > 0 else { return nil }
    let tick = Instant.nanosecondsPerSecond / perSecond
    let (sinceBoot, overflow) = ticks.multipliedReportingOverflow(by: tick)
    guard !overflow, ticks >= 0 else { return nil }
    var boot = timespec()
    clock_gettime(CLOCK_BOOTTIME, &boot)
    let uptime = Int64(boot.tv_sec) * Instant.nanosecondsPerSecond + Int64(boot.tv_nsec)
    let started = WallClock().now.adding(nanoseconds: sinceBoot - uptime).nanoseconds
    return Instant(nanoseconds: started - started % tick)
  }

  private static func firstLine(of path: String) -> String {
    String(content(path).prefix { $0 != "\n" })
  }

  private static func content(_ path: String) -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return "" }
    defer { close(descriptor) }
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = read(descriptor, &buffer, buffer.count)
    return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
  }

  private static func link(_ path: String) -> String {
    var buffer = [UInt8](repeating: 0, count: 1024)
    let count = buffer.withUnsafeMutableBufferPointer { bytes in
      bytes.withMemoryRebound(to: CChar.self) { text in
        text.baseAddress.map { readlink(path, $0, text.count) } ?? 0
      }
    }
    return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
  }

  /// A peer chooses its own command name: control characters do not get into the ledger.
  private static func printable(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.filter { $0.properties.generalCategory != .control }))
  }
}
