internal import AccountStatusAPI
public import AccountStatusModel

/// Yes or no about an account, whatever happens: by the table or the cache, by the server, or by the caller.
public struct Decision: Sendable, Hashable {
  /// The answer to act on.
  public var holds: Bool
  /// Who decided.
  public var source: AnswerSource
  /// What it was decided by; nil for an account that is not registered. With `callersDefault` it is
  /// the last that is known, too old to decide, or nil.
  public var status: AccountStatus?
  /// Time since the server's last sign of life; zero for what it answered itself.
  public var age: Duration
  /// Why nobody knew; nil unless the caller's default decided.
  public var error: AccountStatusError?

  init(
    _ holds: Bool, _ source: AnswerSource, _ status: AccountStatus?, age: Duration,
    error: AccountStatusError? = nil
  ) {
    self.holds = holds
    self.source = source
    self.status = status
    self.age = age
    self.error = error
  }
}

extension AccountStatusClient {
  /// Whether an account is active now.
  ///
  ///     guard try await client.isActive("contoso", otherwise: false).holds else { return }
  ///
  /// An account that is not registered is not active.
  /// - otherwise: the answer when neither this process nor the server gives one in time. Allow or deny
  ///   is the caller's choice, and is counted.
  /// Fails only with what the caller has to mend, `permissionDenied`, `invalidArgument` or
  /// `unimplemented`, and with `cancelled`.
  public func isActive(
    _ account: AccountID, otherwise: Bool, timeout: Duration? = nil
  ) async throws(AccountStatusError) -> Decision {
    try await decide(about: account, otherwise, timeout) { $0.state == .active }
  }

  /// Whether an account may do something now; in all else as `isActive`.
  public func allows(
    _ capability: Capability, of account: AccountID, otherwise: Bool, timeout: Duration? = nil
  ) async throws(AccountStatusError) -> Decision {
    try await decide(about: account, otherwise, timeout) { $0.capabilities.contains(capability) }
  }

  private func decide(
    about account: AccountID, _ otherwise: Bool, _ timeout: Duration?,
    _ holds: (AccountStatus) -> Bool
  ) async throws(AccountStatusError) -> Decision {
    if let answer = answerHere(about: account) {
      let value = answer.value
      return Decision(value.map(holds) ?? false, answer.source, value, age: answer.age)
    }
    do throws(AccountStatusError) {
      let answer = try await askStatus(GetStatusRequest(accountID: account), timeout: timeout)
      return Decision(holds(answer.value), .rpc, answer.value, age: .zero)
    } catch {
      switch error.kind {
      case .permissionDenied, .invalidArgument, .unimplemented, .cancelled: throw error
      case .notFound: return Decision(false, .rpc, nil, age: .zero)
      default: return decide(without: error, about: account, otherwise)
      }
    }
  }

  private func decide(
    without error: AccountStatusError, about account: AccountID, _ otherwise: Bool
  ) -> Decision {
    counts.decided(otherwise)
    let known = table?.lastKnown(account) ?? cache?.lastKnown(account)
    return Decision(
      otherwise, .callersDefault, known?.status, age: known?.age ?? .zero, error: error)
  }
}
