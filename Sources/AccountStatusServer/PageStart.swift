internal import AccountStatusModel
package import TTRPC

// Page tokens are texts without a secret: where the page before ended. A client that makes one up
// gets a page that begins there, or a refusal.

/// Where a page begins, as its token says; nil: it is the first one.
package func pageStart<Start>(
  _ token: String, _ read: (String) -> Start?
) throws(RPCError) -> Start? {
  if token.isEmpty { return nil }
  guard let start = read(token) else { throw .foreignPageToken(token) }
  return start
}

extension Instant {
  /// Reads what `pageToken` wrote; nil for anything else.
  init?(pageToken text: some StringProtocol) {
    guard let nanoseconds = Int64(text) else { return nil }
    self.init(nanoseconds: nanoseconds)
    guard Instant.range.contains(self) else { return nil }
  }

  /// The instant in a page token.
  var pageToken: String { String(nanoseconds) }
}
