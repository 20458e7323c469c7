/// A part of a long list.
public struct Page<Entry: Sendable>: Sendable {
  /// The entries, in the list's order.
  public var entries: [Entry]
  /// The position the page was read at.
  public var token: Token
  /// Where the next page begins; empty after the last one.
  let nextPageToken: String

  init(entries: [Entry], nextPageToken: String, token: Token) {
    self.entries = entries
    self.nextPageToken = nextPageToken
    self.token = token
  }
}

/// A long list, fetched page by page as it is read. Every iteration starts from the beginning.
///
///     for try await page in client.listStatuses(state: .suspended) {
///       for status in page.entries { … }
///     }
public struct Pages<Entry: Sendable>: AsyncSequence, Sendable {
  /// Why a page cannot be had.
  public typealias Failure = AccountStatusError
  typealias Fetch = @Sendable (_ pageToken: String) async throws(AccountStatusError) -> Page<Entry>

  private let fetch: Fetch

  init(_ fetch: @escaping Fetch) {
    self.fetch = fetch
  }

  /// Starts from the beginning.
  public func makeAsyncIterator() -> Iterator {
    Iterator(fetch: fetch)
  }

  /// Fetches page after page.
  public struct Iterator: AsyncIteratorProtocol {
    let fetch: Fetch
    private var nextPageToken: String? = ""

    init(fetch: @escaping Fetch) {
      self.fetch = fetch
    }

    /// The next page; nil after the last one. A failed page can be asked for again.
    public mutating func next() async throws(AccountStatusError) -> Page<Entry>? {
      guard let pageToken = nextPageToken else { return nil }
      let page = try await fetch(pageToken)
      nextPageToken = page.nextPageToken.isEmpty ? nil : page.nextPageToken
      return page
    }
  }

  /// All entries, from all pages.
  public func all() async throws(AccountStatusError) -> [Entry] {
    var entries: [Entry] = []
    var iterator = makeAsyncIterator()
    while let page = try await iterator.next() { entries += page.entries }
    return entries
  }
}
