package import AccountStatusAPI
package import AccountStatusLedger
internal import AccountStatusModel
internal import Glibc
package import TTRPC

/// The handlers of `AdminService`, but for editions, and of gRPC's health service. On the loop's thread.
package final class AdminCalls {
  private let link: LedgerLink
  private let index: StatusIndex
  private let clock: any LedgerClock
  private let statistics: MethodStatistics
  private let services: Set<String>
  private let upcoming: UpcomingSuspensions
  private let watches: StatusWatches
  private let handOvers: () -> TableSocket.HandOvers
  /// What does not change while the server runs.
  private let fixed: GetInfoResponse

  package init(
    link: LedgerLink, index: StatusIndex, clock: any LedgerClock,
    statistics: MethodStatistics, services: Set<String>, info fixed: GetInfoResponse,
    watches: StatusWatches, handOvers: @escaping () -> TableSocket.HandOvers
  ) {
    self.link = link
    self.index = index
    self.clock = clock
    self.statistics = statistics
    self.services = services
    self.fixed = fixed
    self.watches = watches
    self.handOvers = handOvers
    upcoming = UpcomingSuspensions(index: index)
  }

  /// What it serves, in the order of `register`.
  package static let methods =
    [AdminService.getInfo, AdminService.getStats] + HealthService.methods

  /// Adds the methods to a router; `server` gives the server that the counts are of.
  package func register(in router: inout Router, _ server: @escaping () -> RPCServer) {
    router.unary(AdminService.getInfo) { [self] context, payload, reply in
      Responder.run(context, &reply, server) { responder throws(RPCError) in
        _ = try GetInfoRequest.decodeRequest(payload)
        responder.send(info)
      }
    }
    router.unary(AdminService.getStats) { [self] context, payload, reply in
      Responder.run(context, &reply, server) { responder throws(RPCError) in
        _ = try GetStatsRequest.decodeRequest(payload)
        responder.send(
          GetStatsResponse(
            methods: statistics.summary, counters: counters(server()),
            upcomingSuspensions: upcoming.entries(after: clock.now)))
      }
    }
    router.unary(HealthService.check) { [self] context, payload, reply in
      Responder.run(context, &reply, server) { responder throws(RPCError) in
        let service = try HealthCheckRequest.decodeRequest(payload).service
        guard let status = health(of: service) else {
          throw RPCError(
            .serviceNotFound, "there is no service \"\(service)\" here",
            metadata: [("service", service)])
        }
        responder.send(HealthCheckResponse(status: status))
      }
    }
    router.stream(HealthService.watch) { [self] _, stream in
      HealthWatch(stream: stream) { [self] in health(of: $0) ?? .serviceUnknown }
    }
  }

  private var info: GetInfoResponse {
    var info = fixed
    info.now = clock.now
    info.readOnlyBecause = link.readOnlyReason?.message ?? ""
    return info
  }

  /// A server that answers is serving: without its disk it still serves reads.
  private func health(of service: String) -> ServingStatus? {
    service.isEmpty || services.contains(service) ? .serving : nil
  }

  private func counters(_ server: RPCServer) -> [Counter] {
    var counters = [
      Counter(name: "accounts", value: UInt64(index.count)),
      Counter(name: "calls.in_flight", value: UInt64(server.callsInFlight)),
      Counter(name: "connections", value: UInt64(server.connectionCount)),
      Counter(name: "ledger.commits", value: link.commitCount),
      Counter(name: "ledger.facts_stored", value: link.factCount),
      Counter(name: "ledger.requests_pending", value: UInt64(link.pendingCount)),
      Counter(name: "ledger.is_read_only", value: link.readOnlyReason == nil ? 0 : 1),
      Counter(name: "memory.resident_bytes", value: Self.residentBytes),
      Counter(name: "process.cpu_microseconds", value: Self.cpuMicroseconds),
      Counter(name: "table.generation", value: index.tableGeneration),
      Counter(name: "table.hand_overs", value: handOvers().given),
      Counter(name: "table.hand_overs_refused", value: handOvers().refused),
      Counter(name: "watchers", value: UInt64(watches.count)),
      Counter(name: "watchers.ended_as_slow", value: watches.slowCount),
    ]
    for state in AccountState.allCases {
      let name = "accounts.\(state.contractName.lowercased())"
      counters.append(Counter(name: name, value: UInt64(index.tally[state])))
    }
    for refusal in Refusal.allCases where server.counters[refusal] > 0 {
      counters.append(Counter(name: "refused.\(refusal.name)", value: server.counters[refusal]))
    }
    if server.faultCount > 0 || server.callsStruck > 0 {
      counters.append(Counter(name: "faults.in_force", value: UInt64(server.faultCount)))
      counters.append(Counter(name: "faults.struck", value: server.callsStruck))
    }
    return counters.sorted { $0.name < $1.name }
  }

  /// Processor time that the process used, in user and system mode.
  private static var cpuMicroseconds: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return UInt64(time.tv_sec) * 1_000_000 + UInt64(time.tv_nsec) / 1000
  }

  /// The second number of /proc/self/statm, in pages.
  private static var residentBytes: UInt64 {
    let descriptor = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return 0 }
    defer { close(descriptor) }
    var buffer = [UInt8](repeating: 0, count: 128)
    let count = read(descriptor, &buffer, buffer.count)
    let fields = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self).split(separator: " ")
    guard fields.count > 1, let pages = UInt64(fields[1]) else { return 0 }
    return pages * UInt64(sysconf(Int32(_SC_PAGESIZE)))
  }
}

/// One Watch: the state now; it ends with the server, which is when it would change.
private final class HealthWatch: StreamHandler {
  private let stream: ResponseStream
  private let status: (String) -> ServingStatus

  init(stream: ResponseStream, status: @escaping (String) -> ServingStatus) {
    self.stream = stream
    self.status = status
  }

  func received(_ message: UnsafeRawBufferPointer) {
    do throws(RPCError) {
      let request = try HealthCheckRequest.decodeRequest(message)
      stream.send(HealthCheckResponse(status: status(request.service)))
    } catch {
      stream.fail(error)
    }
  }

  func stopping(_ reason: StopReason, _ stream: ResponseStream) {
    switch reason {
    case .draining:
      stream.send(HealthCheckResponse(status: .notServing))
      stream.fail(RPCError(.shuttingDown, "the server is shutting down"))
    case .clientHalfClosed:
      stream.fail(RPCError(.cancelled, "the client stopped sending"))
    }
  }
}
