import AccountStatusServer
import Glibc
import Testing

@Suite("Why a start fails")
struct StartErrorTests {
  @Test func `a failed call names what was tried, on what, and why`() {
    let error = StartError(cannot: "open", "/x/y", errno: EACCES)
    #expect("\(error)" == "cannot open /x/y: Permission denied")
  }

  @Test func `a remedy follows, where there is one`() {
    let error = StartError(cannot: "make", "/x", errno: ENOENT, remedy: "make its parent")
    #expect("\(error)" == "cannot make /x: No such file or directory; make its parent")
  }
}
