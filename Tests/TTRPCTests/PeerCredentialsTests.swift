import Glibc
import TTRPC
import Testing

@Suite("Who is at the other end")
struct PeerCredentialsTests {
  @Test func `the kernel says who the peer is`() throws {
    let (one, other) = try UnixSocket.pair()
    let peer = try PeerCredentials(descriptor: one.descriptor)
    #expect(peer.uid == geteuid())
    #expect(peer.gid == getegid())
    #expect(peer.pid == getpid())
    var groups = [gid_t](repeating: 0, count: 1_024)
    let count = getgroups(Int32(groups.count), &groups)
    #expect(Set(peer.supplementaryGroups) == Set(groups.prefix(Int(count))))
    withExtendedLifetime((one, other)) {}
  }

  @Test func `a group is the effective one or a supplementary one`() {
    let peer = PeerCredentials(uid: 1, gid: 2, pid: 3, supplementaryGroups: [4, 5])
    #expect(peer.isMember(of: 2))
    #expect(peer.isMember(of: 5))
    #expect(!peer.isMember(of: 1))
  }

  @Test func `a descriptor that is no socket has no peer`() {
    #expect(throws: RuntimeError.self) { try PeerCredentials(descriptor: -1) }
  }
}
