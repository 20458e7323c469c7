import Dispatch
import Glibc

/// A command of the shell that is given something on its standard input.
package struct ChildCommand: Sendable {
  /// How a command ended.
  package enum Outcome: Hashable, Sendable {
    case exited(Int32)
    case killed(signal: Int32)
    /// It could not be started.
    case failed(errno: Int32)
  }

  private let text: String

  /// What `/bin/sh -c` makes of a text.
  package init(_ text: String) {
    self.text = text
  }

  /// Runs it to its end. Its other streams are this program's, and Ctrl-C ends it.
  package func run(input: String) async -> Outcome {
    await withCheckedContinuation { continuation in
      // Waiting for it would hold one of the few threads that all tasks share.
      DispatchQueue.global().async { continuation.resume(returning: runNow(input)) }
    }
  }

  /// The input is a file without a name: a command that does not read it is not waited for.
  private func runNow(_ input: String) -> Outcome {
    guard let file = tmpfile() else { return .failed(errno: errno) }
    defer { fclose(file) }
    guard fputs(input, file) >= 0, fflush(file) == 0 else { return .failed(errno: errno) }
    rewind(file)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, fileno(file), STDIN_FILENO)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // This program ignores Ctrl-C while it has something to finish.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))
    return spawn(&actions, &attributes)
  }

  private func spawn(
    _ actions: inout posix_spawn_file_actions_t, _ attributes: inout posix_spawnattr_t
  ) -> Outcome {
    let arguments: [UnsafeMutablePointer<CChar>?] = ["sh", "-c", text].map { (word: String) in
      strdup(word)
    }
    defer { for argument in arguments { free(argument) } }
    var child = pid_t()
    let error = posix_spawn(
      &child, "/bin/sh", &actions, &attributes, arguments + [nil], environ)
    guard error == 0 else { return .failed(errno: error) }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 {
      guard errno == EINTR else { return .failed(errno: errno) }
    }
    let signal = status & 0x7f
    return signal == 0 ? .exited(status >> 8 & 0xff) : .killed(signal: signal)
  }
}

extension ChildCommand.Outcome: CustomStringConvertible {
  /// What became of it, behind the command's name.
  package var description: String {
    switch self {
    case .exited(let status): "ended with exit status \(status)"
    case .killed(let signal): "was ended by signal \(signal)"
    case .failed(let code): "cannot be run: \(String(cString: strerror(code)))"
    }
  }
}
