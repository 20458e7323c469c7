import AccountStatusModel
import ArgumentParser
import JSONText

/// At which point of the three time axes a question is asked.
struct QueryOptions: ParsableArguments {
  @OptionGroup var times: TimeOptions

  @Option(
    help: ArgumentHelp(
      "The edition of the rules, such as 2020-06. (default: the server's)", valueName: "name"))
  var edition: String?

  @OptionGroup var freshness: FreshnessOptions

  /// The members of a request.
  var members: [JSONObject.Member] {
    let rules = edition.map { [JSONObject.Member("policyEdition", .string($0))] } ?? []
    return times.members + rules + freshness.members
  }
}

/// At which points of time a question is asked.
struct TimeOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The instant asked about, RFC 3339 or a date. (default: now)", valueName: "time"),
    transform: Parse.instant)
  var asOf: Instant?

  @Option(
    help: ArgumentHelp(
      "Only what was known by then counts. (default: everything stored)", valueName: "time"),
    transform: Parse.instant)
  var knownAt: Instant?

  /// The members of a request.
  var members: [JSONObject.Member] {
    var members: [JSONObject.Member] = []
    if let asOf { members.append(.init("asOf", .string(asOf.description))) }
    if let knownAt { members.append(.init("knownAt", .string(knownAt.description))) }
    return members
  }
}

/// How fresh an answer must be.
struct FreshnessOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A token that report, register or import printed: the answer is no older.",
      valueName: "token"),
    transform: Parse.token)
  var atLeast: String?

  /// The members of a request.
  var members: [JSONObject.Member] {
    atLeast.map { [JSONObject.Member("atLeast", .string($0))] } ?? []
  }
}
