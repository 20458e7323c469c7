import AccountStatusServer
import Glibc
import Testing

@Suite("Server options")
struct ServerOptionsTests {
  @Test func `nothing is set unless somebody sets it`() {
    let options = ServerOptions()
    #expect(options.runtimeDirectory == nil && options.database == nil)
    #expect(options.policyEdition == nil && options.manualClock == nil)
    #expect(!options.isEphemeral && options.environment.isEmpty)
  }

  @Test(.enabled(if: geteuid() != 0, "root has the system's place"))
  func `a user's database is in their state directory, which is made`() throws {
    let home = try TemporaryDirectory()
    var options = ServerOptions()
    options.environment = ["HOME": home.path]
    #expect(try options.defaultDatabase() == home.file(".local/state/accountstatus/ledger.sqlite"))
    options.environment["XDG_STATE_HOME"] = home.file("state")
    #expect(try options.defaultDatabase() == home.file("state/accountstatus/ledger.sqlite"))
    var status = stat()
    lstat(home.file("state/accountstatus"), &status)
    #expect(status.st_mode & 0o7777 == 0o700)
    options.environment = [:]
    #expect(throws: StartError.self) { try options.defaultDatabase() }
  }

  @Test(.enabled(if: geteuid() == 0, "only root has the system's place"))
  func `root's database is in the system's place`() throws {
    #expect(try ServerOptions().defaultDatabase() == "/var/lib/accountstatus/ledger.sqlite")
  }

  @Test func `a spin is a whole number of microseconds, and short`() throws {
    #expect(ServerOptions().spin == .zero)
    #expect(try ServerOptions.spin("50us") == .microseconds(50))
    #expect(try ServerOptions.spin("1000us") == .microseconds(1000))
    #expect(try ServerOptions.spin("off") == .zero)
    #expect(try ServerOptions.spin("0us") == .zero)
    for wrong in ["", "50", "us", "1001us", "-1us", "5ms", "1.5us"] {
      #expect(throws: StartError.self) { try ServerOptions.spin(wrong) }
    }
  }

  @Test func `changes to keep are a number, and not too few`() throws {
    #expect(ServerOptions().changesKept == nil)
    #expect(try ServerOptions.changesKept("1000") == 1000)
    for wrong in ["", "999", "-1", "many", "99999999999999999999"] {
      #expect(throws: StartError.self) { try ServerOptions.changesKept(wrong) }
    }
  }
}
