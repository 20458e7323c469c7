import AccountStatusAPI
import AccountStatusServer
import Glibc
import TTRPC
import Testing

@Suite("The access policy")
struct AccessPolicyTests {
  private let policy = AccessPolicy(ownUID: 500, readers: 77)
  private let reading: Set = [
    "GetStatus", "BatchGetStatus", "CheckCapability", "ListStatuses", "ExplainStatus",
    "SimulateStatus", "WatchStatuses", "ListFacts", "GetHistory", "GetBilling", "GetInfo",
    "GetStats",
    "ListEditions", "GetEdition", "Check", "Watch",
  ]

  private func peer(_ uid: UInt32, gid: UInt32 = 1, groups: [UInt32] = []) -> PeerCredentials {
    PeerCredentials(uid: uid, gid: gid, pid: 10, supplementaryGroups: groups)
  }

  @Test func `the daemon's user and root may do everything`() {
    for method in Contract.methods {
      #expect(policy.refusal(of: peer(500), calling: method) == nil)
      #expect(policy.refusal(of: peer(0), calling: method) == nil)
    }
  }

  @Test(arguments: [[77], [1, 5, 77]] as [[UInt32]])
  func `members of the group may read and nothing else`(_ groups: [UInt32]) {
    let member = peer(1000, gid: groups[0], groups: Array(groups.dropFirst()))
    for method in Contract.methods {
      let refusal = policy.refusal(of: member, calling: method)
      #expect((refusal == nil) == reading.contains(method.name), "\(method.fullName)")
    }
  }

  @Test func `others may do nothing`() {
    for method in Contract.methods {
      let refusal = policy.refusal(of: peer(1000, gid: 78, groups: [76]), calling: method)
      #expect(refusal?.code == .permissionDenied, "\(method.fullName)")
    }
  }

  @Test func `without the group nobody is in it`() {
    let policy = AccessPolicy(ownUID: 500, readers: nil)
    #expect(policy.level(of: peer(1000, gid: 0, groups: [0, 77])) == .nothing)
    #expect(policy.level(of: peer(500)) == .everything)
  }

  @Test func `a method that nobody thought of is not for readers`() {
    let method = MethodDescriptor(service: "accountstatus.v1.New", name: "Method", kind: .unary)
    #expect(policy.refusal(of: peer(1000, gid: 77), calling: method) != nil)
    #expect(policy.refusal(of: peer(500), calling: method) == nil)
  }

  @Test func `a refusal says who may not do what, and the remedy`() {
    let read = policy.refusal(of: peer(1000), calling: StatusService.getStatus)
    #expect(read?.message.contains("uid 1000 may not call") == true)
    #expect(read?.message.contains("/accountstatus.v1.StatusService/GetStatus") == true)
    #expect(read?.message.contains("to the group accountstatus") == true)
    let write = policy.refusal(of: peer(1000, gid: 77), calling: LedgerService.reportFacts)
    #expect(write?.message.contains("uid 500") == true)
  }

  @Test func `this process's policy is of its own user`() throws {
    let policy = try AccessPolicy.forThisProcess()
    #expect(policy.readers == getgrnam(AccessPolicy.readersGroupName)?.pointee.gr_gid)
    #expect(policy.level(of: peer(policy.ownUID)) == .everything)
  }
}
