import Testing

/// Files and functions that can be read at one sitting.
@Suite struct SizeTests {
  private static let fileLimit = 400
  private static let functionLimit = 60

  private var measured: [SourceFile] {
    Repository.files.filter { file in
      !file.isGenerated
        && [".swift", ".c", ".h", ".py"].contains { file.path.hasSuffix($0) }
    }
  }

  @Test func `a file has at most 400 lines`() {
    let long = measured.filter {
      $0.lineCount > Self.fileLimit && Exceptions.longFiles[$0.path] == nil
    }
    expectNone(long.map { "\($0): \($0.lineCount) lines" })
  }

  @Test func `a Swift function has at most 60 lines`() {
    expectNone(longFunctions(Repository.swift) { $0.code.functions })
  }

  @Test func `a C function has at most 60 lines`() {
    expectNone(longFunctions(Repository.c.filter { !$0.isGenerated }, cFunctions))
  }

  @Test func `exceptions are needed`() {
    for path in Exceptions.longFiles.keys {
      let file = SourceFile(path: path)
      #expect((file?.lineCount ?? 0) > Self.fileLimit, "\(path) is an exception without need")
    }
    for path in Exceptions.longFunctions.keys {
      let functions = SourceFile(path: path).map { file in
        path.hasSuffix(".swift") ? SwiftCode(file.text).functions : cFunctions(file)
      }
      let isNeeded = functions?.contains { $0.length > Self.functionLimit } ?? false
      #expect(isNeeded, "\(path) is an exception without need")
    }
  }

  @Test func `a function's lines are counted from its declaration to its brace`() {
    let code = SwiftCode(
      """
      struct S {
        func one() { "}" }
        /* func no() { */
        init(
          a: Int
        ) {
          if a > 0 { print("\\(a) {") }
          self.init()
        }
        func requirement()

        var two: Int {
          2
        }
      }
      """)
    #expect(code.functions.map(\.line) == [2, 4])
    #expect(code.functions.map(\.length) == [1, 6])
  }

  private func longFunctions(
    _ files: [SourceFile], _ functions: (SourceFile) -> [(line: Int, length: Int)]
  ) -> [String] {
    files.filter { Exceptions.longFunctions[$0.path] == nil }.flatMap { file in
      functions(file).filter { $0.length > Self.functionLimit }
        .map { "\(file):\($0.line): \($0.length) lines" }
    }
  }

  /// Functions as clang-format lays them out: a body ends with a brace in the first column.
  private func cFunctions(_ file: SourceFile) -> [(line: Int, length: Int)] {
    var found: [(line: Int, length: Int)] = []
    var start: Int?
    for (index, line) in file.lines.enumerated() {
      if let begin = start {
        guard line.hasPrefix("}") else { continue }
        if line == "}" { found.append((begin + 1, index - begin + 1)) }
        start = nil
      } else if line.hasSuffix("{"), line.first?.isLetter == true, !line.hasPrefix("extern \"C\"") {
        start = index
      }
    }
    return found
  }
}

extension SourceFile {
  /// Lines, as wc counts them.
  fileprivate var lineCount: Int { lines.count - 1 }
}
