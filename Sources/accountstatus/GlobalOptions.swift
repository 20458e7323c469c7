import AccountStatusClient
package import ArgumentParser

/// The options of every command; they stand before its name or behind it.
package struct GlobalOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The server's socket.",
      discussion: """
        Default: $ACCOUNTSTATUS_SOCKET, else the first that exists of \
        $XDG_RUNTIME_DIR/accountstatus/rpc.sock and /run/accountstatus/rpc.sock.
        """, valueName: "path"),
    completion: .file())
  package var socket: String?

  @Option(
    name: [.customShort("o"), .long],
    help: "text for people, json for one document, jsonl for one object a line.")
  package var output = OutputFormat.text

  @Option(
    help: ArgumentHelp(
      "How long a call may take, such as 500ms or 2s. (default: 5s)", valueName: "duration"),
    transform: Parse.duration)
  package var timeout: Duration?

  package init() {}
}

/// How answers are printed.
package enum OutputFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
  /// For people; it may change between versions.
  case text
  /// One JSON document: an object, or an array where several things are asked for.
  case json
  /// One JSON object a line.
  case jsonl
}
