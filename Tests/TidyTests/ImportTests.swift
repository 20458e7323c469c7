import Testing

/// Who may import whom. A target's dependencies make the compiler hold most of this; what it cannot
/// see (a dependency that is there for another file, one that comes along) is held here.
@Suite struct ImportTests {
  /// Our modules that each module may import, generated C modules included.
  private static let allowed: [String: Set<String>] = {
    let model = "AccountStatusModel"
    return [
      model: [],
      "AccountStatusRules": [model, "JSONText"],
      "JSONText": [],
      "PartnerCenterImport": [model, "JSONText"],
      "ProtobufJSON": ["JSONText"],
      "ExplanationText": [model, "JSONText"],
      "TTRPC": ["CLinux"],
      "AccountStatusAPI": [
        model, "TTRPC", "CAccountStatusV1", "CGRPCHealthV1", "CGoogleRPC", "CGoogleProtobuf",
        "CWireCheck", "CProtobufC",
      ],
      "AccountStatusLedger": ["AccountStatusRules", model, "CSQLiteSettings"],
      "AccountStatusServer": [
        "AccountStatusLedger", "AccountStatusRules", "AccountStatusAPI", model, "ExplanationText",
        "TTRPC", "CStatusTable", "CLinux",
      ],
      "AccountStatusClient": ["AccountStatusAPI", model, "TTRPC", "CStatusTable"],
      "order-gateway-example": ["AccountStatusClient", model],
      "support-desk-example": ["AccountStatusClient", model],
      "order-service-example": ["AccountStatusClient", model],
      "OrderGatewayTests": ["AccountStatusClient", "AccountStatusTesting", model],
      "AccountStatusTesting": ["AccountStatusClient", model, "CLinux"],
      // The server, and the vocabulary of what it takes: instants, and errors of the runtime.
      "accountstatusd": ["AccountStatusServer", model, "TTRPC"],
      "accountstatus": [
        "AccountStatusClient", model, "PartnerCenterImport", "ProtobufJSON", "ExplanationText",
        "JSONText", "CAccountStatusDescriptors",
      ],
      "accountstatus-bench": [
        "AccountStatusClient", model, "CBenchmark",
        // What the rules and the ledger cost without a daemon around them.
        "AccountStatusRules", "AccountStatusLedger",
      ],
    ]
  }()

  /// Modules of others that each module may import, beside the standard library's.
  private static let others: [String: Set<String>] = [
    "AccountStatusLedger": ["GRDB", "GRDBSQLite"],
    "AccountStatusServer": ["Logging", "Histogram"],
    "accountstatusd": ["ArgumentParser", "Configuration", "Logging", "SystemPackage"],
    "accountstatus": ["ArgumentParser"],
    "accountstatus-bench": ["ArgumentParser"],
    "OrderGatewayTests": ["Testing"],
  ]

  private static let everywhere: Set = ["Synchronization", "Glibc", "Swift", "_Concurrency"]

  /// Foundation is not for what clients link, nor for what is pure.
  private static let withoutFoundation: Set = [
    "TTRPC", "AccountStatusModel", "AccountStatusRules", "AccountStatusAPI", "AccountStatusClient",
    "JSONText", "ProtobufJSON", "PartnerCenterImport", "ExplanationText",
  ]

  private func imports(_ file: SourceFile) -> [(line: Int, module: String)] {
    let access: Set = [
      "public", "package", "internal", "fileprivate", "private", "import", "@testable",
      "@_exported", "@preconcurrency", "struct", "class", "enum", "func", "protocol", "var", "let",
      "typealias",
    ]
    return file.code.lines.enumerated().compactMap { index, line in
      let words = line.split(separator: " ").map(String.init)
      guard let position = words.firstIndex(of: "import"),
        words[..<position].allSatisfy(access.contains),
        let name = words[(position + 1)...].first(where: { !access.contains($0) })
      else { return nil }
      return (index + 1, String(name.prefix { $0 != "." }))
    }
  }

  @Test func `a module imports only what the arrows allow`() {
    var findings: [String] = []
    for file in Repository.swift where file.isSource {
      guard let module = file.module, let ours = Self.allowed[module] else {
        findings.append("\(file): give its module a row in the table of arrows")
        continue
      }
      var allowed = ours.union(Self.everywhere).union(Self.others[module] ?? [])
      if !Self.withoutFoundation.contains(module) {
        allowed.formUnion(["Foundation", "FoundationEssentials", "Dispatch"])
      }
      for (line, imported) in imports(file) where !allowed.contains(imported) {
        findings.append("\(file):\(line): \(module) may not import \(imported)")
      }
    }
    expectNone(findings)
  }

  @Test func `the arrows never lead back`() {
    var finished: Set<String> = []
    func visit(_ module: String, _ path: [String]) {
      if finished.contains(module) { return }
      #expect(!path.contains(module), "\((path + [module]).joined(separator: " → "))")
      if path.contains(module) { return }
      for next in Self.allowed[module] ?? [] { visit(next, path + [module]) }
      finished.insert(module)
    }
    for module in Self.allowed.keys { visit(module, []) }
  }

  @Test func `no import hides its module`() {
    var findings: [String] = []
    for file in Repository.swift {
      for (index, line) in file.code.lines.enumerated()
      where line.contains("@testable import") || line.contains("@_exported import") {
        findings.append("\(file):\(index + 1): tests import plainly, and so do clients")
      }
    }
    expectNone(findings)
  }

  /// Prefixes of what the C client may include of ours.
  private static let clientIncludes = [
    "accountstatus", "accountstatus/v1/", "google/", "ttrpc/", "CWireCheck.h",
    "status_cache.h", "status_table_client.h",
  ]

  @Test func `the C client includes its own headers, the contract and the wire check`() {
    let own = Set(
      Repository.c.filter { $0.path.hasPrefix("Clients/C/") }.map {
        String($0.path.split(separator: "/").last ?? "")
      })
    var findings: [String] = []
    for file in Repository.c where file.path.hasPrefix("Clients/C/src/") {
      for (index, line) in file.lines.enumerated() where line.hasPrefix("#include \"") {
        let name = line.dropFirst("#include \"".count).prefix { $0 != "\"" }
        let isAllowed =
          own.contains(String(name)) || Self.clientIncludes.contains { name.hasPrefix($0) }
        if !isAllowed { findings.append("\(file):\(index + 1): \(name) is not for the C client") }
      }
    }
    expectNone(findings)
  }

  @Test func `imports are found in every form`() {
    let file = SourceFile(
      path: "Sources/X/Y.swift",
      text: """
        // import Commented
        import Plain
        package import Shared
        public import struct Other.Thing
        let text = "import Quoted"
        """)
    #expect(imports(file).map(\.module) == ["Plain", "Shared", "Other"])
    #expect(imports(file).map(\.line) == [2, 3, 4])
  }
}
