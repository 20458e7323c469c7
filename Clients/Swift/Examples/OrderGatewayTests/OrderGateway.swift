import AccountStatusClient
import AccountStatusModel

/// Takes orders for new licences, from accounts that may sell them. The service under test.
struct OrderGateway {
  /// What became of an order.
  enum Verdict: Equatable {
    case taken
    case refused
  }

  private let accounts: AccountStatusClient
  /// What holds while nobody can say how an account stands. Ours to decide, order by order.
  private let takesWithoutAnswer: Bool

  init(
    socket: String? = nil, readsTable: Bool = true, takesWithoutAnswer: Bool
  ) throws(AccountStatusError) {
    var configuration = AccountStatusClient.Configuration()
    configuration.readsTable = readsTable
    accounts = try AccountStatusClient(socket: socket, configuration: configuration)
    self.takesWithoutAnswer = takesWithoutAnswer
  }

  /// Judges one order.
  func order(
    from account: AccountID, within time: Duration = .milliseconds(500)
  ) async throws(AccountStatusError) -> Verdict {
    let decision = try await accounts.allows(
      .sellNewLicenses, of: account, otherwise: takesWithoutAnswer, timeout: time)
    return decision.holds ? .taken : .refused
  }
}
