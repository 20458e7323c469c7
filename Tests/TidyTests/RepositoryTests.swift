import Testing

@Suite struct RepositoryTests {
  @Test func `the rules see the files that they are for`() {
    let paths = Set(Repository.files.map(\.path))
    #expect(paths.contains("Package.swift"))
    #expect(paths.contains("Sources/TTRPC/RPCServer.swift"))
    #expect(paths.contains("Clients/Swift/Sources/AccountStatusClient/AccountStatusClient.swift"))
    #expect(paths.contains("proto/accountstatus/v1/fact.proto"))
    #expect(Repository.swift.count > 100)
    #expect(Repository.c.count > 30)
    #expect(!paths.contains { $0.contains("/.build/") || $0.contains("/build/") })
  }

  @Test func `a file belongs to the module whose folder it lies in`() {
    func module(_ path: String) -> String? { SourceFile(path: path, text: "").module }
    #expect(module("Sources/TTRPC/Wire/Frame.swift") == "TTRPC")
    #expect(module("Tests/TTRPCTests/FrameTests.swift") == "TTRPCTests")
    #expect(module("Clients/Swift/Sources/AccountStatusClient/A.swift") == "AccountStatusClient")
    #expect(module("Package.swift") == nil)
  }
}
