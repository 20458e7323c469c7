internal import AccountStatusAPI
public import AccountStatusModel

/// What a list says of a policy edition.
public struct EditionSummary: Sendable, Hashable {
  /// What queries and answers call it, for example `2020-06`.
  public var name: String
  /// Whether it decides answers that name none.
  public var isDefault: Bool
  /// The file that the server read it from; nil: it comes with the server.
  public var file: String?

  init(_ summary: AccountStatusAPI.EditionSummary) {
    name = summary.name
    isDefault = summary.isDefault
    file = summary.file.isEmpty ? nil : summary.file
  }
}

extension AccountStatusClient {
  /// The policy editions that the server knows, by name.
  public func listEditions(
    timeout: Duration? = nil
  ) async throws(AccountStatusError) -> [EditionSummary] {
    let response: ListEditionsResponse = try await call(
      AdminService.listEditions, ListEditionsRequest(), timeout: timeout)
    return response.editions.map { EditionSummary($0) }
  }

  /// A policy edition in full; nil: the default one.
  ///
  /// Fails with `invalidArgument` for one that the server does not know.
  public func getEdition(
    _ name: String? = nil, timeout: Duration? = nil
  ) async throws(AccountStatusError) -> PolicyEdition {
    let response: GetEditionResponse = try await call(
      AdminService.getEdition, GetEditionRequest(name: name), timeout: timeout)
    return response.edition
  }
}
