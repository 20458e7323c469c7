import ArgumentParser
import CBenchmark
import Glibc

/// Runs one of the servers in C until its standard input ends.
struct Serve: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Runs a server to compare with, until its standard input ends.",
    discussion: "The other commands start it; by hand it serves `generate`.",
    shouldDisplay: false)

  enum Kind: String, ExpressibleByArgument {
    case bare
    case protobuf
  }

  @Argument(help: "bare or protobuf.")
  var kind: Kind

  @Option(help: "The socket to listen on.")
  var socket: String

  @Option(help: "protobuf: accounts to know.")
  var accounts: UInt32 = 20_000

  @Option(help: "bare: bytes of a request frame.")
  var requestSize = 79

  @Option(help: "bare: bytes of a reply frame.")
  var replySize = 120

  func run() throws {
    let listener = benchmark_listen(socket)
    try check(listener, "cannot listen on \(socket)")
    defer {
      close(listener)
      unlink(socket)
    }
    print("ready")
    fflush(nil)
    switch kind {
    case .bare:
      try check(benchmark_serve_bare(listener, requestSize, replySize, 0), "bare")
    case .protobuf:
      try check(benchmark_serve_protobuf(listener, accounts, 0), "protobuf")
    }
  }
}
