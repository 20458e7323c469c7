import AccountStatusServer
import Glibc
import TTRPC
import Testing

@Suite("Paths that pass from one group of readers to another")
struct PassOnTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func group(_ path: String) -> UInt32 {
    var status = stat()
    lstat(path, &status)
    return status.st_gid
  }

  @Test(.enabled(if: geteuid() == 0, "needs root"))
  func `what the one before had, the next has`() throws {
    try passOn(directory.path, from: nil, to: 4242)
    #expect(group(directory.path) == 4242)
    try passOn(directory.path, from: 4242, to: 4243)
    #expect(group(directory.path) == 4243)
    try passOn(directory.path, from: 4243, to: nil)
    #expect(group(directory.path) == getegid())
  }

  @Test(.enabled(if: geteuid() == 0, "needs root"))
  func `what the operator gave to a third stays there`() throws {
    try passOn(directory.path, from: nil, to: 4242)
    try passOn(directory.path, from: 4243, to: 4244)
    #expect(group(directory.path) == 4242)
  }

  @Test func `without a change nothing is touched, nor is what is not there`() throws {
    try passOn(directory.path, from: 77, to: 77)
    try passOn(directory.file("missing"), from: nil, to: 4242)
    #expect(group(directory.path) == getegid())
  }

  @Test(.enabled(if: geteuid() != 0, "root may give anything away"))
  func `a group that this process may not give to is an error`() {
    #expect(throws: RuntimeError.self) { try passOn(directory.path, from: nil, to: 4242) }
  }
}
