import Glibc

/// A temporary directory for a ledger, removed with it.
///
/// In memory where that is possible: the ledger syncs every commit, which then costs nothing.
package final class ScratchDirectory {
  /// Where it is.
  package let path: String

  /// Makes one below a directory; without one, in memory, or else where temporary files go.
  package init(in parent: String? = nil) throws {
    let memory = "/dev/shm"
    let parent =
      parent ?? (access(memory, W_OK) == 0 ? memory : getenv("TMPDIR").map { String(cString: $0) })
    var template = Array("\(parent ?? "/tmp")/simulated-years-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw SimulationError("cannot make \(parent ?? "/tmp")/simulated-years-…; name another place")
    }
    path = template.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
  }

  deinit {
    for suffix in ["", "-wal", "-shm", "-journal"] { unlink("\(path)/ledger.sqlite\(suffix)") }
    rmdir(path)
  }
}
