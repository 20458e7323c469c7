package import ArgumentParser
import JSONText

/// `health`: whether the server answers.
package struct Health: ServerCommand {
  package static let configuration = CommandConfiguration(
    abstract: "Whether the server, or one of its services, answers.",
    discussion: """
      Exit status: 0 serving, 4 not serving or no answer.

      EXAMPLES
        accountstatus health
        accountstatus health accountstatus.v1.LedgerService --timeout 200ms
      """)

  @Argument(help: "Full name of a service; the server as a whole without one.")
  var service = ""

  @OptionGroup package var global: GlobalOptions

  package init() {}

  package func run(_ server: Server, _ console: Console) async throws -> ExitStatus {
    let reply = try await server.ask(
      "grpc.health.v1.Health/Check", "grpc.health.v1.HealthCheckRequest",
      ["service": .string(service)], "grpc.health.v1.HealthCheckResponse")
    let status = reply.string("status")
    console.show(
      reply, as: global.output, text: status.isEmpty ? "UNKNOWN" : status)
    return status == "SERVING" ? .success : .unavailable
  }
}
