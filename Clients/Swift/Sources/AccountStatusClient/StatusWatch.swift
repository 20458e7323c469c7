public import AccountStatusModel

/// What a watch yields.
public enum WatchEvent: Sendable, Hashable {
  /// A snapshot begins: every account that is registered follows, and what was known of others
  /// counts no longer. The first event without a token; later when what was missed is no longer
  /// kept.
  case snapshotBegan
  /// An account of the snapshot: complete, in the view `basic` and since when its reinstatement
  /// state holds.
  case status(AccountStatus)
  /// All accounts were told.
  case snapshotEnded
  /// What was told before counts; what has changed since follows. After every break.
  case resumed
  /// An account has changed.
  case changed(StatusChange)
  /// Everything that was true by an instant has been told; nil: older things are still being told.
  /// Once a second.
  case progress(asOf: Instant?)
  /// The server cannot be reached, or has ended the watch. It goes on by itself; this is said once.
  case disconnected(AccountStatusError)
}

/// One or several changes of an account, as one.
public struct StatusChange: Sendable, Hashable {
  /// The account.
  public var accountID: AccountID
  /// What was told of it last; nil: it was not registered. Its `asOf` is when it was last found
  /// true.
  public var previous: AccountStatus?
  /// What is true from its `asOf` on; nil: it is not registered any more.
  public var current: AccountStatus?
  /// The revision of `current`, also when that is nil.
  public var revision: UInt64
  /// Facts learned late changed how the account stood before: its history is another one.
  public var isPastChanged: Bool

  /// Describes a change.
  public init(
    accountID: AccountID, previous: AccountStatus?, current: AccountStatus?, revision: UInt64,
    isPastChanged: Bool = false
  ) {
    self.accountID = accountID
    self.previous = previous
    self.current = current
    self.revision = revision
    self.isPastChanged = isPastChanged
  }
}

/// Every change of some accounts, or of all, without an end.
///
/// Whoever takes every event knows the latest status of every account in the end, never goes back to
/// an older one, and is told nothing twice. When the connection breaks, or the server restarts or
/// falls silent, it connects again with jittered back-off and goes on behind what was told last;
/// where that is no longer kept it begins with a snapshot. Only what does not pass by itself ends
/// it: a missing right, malformed ids, a cancelled task, a closed client.
public struct StatusWatch: AsyncSequence, Sendable {
  /// What ends a watch.
  public typealias Failure = AccountStatusError

  let client: AccountStatusClient
  let accounts: [AccountID]
  let token: Token?

  /// Begins to watch.
  public func makeAsyncIterator() -> Iterator {
    Iterator(session: WatchSession(client: client, accounts: accounts, from: token))
  }

  /// Takes the events of one watch, which has a connection of its own.
  public struct Iterator: AsyncIteratorProtocol {
    private var session: WatchSession

    init(session: WatchSession) {
      self.session = session
    }

    /// Goes on behind the events taken so far, in another watch of the same accounts: keep it with
    /// what was made of them. nil within a snapshot, and before anything was told.
    public var token: Token? { session.token }

    /// The next event. Waits for one.
    public mutating func next() async throws(AccountStatusError) -> WatchEvent? {
      try await session.next().event
    }
  }
}

extension AccountStatusClient {
  /// Watches accounts, at most 1 000, registered or not; none: all.
  ///
  ///     for try await event in client.watch() {
  ///       if case .changed(let change) = event { … }
  ///     }
  ///
  /// - from: the token of an earlier watch of the same accounts: what has changed since comes first.
  ///   nil: a snapshot does.
  public func watch(_ accounts: [AccountID] = [], from token: Token? = nil) -> StatusWatch {
    StatusWatch(client: self, accounts: accounts, token: token)
  }
}
