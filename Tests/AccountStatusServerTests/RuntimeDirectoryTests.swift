import AccountStatusServer
import Glibc
import Testing

@Suite("The runtime directory")
struct RuntimeDirectoryTests {
  private func mode(_ path: String) -> UInt32 {
    var status = stat()
    lstat(path, &status)
    return status.st_mode & 0o7777
  }

  private func refusal(_ path: String) -> String {
    do throws(StartError) {
      _ = try RuntimeDirectory(path: path, readers: nil)
      return "it was taken"
    } catch {
      return error.description
    }
  }

  @Test func `a missing one is made, for its owner and the group's readers only`() throws {
    let parent = try TemporaryDirectory()
    let before = umask(0o077)
    defer { umask(before) }
    let directory = try RuntimeDirectory(path: parent.file("run"), readers: nil)
    #expect(mode(directory.path) == 0o750)
  }

  @Test(arguments: [0o700, 0o750, 0o755] as [mode_t])
  func `an existing one keeps its mode`(_ wanted: mode_t) throws {
    let parent = try TemporaryDirectory()
    let path = parent.file("run")
    mkdir(path, wanted)
    chmod(path, wanted)
    let directory = try RuntimeDirectory(path: path, readers: nil)
    #expect(mode(directory.path) == wanted)
  }

  @Test(arguments: [0o770, 0o702, 0o777] as [mode_t])
  func `one that others can write to is refused, with the remedy`(_ mode: mode_t) throws {
    let parent = try TemporaryDirectory()
    let path = parent.file("run")
    mkdir(path, 0o700)
    chmod(path, mode)
    #expect(refusal(path).contains("run: chmod go-w \(path)"))
  }

  @Test(.enabled(if: geteuid() == 0, "only root can give a directory away"))
  func `one of another user is refused`() throws {
    let parent = try TemporaryDirectory()
    let path = parent.file("run")
    mkdir(path, 0o700)
    chown(path, 12345, .max)
    #expect(refusal(path).contains("belongs to uid 12345"))
  }

  @Test(arguments: ["", "/", "//"])
  func `a symbolic link is refused, also with a slash behind it`(_ end: String) throws {
    let parent = try TemporaryDirectory()
    mkdir(parent.file("real"), 0o700)
    symlink(parent.file("real"), parent.file("link"))
    #expect(refusal(parent.file("link") + end).contains("is not a directory"))
  }

  @Test func `a file is refused`() throws {
    let parent = try TemporaryDirectory()
    close(open(parent.file("file"), O_CREAT | O_WRONLY, 0o600))
    #expect(refusal(parent.file("file")).contains("is not a directory"))
  }

  @Test func `one below a missing directory is refused, with the remedy`() throws {
    let parent = try TemporaryDirectory()
    #expect(refusal(parent.file("a/b")).contains("make its parent"))
  }

  @Test func `its path has no trailing slash`() throws {
    let parent = try TemporaryDirectory()
    let directory = try RuntimeDirectory(path: parent.file("run") + "//", readers: nil)
    #expect(directory.path == parent.file("run"))
  }

  @Test func `one daemon at a time; the next takes over when the first is gone`() throws {
    let parent = try TemporaryDirectory()
    let path = parent.file("run")
    var first: RuntimeDirectory? = try RuntimeDirectory(path: path, readers: nil)
    let refusal = refusal(path)
    #expect(refusal.contains("another accountstatusd (pid \(getpid()))"))
    withExtendedLifetime(first) {}
    first = nil
    let second = try RuntimeDirectory(path: path, readers: nil)
    #expect(second.path == path)
    second.remove()
    #expect(TemporaryDirectory.names(in: path) == ["accountstatusd.lock"])
  }

  @Test func `a temporary one goes with all that is in it`() throws {
    let parent = try TemporaryDirectory()
    let directory = try RuntimeDirectory(temporaryIn: parent.path)
    #expect(mode(directory.path) == 0o700)
    close(open("\(directory.path)/ledger.sqlite", O_CREAT | O_WRONLY, 0o600))
    directory.remove()
    #expect(TemporaryDirectory.names(in: parent.path).isEmpty)
  }

  @Test func `a temporary one goes with its owner`() throws {
    let parent = try TemporaryDirectory()
    do {
      let directory = try RuntimeDirectory(temporaryIn: parent.path)
      #expect(TemporaryDirectory.names(in: directory.path) == ["accountstatusd.lock"])
    }
    #expect(TemporaryDirectory.names(in: parent.path).isEmpty)
  }

  @Test func `without a place for temporary files the remedy is named`() {
    let error = #expect(throws: StartError.self) {
      try RuntimeDirectory(temporaryIn: "/nonexistent")
    }
    #expect(error?.description.contains("set TMPDIR") == true)
  }

  @Test func `the default is the system's for root, else the user's`() throws {
    let path = try? RuntimeDirectory.defaultPath { _ in "/run/user/7" }
    #expect(path == (geteuid() == 0 ? "/run/accountstatus" : "/run/user/7/accountstatus"))
  }
}
