package import AccountStatusClient
package import AccountStatusModel
import CAccountStatusDescriptors
package import JSONText
package import ProtobufJSON

/// A server as the commands ask it: JSON in, JSON out.
///
/// The JSON is the contract's, made of the very bytes of a reply, so that what is printed is what
/// the server said and nothing this program would have to know.
package struct Server: Sendable {
  /// Path of the socket, for messages.
  package let socket: String
  /// Makes a unary call with an encoded request.
  package let call:
    @Sendable (_ method: String, _ request: [UInt8]) async throws(AccountStatusError) -> [UInt8]
  /// The facts stored for an account.
  package let facts: @Sendable (AccountID) async throws(AccountStatusError) -> [Fact]
  /// Opens a bulk import; the closure it takes is asked before a broken connection is replaced.
  package let openImport: @Sendable (_ mayRetry: @escaping @Sendable () -> Bool) -> any FactStream
  /// Opens a watch of accounts, or of all where none is given, behind a token or with a snapshot.
  package let openWatch:
    @Sendable (_ accounts: [AccountID], _ token: [UInt8]) -> any ChangeStream & Sendable

  /// The server of a client.
  package init(_ client: AccountStatusClient) {
    self.init(
      socket: client.socket,
      call: { method, request async throws(AccountStatusError) in
        try await client.rawCall(method, request)
      },
      facts: { account async throws(AccountStatusError) in
        try await client.listFacts(of: account, pageSize: 1000).all().map(\.fact)
      },
      openImport: { mayRetry in BulkFacts(client.openImport(mayRetry: mayRetry)) },
      openWatch: { accounts, token in
        ServerChanges(client.openWatch(accounts, from: Token(bytes: token)))
      })
  }

  package init(
    socket: String,
    call:
      @escaping @Sendable (String, [UInt8]) async throws(AccountStatusError) -> [UInt8],
    facts: @escaping @Sendable (AccountID) async throws(AccountStatusError) -> [Fact],
    openImport: @escaping @Sendable (@escaping @Sendable () -> Bool) -> any FactStream,
    openWatch:
      @escaping @Sendable ([AccountID], [UInt8]) -> any ChangeStream & Sendable
  ) {
    self.openWatch = openWatch
    self.openImport = openImport
    self.socket = socket
    self.call = call
    self.facts = facts
  }

  /// Asks a method of the contract, for example `StatusService/GetStatus`.
  ///
  /// Throws AccountStatusError for what the server refuses, ConversionError for a request or reply
  /// that is not the contract's.
  ///
  /// - showsDefaults: whether the reply has members for numbers, flags, texts and lists that hold
  ///   nothing, which proto3's JSON leaves out.
  package func ask(
    _ method: String, _ request: JSONObject = [:], showsDefaults: Bool = false
  ) async throws -> JSONValue {
    let name = method.drop { $0 != "/" }.dropFirst()
    return try await ask(
      "accountstatus.v1.\(method)", "accountstatus.v1.\(name)Request", request,
      "accountstatus.v1.\(name)Response", showsDefaults: showsDefaults)
  }

  /// Asks any method by its full name, with the full names of its messages.
  package func ask(
    _ method: String, _ requestType: String, _ request: JSONObject, _ replyType: String,
    showsDefaults: Bool = false
  ) async throws -> JSONValue {
    let bytes = try Contract.pool.bytes(of: .object(request), as: requestType)
    return try Contract.pool.json(
      of: try await call(method, bytes), as: replyType,
      options: PrintingOptions(includesDefaults: showsDefaults, toleratesUnknownTypes: true))
  }

  /// Asks for a list page by page, from the first to the last.
  func eachPage(
    of method: String, _ members: [JSONObject.Member], size: Int, _ body: (JSONValue) -> Void
  ) async throws {
    var pageToken = ""
    repeat {
      let place: [JSONObject.Member] = [
        .init("pageSize", .number(JSONNumber(size))), .init("pageToken", .string(pageToken)),
      ]
      let page = try await ask(method, JSONObject(members + place))
      body(page)
      pageToken = page.string("nextPageToken")
    } while !pageToken.isEmpty
  }

  /// The facts stored for an account; nil: none.
  func factsIfAny(of account: AccountID) async throws(AccountStatusError) -> [Fact]? {
    do throws(AccountStatusError) {
      return try await facts(account)
    } catch  where error.kind == .notFound {
      return nil
    }
  }

  /// The server's clock: the one that everything is judged by.
  func now() async throws -> Instant {
    let info = try await ask("AdminService/GetInfo")
    return try Instant(info.string("now"))
  }
}

/// The contract that this program was built with.
package enum Contract {
  /// Its message types.
  package static let pool: DescriptorPool = {
    let set = UnsafeBufferPointer(
      start: accountstatus_descriptor_set_bytes(), count: accountstatus_descriptor_set_size)
    do {
      return try DescriptorPool(fileDescriptorSet: Array(set))
    } catch {
      preconditionFailure("the embedded descriptor set is damaged: \(error)")
    }
  }()

  /// Facts as JSON objects of `accountstatus.v1.Fact`.
  package static func json(of facts: [Fact]) throws -> [JSONValue] {
    let bytes = try AccountStatusClient.encodedReport(of: facts, mode: .each)
    return try pool.json(of: bytes, as: "accountstatus.v1.ReportFactsRequest").array("facts")
  }
}

extension JSONValue {
  /// A member's text; empty where it is absent, as proto3 has it.
  func string(_ member: String) -> String {
    if case .string(let text)? = self[member] { text } else { "" }
  }

  /// A member's number, written as a number or a string; "0" where it is absent.
  func number(_ member: String) -> String {
    switch self[member] {
    case .number(let number)?: number.text
    case .string(let text)?: text
    default: "0"
    }
  }

  /// Whether a member is true.
  func flag(_ member: String) -> Bool {
    self[member] == .bool(true)
  }

  /// A member's elements; none where it is absent.
  func array(_ member: String) -> [JSONValue] {
    if case .array(let elements)? = self[member] { elements } else { [] }
  }

  /// A member's elements that are text.
  func strings(_ member: String) -> [String] {
    array(member).compactMap { if case .string(let text) = $0 { text } else { nil } }
  }

  /// An enum value without its prefix, for example `SUSPENDED`; a number that is not known here
  /// stays a number.
  func word(_ member: String, _ prefix: String) -> String {
    switch self[member] {
    case .string(let name)?: name.word(prefix)
    case .number(let number)?: number.text
    default: "UNSPECIFIED"
    }
  }

  /// A list of enum values as the command line writes them, for example `sell-new-licenses`.
  func kebabs(_ member: String, _ prefix: String) -> [String] {
    array(member).map { value in
      switch value {
      case .string(let name): name.word(prefix).kebab
      default: value.text()
      }
    }
  }
}

extension String {
  /// An enum value's name without its prefix.
  func word(_ prefix: String) -> String {
    hasPrefix(prefix) ? String(dropFirst(prefix.count)) : self
  }

  /// A word of the contract as the command line writes it.
  var kebab: String { lowercased().replacing("_", with: "-") }
}
