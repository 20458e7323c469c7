import Testing

/// The tests mirror the sources.
@Suite struct MirrorTests {
  private func exception(_ file: SourceFile) -> String? {
    Exceptions.untested.first { entry in
      entry.key.hasSuffix("/") ? file.path.hasPrefix(entry.key) : file.path == entry.key
    }?.key
  }

  /// Test files by module and name; folders below the module may differ.
  private var testFiles: Set<String> {
    Set(
      Repository.swift.filter { $0.path.hasPrefix("Tests/") }
        .map { "\($0.module ?? "")/\($0.name)" })
  }

  private func mirror(of file: SourceFile) -> String {
    "\(file.module ?? "")Tests/\(file.name)Tests"
  }

  @Test func `every source file has its test file, or a reason`() {
    let testFiles = testFiles
    let untested = Repository.swift.filter {
      $0.isSource && exception($0) == nil && !testFiles.contains(mirror(of: $0))
    }
    expectNone(untested.map { "\($0): no Tests/\(mirror(of: $0)).swift" })
  }

  @Test func `exceptions are needed`() {
    let testFiles = testFiles
    var findings: [String] = []
    for path in Exceptions.untested.keys {
      let covered = Repository.swift.filter { exception($0) == path }
      if covered.isEmpty { findings.append("\(path): there is no such source") }
      if !path.hasSuffix("/"), covered.contains(where: { testFiles.contains(mirror(of: $0)) }) {
        findings.append("\(path) has its test file")
      }
    }
    expectNone(findings)
  }

  @Test func `every test module has sources to test`() {
    let modules = Set(Repository.swift.filter(\.isSource).compactMap(\.module))
    let cModules = Set(
      Repository.c.filter { $0.path.hasPrefix("Sources/") }
        .compactMap { $0.path.split(separator: "/").dropFirst().first.map(String.init) })
    let own: Set = [
      "TidyTests", "EndToEndTests", "CrashTests", "AccountStatusRulesPropertyTests",
      "SimulatedYearsTests",
    ]
    let testModules = Set(
      Repository.swift.filter { $0.path.hasPrefix("Tests/") }.compactMap(\.module)
    ).filter { $0.hasSuffix("Tests") && !own.contains($0) }
    let known = modules.union(cModules)
    expectNone(testModules.filter { !known.contains(String($0.dropLast("Tests".count))) })
  }
}
