import AccountStatusServer
import Glibc
import Logging
import Testing

/// Starting; running is EndToEndTests' subject.
@Suite("The server")
struct ServerTests {
  private let directory: TemporaryDirectory
  private let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  init() throws { directory = try TemporaryDirectory() }

  private func options(_ name: String = "run", database: String = "a.sqlite") -> ServerOptions {
    var options = ServerOptions()
    options.runtimeDirectory = directory.file(name)
    options.database = directory.file(database)
    return options
  }

  private func refusal(_ options: ServerOptions) -> String {
    do throws(StartError) {
      _ = try Server(options, log: log)
      return "it started"
    } catch {
      return error.description
    }
  }

  @Test func `it listens before it runs, and frees its directory when it goes`() throws {
    for database in ["a.sqlite", "b.sqlite"] {
      let server = try Server(options(database: database), log: log)
      #expect(access(directory.file("run/rpc.sock"), F_OK) == 0)
      withExtendedLifetime(server) {}
    }
  }

  @Test func `one server to a directory, one to a database`() throws {
    let server = try Server(options(), log: log)
    #expect(refusal(options(database: "b.sqlite")).contains("another accountstatusd"))
    #expect(refusal(options("other")).contains(directory.file("a.sqlite")))
    withExtendedLifetime(server) {}
  }

  @Test func `an ephemeral server that does not start leaves nothing behind`() {
    var options = ServerOptions()
    options.isEphemeral = true
    options.environment = ["TMPDIR": directory.path]
    options.policyEdition = "2099-01"
    #expect(refusal(options).contains("2099-01"))
    #expect(TemporaryDirectory.names(in: directory.path).isEmpty)
  }
}
