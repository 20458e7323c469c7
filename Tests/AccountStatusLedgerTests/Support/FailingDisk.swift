import GRDBSQLite
import Glibc
import Synchronization

/// Makes writes below a directory fail, as a full or broken disk does.
///
/// SQLite lets its system calls be replaced; this replaces those that write, once for the process,
/// by ones that pass everything on unless a directory is listed as failing.
enum FailingDisk {
  private static let failures = Mutex<[String: Int32]>([:])
  private static let isInstalled: Bool = install()

  /// Every write below the directory fails with an error number from now on.
  static func fail(_ directory: TemporaryDirectory, with code: Int32) {
    precondition(isInstalled, "SQLite's system calls can be replaced")
    failures.withLock { $0[directory.path] = code }
  }

  /// Writing works again.
  static func mend(_ directory: TemporaryDirectory) {
    failures.withLock { $0[directory.path] = nil }
  }

  private typealias Write =
    @convention(c) (Int32, UnsafeRawPointer?, Int, Int) -> Int

  private static func install() -> Bool {
    guard let vfs = sqlite3_vfs_find(nil), let replace = vfs.pointee.xSetSystemCall else {
      return false
    }
    let write: Write = { file, bytes, count, offset in
      if let code = FailingDisk.failure(of: file) {
        errno = code
        return -1
      }
      return pwrite(file, bytes, count, offset)
    }
    let pointer = unsafeBitCast(write, to: sqlite3_syscall_ptr.self)
    // A build of SQLite uses one of the two.
    return ["pwrite", "pwrite64"].filter { (name: String) in
      vfs.pointee.xGetSystemCall?(vfs, name) != nil && replace(vfs, name, pointer) == SQLITE_OK
    }.count > 0
  }

  private static func failure(of file: Int32) -> Int32? {
    failures.withLock { failures in
      if failures.isEmpty { return nil }
      var buffer = [CChar](repeating: 0, count: 4096)
      let length = readlink("/proc/self/fd/\(file)", &buffer, buffer.count)
      guard length > 0 else { return nil }
      let path = String(
        decoding: buffer[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
      return failures.first { path.hasPrefix($0.key) }?.value
    }
  }
}
