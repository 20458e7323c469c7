internal import Glibc

/// The directory of the sockets, owned by one daemon at a time.
///
/// A missing directory is made (0750, group `accountstatus` where there is one); an existing one
/// keeps its mode. One that another user owns or that others can write to is refused: they could
/// put their own socket in our place. A lock held on `accountstatusd.lock` keeps a second daemon
/// out; the kernel drops it when the process dies, so nothing is left to clean up after kill -9.
package final class RuntimeDirectory {
  /// Path without a trailing slash.
  package let path: String
  private let lock: Int32
  private let isTemporary: Bool

  /// Makes or checks the directory, and locks it.
  package init(path: String, readers: UInt32?) throws(StartError) {
    let path = Self.withoutTrailingSlashes(path)
    self.path = path
    isTemporary = false
    try Self.make(path, readers: readers)
    try Self.check(path)
    lock = try Self.lock(path)
  }

  /// Makes a directory of its own that `remove` deletes.
  package init(temporaryIn parent: String) throws(StartError) {
    var template = Array("\(parent)/accountstatus-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw StartError(
        cannot: "make a directory in", parent, errno: errno,
        remedy: "set TMPDIR to a directory that you can write to")
    }
    path = String(decoding: template.dropLast().map(UInt8.init), as: UTF8.self)
    isTemporary = true
    lock = try Self.lock(path)
  }

  /// A temporary directory goes at the latest with its owner, so also when a start fails.
  deinit {
    remove()
    close(lock)
  }

  /// With a slash behind it, a symbolic link would be taken for the directory that it leads to.
  private static func withoutTrailingSlashes(_ path: String) -> String {
    var end = path.endIndex
    while end > path.startIndex, path[path.index(before: end)] == "/" {
      end = path.index(before: end)
    }
    return end == path.startIndex ? path : String(path[..<end])
  }

  /// Deletes a temporary directory and the files in it; an ordinary one is left alone.
  package func remove() {
    guard isTemporary, let directory = opendir(path) else { return }
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { unlink("\(path)/\(name)") }
    }
    closedir(directory)
    rmdir(path)
  }

  /// Where the sockets are when nobody says: /run for root, else the user's own.
  package static func defaultPath(environment: (String) -> String?) throws(StartError) -> String {
    if geteuid() == 0 { return "/run/accountstatus" }
    guard let base = environment("XDG_RUNTIME_DIR"), !base.isEmpty else {
      throw StartError(
        "there is no default runtime directory, because XDG_RUNTIME_DIR is not set; "
          + "give --runtime-directory, or --ephemeral for a temporary one")
    }
    return "\(base)/accountstatus"
  }

  private static func make(_ path: String, readers: UInt32?) throws(StartError) {
    guard mkdir(path, 0o750) == 0 else {
      guard errno == EEXIST else {
        throw StartError(
          cannot: "make the runtime directory", path, errno: errno,
          remedy: "make its parent, or give another --runtime-directory")
      }
      return
    }
    // The umask may have taken bits away.
    chmod(path, 0o750)
    if let readers { chown(path, .max, readers) }
  }

  private static func check(_ path: String) throws(StartError) {
    var status = stat()
    guard lstat(path, &status) == 0 else {
      throw StartError(cannot: "look at the runtime directory", path, errno: errno)
    }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      throw StartError("the runtime directory \(path) is not a directory; give another")
    }
    guard status.st_uid == geteuid() else {
      throw StartError(
        "the runtime directory \(path) belongs to uid \(status.st_uid), not to \(geteuid()); "
          + "chown it, or give another --runtime-directory")
    }
    guard status.st_mode & 0o022 == 0 else {
      let mode = String(status.st_mode & 0o7777, radix: 8)
      throw StartError(
        "others can write to the runtime directory \(path) (mode \(mode)) and could replace "
          + "the sockets; run: chmod go-w \(path)")
    }
  }

  private static func lock(_ path: String) throws(StartError) -> Int32 {
    let file = "\(path)/accountstatusd.lock"
    let descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o640)
    guard descriptor >= 0 else { throw StartError(cannot: "open", file, errno: errno) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let holder = holder(descriptor)
      close(descriptor)
      throw StartError(
        "another accountstatusd\(holder) serves \(path); stop it, "
          + "or give another --runtime-directory")
    }
    ftruncate(descriptor, 0)
    let text = "\(getpid())\n"
    _ = text.withCString { pwrite(descriptor, $0, strlen($0), 0) }
    return descriptor
  }

  private static func holder(_ descriptor: Int32) -> String {
    var buffer = [UInt8](repeating: 0, count: 32)
    let count = pread(descriptor, &buffer, buffer.count, 0)
    let digits = buffer.prefix(max(0, count)).prefix { (0x30...0x39).contains($0) }
    return digits.isEmpty ? "" : " (pid \(String(decoding: digits, as: UTF8.self)))"
  }
}
