package import ArgumentParser

/// The options of commands that send many facts.
package struct BulkOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "How long to wait for a server that has gone or fallen silent meanwhile. (default: 30s)",
      valueName: "duration"),
    transform: Parse.duration)
  package var patience: Duration?

  package init() {}
}
