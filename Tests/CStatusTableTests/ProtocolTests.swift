import Testing

/// The table's protocols over all executions that C11 allows; and that nothing in them is idle: with
/// any one of their orders, fences and barriers gone there is an execution in which they fail.
///
/// Each program is a transcript of the C that it names, with a record of two words.
struct ProtocolTests {
  /// Executions in which something is wrong.
  private func failures(_ program: Litmus, _ isWrong: (Litmus.Execution) -> Bool) -> Int {
    var failures = 0
    program.forEachExecution { if isWrong($0) { failures += 1 } }
    return failures
  }

  private func expectSound(
    _ program: Litmus, isWrong: (Litmus.Execution) -> Bool
  ) {
    #expect(failures(program, isWrong) == 0)
    #expect(!program.mutants.isEmpty)
    for mutant in program.mutants {
      #expect(failures(mutant.program, isWrong) > 0, "nothing depends on \(mutant.name)")
    }
  }

  private let sequence = 0
  private let first = 1
  private let second = 2

  /// store_record of the writer: two writes, of 10 and 20, one after another.
  private var writer: [Litmus.Instruction] {
    [
      .store(sequence, 1, .relaxed), .fence(.release),
      .store(first, 10, .relaxed), .store(second, 10, .relaxed), .store(sequence, 2, .release),
      .store(sequence, 3, .relaxed), .fence(.release),
      .store(first, 20, .relaxed), .store(second, 20, .relaxed), .store(sequence, 4, .release),
    ]
  }

  /// One attempt of read_record.
  private var reader: [Litmus.Instruction] {
    [
      .load(sequence, into: 0, .acquire), .unless { $0[0]! % 2 == 0 },
      .load(first, into: 1, .relaxed), .load(second, into: 2, .relaxed),
      .fence(.acquire), .load(sequence, into: 3, .relaxed), .unless { $0[3] == $0[0] },
    ]
  }

  @Test func `no attempt that succeeds is torn, or of another write than its sequence`() {
    // Of the two equal halves of the writer each order is needed by itself: try the second alone.
    let program = Litmus(threads: [Array(writer.suffix(5)), reader])
    expectSound(program) { execution in
      let read = execution.registers[1]
      guard let before = read[0], let after = read[3], before == after else { return false }
      return (read[1], read[2]) != (before == 4 ? (20, 20) : (0, 0))
    }
  }

  @Test func `nor is it while one write follows another`() {
    let program = Litmus(threads: [writer, reader])
    let wrong = failures(program) { execution in
      let read = execution.registers[1]
      guard let before = read[0], let after = read[3], before == after else { return false }
      let value = [0: 0, 2: 10, 4: 20][before]
      return read[1] != value || read[2] != value
    }
    #expect(wrong == 0)
  }

  @Test func `a record that a slot names is whole`() {
    // append, and find with has_id: the id is compared outside of the sequence.
    let (slot, id) = (0, 1)
    expectSound(
      Litmus(threads: [
        [.store(id, 7, .relaxed), .store(slot, 1, .release)],
        [.load(slot, into: 0, .acquire), .unless { $0[0] == 1 }, .load(id, into: 1, .relaxed)],
      ])
    ) { $0.registers[1][0] == 1 && $0.registers[1][1] != 7 }
  }

  @Test func `an answer's set of capabilities is in the header before the answer is`() {
    let (set, sequence, codes) = (0, 1, 2)
    let program = Litmus(threads: [
      [
        .store(set, 5, .relaxed),
        .store(sequence, 1, .relaxed), .fence(.release), .store(codes, 9, .relaxed),
        .store(sequence, 2, .release),
      ],
      [
        .load(sequence, into: 0, .acquire), .unless { $0[0]! % 2 == 0 },
        .load(codes, into: 1, .relaxed), .fence(.acquire), .load(sequence, into: 2, .relaxed),
        .unless { $0[0] == $0[2] }, .load(set, into: 3, .relaxed),
      ],
    ])
    let wrong = failures(program) { execution in
      let read = execution.registers[1]
      return read[1] == 9 && read[3] != nil && read[3] != 5
    }
    #expect(wrong == 0)
  }

  // A mapping as a place: what is in use is its number, and its memory is a place that holds 8
  // once it has been given back.
  private let current = 0
  private let inUse = 1
  private let oldMemory = 2

  /// status_table_hold, a read and status_table_let_go: what is in use is 5 for the old mapping, 6
  /// for the new one, 7 for none. Two reads, one after another; the second finds what is current.
  private var holder: [Litmus.Instruction] {
    [
      .load(current, into: 0, .acquire), .unless { $0[0] == 0 },
      .store(inUse, 5, .release), .load(current, into: 1, .acquire), .unless { $0[1] == 0 },
      .load(oldMemory, into: 2, .relaxed), .store(inUse, 7, .release),
    ]
  }

  /// make_current and reclaim: the old mapping is given back if it is seen not to be in use.
  private var retirer: [Litmus.Instruction] {
    [
      .exchange(current, 1, into: 0, .both), .barrier,
      .load(inUse, into: 1, .acquire), .unless { $0[1] != 5 }, .store(oldMemory, 8, .relaxed),
    ]
  }

  /// A mapping is read when, or after, it is given back: in a reading of 8 or in an order that
  /// nothing guarantees.
  private func isReadTooLate(_ execution: Litmus.Execution) -> Bool {
    let (read, givenBack) = (5, 4)
    guard execution.reached(0, read), execution.reached(1, givenBack) else { return false }
    return !execution.happensBefore(0, read, 1, givenBack)
  }

  @Test func `no mapping is given back while it is read`() {
    let program = Litmus(threads: [holder, retirer])
    #expect(failures(program, isReadTooLate) == 0)
    var needed: Set<String> = []
    for mutant in program.mutants where failures(mutant.program, isReadTooLate) > 0 {
      needed.insert(mutant.name)
    }
    #expect(needed.contains { $0.hasPrefix("barrier") })
    // Letting go, and looking who reads.
    #expect(needed.contains { $0.hasPrefix("store(1, 7") })
    #expect(needed.contains { $0.hasPrefix("load(1, into: 1") })
  }

  @Test func `nor while a second read is on its way`() {
    // The scan may see the second read's store instead of the first one's end.
    let again: [Litmus.Instruction] = [
      .load(current, into: 3, .acquire), .unless { $0[3] == 1 }, .store(inUse, 6, .release),
    ]
    let program = Litmus(threads: [holder + again, retirer])
    #expect(failures(program, isReadTooLate) == 0)
    var weak = program
    weak.threads[0][9] = .store(inUse, 6, .relaxed)
    #expect(failures(weak, isReadTooLate) > 0)
  }

  @Test func `the compiler must not swap the announcement and the second look`() {
    // What the signal fence is for: as if the second load came first.
    var program = Litmus(threads: [holder, retirer])
    program.threads[0].swapAt(2, 3)
    program.threads[0].swapAt(3, 4)
    #expect(failures(program, isReadTooLate) > 0)
  }

  @Test func `whoever has the reply to a write sees it, or that the table was replaced`() {
    // put after grow: the old table's state, the record in the new one, the reply. The reader has
    // the reply, and reads record and state of the old table: read_current.
    let (state, reply) = (0, 1)
    expectSound(
      Litmus(threads: [
        [.store(state, 2, .relaxed), .store(reply, 1, .release)],
        [.load(reply, into: 0, .acquire), .unless { $0[0] == 1 }, .load(state, into: 1, .relaxed)],
      ])
    ) { $0.registers[1][0] == 1 && $0.registers[1][1] != 2 }
  }
}
