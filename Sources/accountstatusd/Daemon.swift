internal import AccountStatusModel
internal import AccountStatusServer
internal import ArgumentParser
internal import Foundation
internal import Logging
internal import TTRPC

/// The account-status daemon.
struct Daemon: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "accountstatusd",
    abstract: "Answers whether partner accounts are suspended, over a Unix socket.",
    discussion: """
      Reports of facts go in, statuses come out. SIGTERM drains: calls in flight get 5 s.
      SIGHUP reads anew who may do what; whoever has the status table asks for it again.

      EXAMPLES
        accountstatusd
            serve in the default directories
        accountstatusd --runtime-directory /run/status --database /var/lib/status/ledger.sqlite
            serve elsewhere
        accountstatusd --ephemeral --clock manual --now 2026-11-15T09:00:00Z
            for tests: temporary directories, a clock that only the tests move; prints one line of
            JSON when it is ready: {"rpcSocket":"…","tableSocket":"…","pid":…}
        accountstatusd --ephemeral --exit-with-stdin
            the same for a program that gives it a pipe: it ends when the program does, however

      Every option but --ephemeral, --exit-with-stdin, --clock and --now can also be set in the
      environment, as in ACCOUNTSTATUSD_DATABASE, and in the configuration file, as in
      {"database": "…"}. Flags beat the environment, the environment beats the file.
      """,
    version: ProductVersion.text)

  /// Which clock counts.
  enum Clock: String, ExpressibleByArgument, CaseIterable {
    case system
    case manual
  }

  @Option(
    help: ArgumentHelp(
      "Directory of the sockets. Default: /run/accountstatus for root, else "
        + "$XDG_RUNTIME_DIR/accountstatus.", valueName: "directory"), completion: .directory)
  var runtimeDirectory: String?

  @Option(
    help: ArgumentHelp(
      "Where the status table is handed to local readers. Default: table.sock in the runtime "
        + "directory.", valueName: "path"), completion: .file())
  var tableSocket: String?

  @Option(
    help: ArgumentHelp(
      "The ledger. Default: /var/lib/accountstatus/ledger.sqlite for root, else "
        + "$XDG_STATE_HOME/accountstatus/ledger.sqlite.", valueName: "file"), completion: .file())
  var database: String?

  @Option(
    help: ArgumentHelp(
      "How long to look for the next call before sleeping, such as 50us, where that pays: it turns "
        + "wake-ups from another core into processor time, at most a fifth of a core. Default: off.",
      valueName: "time"))
  var spin: String?

  @Option(
    help: ArgumentHelp(
      "How many positions back changes are kept for watches to go on from, at least 1000. "
        + "Default: 2000000.", valueName: "count"))
  var keepChanges: String?

  @Option(
    help: ArgumentHelp("A JSON file with settings.", valueName: "file"),
    completion: .file(extensions: ["json"]))
  var config: String?

  @Option(
    help: ArgumentHelp(
      "The policy edition of answers that name none. Default: 2020-06.", valueName: "name"))
  var policyEdition: String?

  @Option(
    help: ArgumentHelp(
      "Directory of your own policy editions, files as `accountstatus editions show NAME -o json` "
        + "prints them. Default, where it exists: /etc/accountstatus/editions for root, else "
        + "$XDG_CONFIG_HOME/accountstatus/editions; none with --ephemeral.",
      valueName: "directory"), completion: .directory)
  var policyEditions: String?

  @Option(
    help: ArgumentHelp(
      "What is logged to standard error: trace, debug, info, notice, warning, error or critical. "
        + "Default: notice.", valueName: "level"),
    completion: .list(Logger.Level.allCases.map(\.rawValue)))
  var logLevel: String?

  @Flag(help: "Use a temporary runtime directory and database, and remove them at exit.")
  var ephemeral = false

  @Flag(
    help: ArgumentHelp(
      "Exit in order when standard input ends, as a pipe does when whoever holds its other end has "
        + "ended, even if it was killed."))
  var exitWithStdin = false

  @Option(help: "The clock: system, or manual (with --ephemeral) for tests.")
  var clock = Clock.system

  @Option(
    help: ArgumentHelp(
      "Where a manual clock starts, in RFC 3339. Default: the wall clock's time.",
      valueName: "instant"))
  var now: String?

  func validate() throws {
    guard clock == .system || ephemeral else {
      throw ValidationError("--clock manual needs --ephemeral: a real ledger keeps real time.")
    }
    guard now == nil || clock == .manual else {
      throw ValidationError("--now needs --clock manual.")
    }
    if let now {
      do throws(FormError) {
        _ = try Instant(now)
      } catch {
        throw ValidationError("--now \(error.message).")
      }
    }
    guard !ephemeral || (runtimeDirectory == nil && database == nil) else {
      throw ValidationError(
        "--ephemeral makes its own --runtime-directory and --database; leave them out.")
    }
  }

  func run() throws {
    do throws(StartError) {
      try serve()
    } catch {
      FileHandle.standardError.write(Data("accountstatusd: fatal: \(error)\n".utf8))
      throw ExitCode(1)
    }
  }

  private func serve() throws(StartError) {
    let environment = ProcessInfo.processInfo.environment
    let settings = try Settings.read(
      flags: flags, file: config ?? environment["ACCOUNTSTATUSD_CONFIG"],
      environment: environment)
    let options = try options(settings, environment)
    let log = try logger(settings)
    let isEphemeral = ephemeral
    Self.goBeforeOthers()
    let outcome = Outcome<StartError?>()
    do throws(RuntimeError) {
      _ = try LoopThread(name: "loop") {
        do throws(StartError) {
          let server = try Server(options, log: log)
          try server.run { if isEphemeral { Self.announce($0) } }
          outcome.set(nil)
        } catch {
          outcome.set(error)
        }
      }
    } catch {
      throw StartError("\(error)")
    }
    if let error = outcome.wait() { throw error }
  }

  /// Takes a nice value of -2, where that is allowed and nobody chose another one; the threads that
  /// are started from here on have it, too, but for those that choose their own.
  ///
  /// A server that has used more of a core than its client loses it as soon as it has read a
  /// request, which wakes a client that blocks: two switches more in every other call. Two steps
  /// are enough to keep the core until the reply is sent.
  ///
  /// Between sessions the kernel goes by the nice value of each session, where it groups processes by
  /// session; that one is taken, too, where the session is the daemon's own.
  private static func goBeforeOthers() {
    let process = __priority_which_t(PRIO_PROCESS.rawValue)
    guard getpriority(process, 0) == 0, setpriority(process, 0, -2) == 0 else { return }
    guard getsid(0) == getpid() else { return }
    let group = open("/proc/self/autogroup", O_WRONLY | O_CLOEXEC)
    guard group >= 0 else { return }
    _ = write(group, "-2", 2)
    close(group)
  }

  private var flags: [Settings.Key: String] {
    var flags: [Settings.Key: String] = [:]
    flags[.runtimeDirectory] = runtimeDirectory
    flags[.tableSocket] = tableSocket
    flags[.database] = database
    flags[.policyEdition] = policyEdition
    flags[.policyEditions] = policyEditions
    flags[.logLevel] = logLevel
    flags[.spin] = spin
    flags[.keepChanges] = keepChanges
    return flags
  }

  private func options(
    _ settings: Settings, _ environment: [String: String]
  ) throws(StartError) -> ServerOptions {
    var options = ServerOptions()
    options.runtimeDirectory = settings[.runtimeDirectory]
    options.tableSocket = settings[.tableSocket]
    options.database = settings[.database]
    options.policyEdition = settings[.policyEdition]
    options.policyEditions = settings[.policyEditions]
    if let spin = settings[.spin] { options.spin = try ServerOptions.spin(spin) }
    if let count = settings[.keepChanges] {
      options.changesKept = try ServerOptions.changesKept(count)
    }
    options.isEphemeral = ephemeral
    options.exitsWithInput = exitWithStdin
    options.environment = environment
    if clock == .manual {
      options.manualClock = now.flatMap { try? Instant($0) } ?? Server.wallClock
    }
    return options
  }

  private func logger(_ settings: Settings) throws(StartError) -> Logger {
    let name = settings[.logLevel] ?? "notice"
    guard let level = Logger.Level(rawValue: name) else {
      throw StartError(
        "\"\(name)\" is no log level; the levels are "
          + Logger.Level.allCases.map(\.rawValue).joined(separator: ", "))
    }
    var logger = Logger(label: "accountstatusd") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = level
    return logger
  }

  /// The line that tells a test harness where to connect.
  private static func announce(_ ready: Server.Ready) {
    let line =
      "{\"rpcSocket\":\(quoted(ready.rpcSocket)),\"tableSocket\":\(quoted(ready.tableSocket)),"
      + "\"pid\":\(ready.pid)}\n"
    FileHandle.standardOutput.write(Data(line.utf8))
  }

  private static func quoted(_ text: String) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    return (try? encoder.encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
  }
}
