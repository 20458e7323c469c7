package import AccountStatusClient
import AccountStatusModel
package import ArgumentParser
import Glibc
import ProtobufJSON

/// A command that asks a server: it parses, connects, calls and prints.
package protocol ServerCommand: AsyncParsableCommand {
  var global: GlobalOptions { get }
  /// How long a long command waits for a server that has gone; `nil`: the client's default.
  var patience: Duration? { get }

  /// Asks the server and prints the answer; what it throws is printed for it.
  func run(_ server: Server, _ console: Console) async throws -> ExitStatus

  /// What an exit says when no server answers and the command decides by itself.
  func exitWithoutAnswer(_ error: AccountStatusError, _ console: Console) -> ExitStatus?
}

extension ServerCommand {
  package var patience: Duration? { nil }

  package func run() async throws {
    let console = Console.standard
    let status: ExitStatus
    do throws(AccountStatusError) {
      var configuration = AccountStatusClient.Configuration()
      if let timeout = global.timeout { configuration.timeout = timeout }
      if let patience { configuration.importPatience = patience }
      let client = try AccountStatusClient(socket: global.socket, configuration: configuration)
      status = await execute(Server(client), console)
      client.close()
    } catch {
      console.error(error.message)
      status = ExitStatus(error)
    }
    if status != .success { throw ExitCode(status.rawValue) }
  }

  /// Runs the command to its exit status, whatever happens.
  package func execute(_ server: Server, _ console: Console) async -> ExitStatus {
    do {
      return try await run(server, console)
    } catch let error as AccountStatusError {
      let (message, status) = explain(error, server)
      console.error(message)
      return exitWithoutAnswer(error, console) ?? status
    } catch let error as InputError {
      console.error("\(error)")
      return .usage
    } catch let error as FormError {
      console.error("\(error)")
      return .usage
    } catch let error as ConversionError {
      console.error("the server's answer cannot be read: \(error)")
      return .failure
    } catch {
      console.error("\(error)")
      return .failure
    }
  }

  package func exitWithoutAnswer(_: AccountStatusError, _: Console) -> ExitStatus? { nil }

  /// An error as a message that says what to do, and the exit status.
  private func explain(_ error: AccountStatusError, _ server: Server) -> (String, ExitStatus) {
    let status = ExitStatus(error)
    // A reason comes from a server: it answered.
    guard error.kind == .unavailable, error.reason == nil else {
      let told = error.fieldViolations.filter { error.message.contains($0.description) }
      let rest = error.fieldViolations.filter { !error.message.contains($0.description) }
      let fields = told.map(\.field).filter { !error.message.contains($0) }
      let lead = fields.isEmpty ? "" : "\(fields.joined(separator: ", ")): "
      let details = rest.map { "; \($0.field): \($0.description)" }.joined()
      return (lead + error.message + details, status)
    }
    if access(server.socket, F_OK) != 0 && errno == ENOENT {
      return (
        "there is no socket at \(server.socket); start the server with `accountstatusd`, or name "
          + "its socket with --socket or $ACCOUNTSTATUS_SOCKET", status
      )
    }
    if access(server.socket, W_OK) != 0 && errno == EACCES {
      return (
        "this user may not use \(server.socket); join the group of the socket, which is "
          + "accountstatus by default", .notPermitted
      )
    }
    return ("\(error.message); see whether `accountstatusd` runs", status)
  }
}
