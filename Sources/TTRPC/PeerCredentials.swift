internal import CLinux
internal import Glibc

/// Who is at the other end of a connection, as the kernel saw it at connect.
///
/// A peer cannot forge it, and it stays what it was when the peer changes its ids or passes the
/// socket on.
package struct PeerCredentials: Sendable, Hashable {
  package var uid: UInt32
  package var gid: UInt32
  /// As this process's PID namespace numbers it; 0 when the peer is outside of it.
  package var pid: Int32
  package var supplementaryGroups: [UInt32]

  package init(uid: UInt32, gid: UInt32, pid: Int32, supplementaryGroups: [UInt32] = []) {
    self.uid = uid
    self.gid = gid
    self.pid = pid
    self.supplementaryGroups = supplementaryGroups
  }

  /// Whether the peer is in a group, by its effective or a supplementary one.
  package func isMember(of group: UInt32) -> Bool {
    gid == group || supplementaryGroups.contains(group)
  }

  /// Asks the kernel: SO_PEERCRED and SO_PEERGROUPS.
  package init(descriptor: Int32) throws(RuntimeError) {
    var credentials = ucred()
    var size = socklen_t(MemoryLayout<ucred>.size)
    guard getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0 else {
      throw .last("read the peer's credentials")
    }
    self.init(uid: credentials.uid, gid: credentials.gid, pid: credentials.pid)
    supplementaryGroups = try Self.groups(descriptor)
  }

  private static func groups(_ descriptor: Int32) throws(RuntimeError) -> [UInt32] {
    var groups: [UInt32] = Array(repeating: 0, count: 32)
    // The first attempt that is too short is told the size; the groups of a connection never change.
    for _ in 0..<2 {
      var size = socklen_t(groups.count * MemoryLayout<UInt32>.stride)
      let result = groups.withUnsafeMutableBytes { buffer in
        getsockopt(descriptor, SOL_SOCKET, SO_PEERGROUPS, buffer.baseAddress, &size)
      }
      let count = Int(size) / MemoryLayout<UInt32>.stride
      if result == 0 { return Array(groups.prefix(count)) }
      guard errno == ERANGE else { break }
      groups = Array(repeating: 0, count: count)
    }
    throw .last("read the peer's groups")
  }
}
