import Glibc
import TTRPC
import Testing

@Suite("What stops the runtime")
struct RuntimeErrorTests {
  @Test func `errors read as one line each`() {
    #expect(
      "\(RuntimeError.system(operation: "bind /run/x", errno: EACCES))"
        == "cannot bind /run/x: Permission denied")
    #expect(
      "\(RuntimeError.pathTooLong(path: "/p", byteCount: 108))"
        == "cannot use /p as a socket: the path has 108 bytes, Linux allows 107")
    #expect(
      "\(RuntimeError.addressInUse(path: "/p"))"
        == "cannot listen on /p: another process is listening there")
    #expect(
      "\(RuntimeError.notASocket(path: "/p"))"
        == "cannot listen on /p: it exists and is not a socket")
    #expect(
      "\(RuntimeError.notAListener(descriptor: 3))"
        == "cannot use file descriptor 3: it is not a listening Unix stream socket")
  }
}
