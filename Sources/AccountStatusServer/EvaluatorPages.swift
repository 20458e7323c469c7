package import AccountStatusModel
package import TTRPC

extension Evaluator {
  /// Accounts of one list that are evaluated at once: the workers are kept busy, and other
  /// questions find room between.
  package static let pageWidth = 16

  /// Evaluates accounts, a few at a time, in the BASIC sense: providers are not looked up.
  ///
  /// The completion gets one answer per account, in their order; nil: it is not registered then.
  /// A question that cannot be answered at present fails them all.
  package func answers(
    _ query: EvaluationQuery, about accounts: [AccountID],
    _ completion: @escaping (Result<[AccountStatus?], RPCError>) -> Void
  ) {
    if accounts.isEmpty { return completion(.success([])) }
    PageEvaluation(self, query, accounts, completion).begin()
  }
}

/// The evaluation of a page under way. Kept alive by the questions that it has asked.
private final class PageEvaluation {
  private let evaluator: Evaluator
  private let query: EvaluationQuery
  private let accounts: [AccountID]
  private var answers: [AccountStatus?]
  private var next = 0
  private var missing: Int
  /// nil once it has been called.
  private var completion: ((Result<[AccountStatus?], RPCError>) -> Void)?

  init(
    _ evaluator: Evaluator, _ query: EvaluationQuery, _ accounts: [AccountID],
    _ completion: @escaping (Result<[AccountStatus?], RPCError>) -> Void
  ) {
    self.evaluator = evaluator
    self.query = query
    self.accounts = accounts
    self.completion = completion
    answers = Array(repeating: nil, count: accounts.count)
    missing = accounts.count
  }

  func begin() {
    for _ in 0..<min(Evaluator.pageWidth, accounts.count) { askNext() }
  }

  private func askNext() {
    guard completion != nil, next < accounts.count else { return }
    let place = next
    next += 1
    let account = accounts[place]
    let evaluate = { @Sendable [query] snapshot in
      Evaluation(query, of: account, from: snapshot).status
    }
    evaluator.compute(about: account, evaluate) { [self] result in
      take(result, at: place)
      askNext()
    }
  }

  private func take(_ result: Result<AccountStatus??, RPCError>, at place: Int) {
    switch result {
    case .failure(let error):
      completion?(.failure(error))
      completion = nil
    case .success(let answer):
      answers[place] = answer ?? nil
      missing -= 1
      guard missing == 0 else { return }
      completion?(.success(answers))
      completion = nil
    }
  }
}
