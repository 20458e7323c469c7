internal import AccountStatusAPI
internal import Glibc
package import TTRPC

/// Who may call what: the default policy.
///
/// The daemon's own user and root may do everything; members of the group `accountstatus`, where
/// it exists, may read; everyone else may do nothing. Credentials come from the kernel.
package struct AccessPolicy: Sendable {
  /// What a peer may do; each level includes those before it.
  package enum Level: UInt8, Sendable, Comparable {
    case nothing
    case reading
    case everything

    package static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
  }

  /// The group whose members may read.
  package static let readersGroupName = "accountstatus"

  /// The uid that the daemon runs as.
  package let ownUID: UInt32
  /// The group `accountstatus`; nil where there is none.
  package let readers: UInt32?

  package init(ownUID: UInt32, readers: UInt32?) {
    self.ownUID = ownUID
    self.readers = readers
  }

  /// What a reader may call; whatever is not listed needs more.
  private static let readingMethods: Set<MethodDescriptor> = Set(
    StatusService.methods
      + [LedgerService.listFacts, LedgerService.getHistory, LedgerService.getBilling]
      + AdminService.methods + HealthService.methods)

  /// The policy for this process on this host, as its group database says now. May wait for that:
  /// not for the loop's thread.
  package static func forThisProcess() throws(RuntimeError) -> AccessPolicy {
    AccessPolicy(ownUID: geteuid(), readers: try groupID(of: readersGroupName))
  }

  /// nil: there is no such group. Fails where that cannot be known: a database that cannot be
  /// reached is no reason to take a right away.
  private static func groupID(of name: String) throws(RuntimeError) -> UInt32? {
    // A member takes some bytes of the entry, and a group may have thousands.
    var size = 4 << 10
    while true {
      var entry = group()
      var found: UnsafeMutablePointer<group>?
      let result = withUnsafeTemporaryAllocation(of: CChar.self, capacity: size) { buffer in
        getgrnam_r(name, &entry, buffer.baseAddress!, buffer.count, &found)
      }
      switch result {
      case 0, ENOENT, ESRCH, EBADF, EPERM: return found == nil ? nil : entry.gr_gid
      case ERANGE where size < 16 << 20: size *= 4
      case EINTR: continue
      default: throw .system(operation: "look up the group \(name)", errno: result)
      }
    }
  }

  /// What a peer may do.
  package func level(of peer: PeerCredentials) -> Level {
    if peer.uid == ownUID || peer.uid == 0 { return .everything }
    if let readers, peer.isMember(of: readers) { return .reading }
    return .nothing
  }

  /// Why a peer may not call a method that needs a level; nil if it may.
  package func refusal(
    of peer: PeerCredentials, calling method: MethodDescriptor
  ) -> RPCError? {
    let level: Level = Self.readingMethods.contains(method) ? .reading : .everything
    guard self.level(of: peer) < level else { return nil }
    let remedy =
      level == .reading
      ? "ask the operator to add it to the group \(Self.readersGroupName)"
      : "run it as the daemon's user (uid \(ownUID)) or as root"
    return RPCError(
      .notPermitted, "uid \(peer.uid) may not call \(method.fullName); \(remedy)")
  }
}
