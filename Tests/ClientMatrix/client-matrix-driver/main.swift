// The Swift client as the matrix asks it; ../README.md has the questions and the answers.

import AccountStatusAPI
import AccountStatusClient
import AccountStatusModel
import CAccountStatusDescriptors
import Glibc
import JSONText
import ProtobufJSON

/// Answers questions with a client.
struct Driver {
  private let client: AccountStatusClient
  /// The same, for each staleness that was asked for.
  private var clients: [Int: AccountStatusClient] = [:]
  private let socket: String
  private let contract: DescriptorPool

  init(socket: String) throws {
    self.socket = socket
    contract = try DescriptorPool(
      fileDescriptorSet: Array(
        UnsafeBufferPointer(
          start: accountstatus_descriptor_set_bytes(), count: accountstatus_descriptor_set_size)))
    client = try Self.client(socket, staleness: .seconds(600))
  }

  private static func client(
    _ socket: String, staleness: Duration
  ) throws -> AccountStatusClient {
    var configuration = AccountStatusClient.Configuration()
    configuration.timeout = .seconds(60)
    configuration.maxStaleness = staleness
    return try AccountStatusClient(socket: socket, configuration: configuration)
  }

  mutating func answer(_ words: [String]) async throws -> JSONObject {
    do {
      switch words[0] {
      case "get": return try await get(try account(words[1]), words[2])
      case "batch":
        return try await batch(try words[1].split(separator: ",").map { try account($0) })
      case "check": return try await check(try account(words[1]), words[2])
      case "list": return try await list(words[1])
      default: return try await decide(words)
      }
    } catch let error as AccountStatusError {
      return failure(error)
    } catch let error as FormError {
      return ["error": .string("INVALID_ARGUMENT"), "field": .string(error.field)]
    }
  }

  private func account(_ text: some StringProtocol) throws -> AccountID {
    try inField("accountId") { () throws(FormError) in try AccountID(String(text)) }
  }

  private func failure(_ error: AccountStatusError) -> JSONObject {
    var said: JSONObject = ["error": .string("\(error.kind)")]
    if let field = error.field { said.members.append(.init("field", .string(field))) }
    return said
  }

  private func get(_ account: AccountID, _ view: String) async throws -> JSONObject {
    let answer = try await client.getStatus(account, view: view == "full" ? .full : .basic)
    return ["source": .string(name(answer.source)), "status": try json(answer.value)]
  }

  private func batch(_ accounts: [AccountID]) async throws -> JSONObject {
    let results = try await client.getStatuses(accounts).value.map { entry in
      var said: JSONObject = ["accountId": .string(entry.accountID.text)]
      switch entry.result {
      case .success(let status): said.members.append(.init("status", try json(status)))
      case .failure(let error): said.members.append(.init("error", .string("\(error.kind)")))
      }
      return JSONValue.object(said)
    }
    return ["results": .array(results)]
  }

  private func check(_ account: AccountID, _ names: String) async throws -> JSONObject {
    let wanted = try names.split(separator: ",").map { try word(String($0)) as Capability }
    let check = try await client.check(wanted, of: account)
    let reply = CheckCapabilityResponse(
      results: check.verdicts.map {
        CapabilityResult(capability: $0.capability, isAllowed: $0.isAllowed, basis: $0.basis)
      }, state: check.state, reasons: check.reasons, revision: check.revision,
      nextTransition: check.nextTransition, asOf: check.asOf, token: [])
    return try object(reply.encoded(), "CheckCapabilityResponse")
  }

  private func list(_ state: String) async throws -> JSONObject {
    let wanted: AccountState? = state == "any" ? nil : try word(state)
    let statuses = try await client.listStatuses(state: wanted, pageSize: 2).all()
    return ["statuses": .array(try statuses.map(json))]
  }

  private mutating func decide(_ words: [String]) async throws -> JSONObject {
    let staleness = Int(words[5]) ?? 0
    let client =
      try clients[staleness] ?? Self.client(socket, staleness: .milliseconds(staleness))
    clients[staleness] = client
    let decision = try await client.allows(
      try word(words[2]), of: try account(words[1]), otherwise: words[3] == "allow",
      timeout: .milliseconds(Int(words[4]) ?? 0))
    var said: JSONObject = [
      "holds": .bool(decision.holds), "source": .string(name(decision.source)),
    ]
    if let error = decision.error {
      said.members.append(.init("error", .string("\(error.kind)")))
    }
    return said
  }

  private func name(_ source: AnswerSource) -> String {
    switch source {
    case .table: "TABLE"
    case .cache: "CACHE"
    case .rpc: "CALL"
    case .callersDefault: "DEFAULT"
    }
  }

  private func word<Known: Word>(_ name: String) throws -> Known {
    guard let word = Known.allCases.first(where: { $0.contractName == name }) else {
      throw FormError("\(name) is not known")
    }
    return word
  }

  private func json(_ status: AccountStatus) throws -> JSONValue {
    let reply = GetStatusResponse(status: status, token: [])
    return try object(reply.encoded(), "GetStatusResponse")["status"] ?? .null
  }

  private func object(_ bytes: [UInt8], _ message: String) throws -> JSONObject {
    guard case .object(let object) = try contract.json(of: bytes, as: "accountstatus.v1.\(message)")
    else { return [:] }
    return object
  }
}

/// Answers until there are no more questions.
func answerQuestions(socket: String) async throws {
  var driver = try Driver(socket: socket)
  while let line = readLine() {
    let answer = try await driver.answer(line.split(separator: " ").map(String.init))
    print(JSONValue.object(answer).text())
    fflush(nil)
  }
}

try await answerQuestions(socket: CommandLine.arguments[1])
