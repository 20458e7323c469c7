package import AccountStatusAPI
package import AccountStatusLedger
internal import AccountStatusModel
internal import AccountStatusRules

/// What watches are told, out of the ledger's changes.
package struct WatchRecords {
  private let storeID: StoreID
  private let epoch: UInt32
  private let editions: EditionNames

  /// For the ledger of a token and the editions that are known.
  package init(_ ledger: LedgerToken, _ editions: EditionNames) {
    storeID = ledger.storeID
    epoch = ledger.epoch
    self.editions = editions
  }

  /// The token of a position.
  package func token(_ position: UInt64) -> [UInt8] {
    LedgerToken(storeID: storeID, epoch: epoch, position: position).encoded
  }

  /// A change as it is told.
  ///
  /// - previous: what was told last.
  package func event(
    _ change: StatusChange, from previous: PreviousAnswer?, isPastChanged: Bool
  ) -> WatchEvent {
    .change(
      AccountChange(
        accountID: change.accountID,
        previous: previous.map {
          status(change.accountID, $0.answer, $0.rules, revision: $0.revision, asOf: $0.asOf)
        },
        current: change.answer.map {
          status(change.accountID, $0, change.rules, revision: change.revision, asOf: change.asOf)
        },
        revision: change.revision, isPastChanged: isPastChanged, token: token(change.position)))
  }

  private func status(
    _ account: AccountID, _ answer: BasicAnswer, _ rules: Int64, revision: UInt64, asOf: Instant
  ) -> AccountStatus {
    AccountStatus(
      accountID: account, standing: answer.standing, policyEdition: editions[rules],
      revision: revision, asOf: asOf)
  }
}

/// The names of editions by the fingerprints of their rules.
package struct EditionNames {
  private var names: [Int64: String] = [:]

  /// Knows these editions, whatever they said at the time. Of two that share a fingerprint's few
  /// bits of the name none is named.
  package init(_ known: [String]) {
    for name in known {
      let key = RulesFingerprint.ofName(name)
      names[key] = names[key] == nil ? name : ""
    }
  }

  /// The name of the edition that decided something; empty: it is no longer known.
  package subscript(_ rules: Int64) -> String {
    names[RulesFingerprint.nameOnly(rules)] ?? ""
  }
}
