import Glibc

/// A failure of the benchmark itself.
struct BenchError: Error, CustomStringConvertible {
  let description: String

  /// Says what could not be done.
  init(_ description: String) { self.description = description }

  /// Says what could not be done, and the system's reason.
  init(_ what: String, errno number: Int32) {
    description = "\(what): \(String(cString: strerror(number)))"
  }
}

/// Throws when a C function has returned -errno.
func check(_ result: Int32, _ what: @autoclosure () -> String) throws {
  if result < 0 { throw BenchError(what(), errno: -result) }
}

/// The path of a program in the directory of this one.
func siblingPath(_ name: String) -> String {
  var path = [CChar](repeating: 0, count: Int(PATH_MAX))
  let length = readlink("/proc/self/exe", &path, path.count - 1)
  let own = String(
    decoding: path.prefix(max(0, length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  return own.prefix(through: own.lastIndex(of: "/") ?? own.startIndex) + name
}

/// A program that this one started, and stops.
///
/// Its standard input is a pipe that closes when this process ends, however it ends; its standard
/// output is read line by line; its standard error is ours.
final class ChildProcess {
  let pid: pid_t
  private let input: Int32
  private let output: Int32
  private var hasEnded = false

  /// Starts a program.
  init(_ path: String, _ arguments: [String]) throws {
    var toChild: [Int32] = [-1, -1]
    var fromChild: [Int32] = [-1, -1]
    guard pipe(&toChild) == 0, pipe(&fromChild) == 0 else {
      throw BenchError("cannot make a pipe", errno: errno)
    }
    for descriptor in toChild + fromChild { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, toChild[0], 0)
    posix_spawn_file_actions_adddup2(&actions, fromChild[1], 1)
    // Whoever started this program may have blocked or ignored the signal that ends the child.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    var ending = sigset_t()
    sigemptyset(&none)
    sigemptyset(&ending)
    sigaddset(&ending, SIGTERM)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &ending)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    var argv: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) } + [nil]
    defer { for argument in argv { free(argument) } }
    var child: pid_t = 0
    let error = posix_spawn(&child, path, &actions, &attributes, &argv, environ)
    close(toChild[0])
    close(fromChild[1])
    (pid, input, output) = (child, toChild[1], fromChild[0])
    if error != 0 {
      hasEnded = true
      throw BenchError("cannot start \(path)", errno: error)
    }
  }

  deinit {
    stop()
    close(input)
    close(output)
  }

  /// The next line that the program prints, without its end; waits for it.
  func readLine(seconds: Int32) throws -> String {
    var line: [UInt8] = []
    var byte: UInt8 = 0
    while true {
      var waiting = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
      guard poll(&waiting, 1, seconds * 1000) > 0, read(output, &byte, 1) == 1 else {
        throw BenchError("process \(pid) printed no line in \(seconds) s")
      }
      if byte == UInt8(ascii: "\n") { return String(decoding: line, as: UTF8.self) }
      line.append(byte)
    }
  }

  /// Asks the program to stop, and after ten seconds makes it.
  func stop() {
    guard !hasEnded else { return }
    hasEnded = true
    kill(pid, SIGTERM)
    for _ in 0..<1000 {
      if waitpid(pid, nil, WNOHANG) != 0 { return }
      usleep(10_000)
    }
    kill(pid, SIGKILL)
    waitpid(pid, nil, 0)
  }
}
