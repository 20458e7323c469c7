/// The bytes of input that a process holds, shared out between uids.
///
/// A uid may hold at most as much as is still free. So one alone reaches half of the budget, two a
/// third each, and there is always room for the next: nobody needs to be evicted and no list of
/// users has to be known in advance.
///
/// On one thread. Asked with every call, so its numbers are exempt from access checks.
package final class InputBudget {
  /// What one uid holds, over all of its connections.
  package final class Share {
    @exclusivity(unchecked) package fileprivate(set) var held = 0
    private let budget: InputBudget

    fileprivate init(_ budget: InputBudget) {
      self.budget = budget
    }

    /// Whether that many bytes more would be within the share.
    @inline(__always)
    package func hasRoom(for count: Int) -> Bool {
      held + count <= budget.limit - budget.held - count
    }

    package func add(_ count: Int) {
      held += count
      budget.held += count
    }

    package func release(_ count: Int) {
      held -= count
      budget.held -= count
    }
  }

  private let limit: Int
  @exclusivity(unchecked) fileprivate var held = 0

  package init(limit: Int = Limits().inputPerProcess) {
    self.limit = limit
  }

  /// Bytes held by all.
  package var heldCount: Int { held }

  /// A new uid's share.
  package func share() -> Share { Share(self) }
}
