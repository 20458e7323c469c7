extension Litmus {
  /// What every thread of a program does, with what its loads read, but not yet from where.
  struct Candidate {
    private var events: [Event] = []
    private var threads: [Int] = []
    private let runs: [Run]
    /// By event: the events that come before it in its thread.
    private var programOrder = Relation()

    init(runs: [Run]) {
      self.runs = runs
      let places = Set(runs.flatMap { $0.events }.map(\.place)).subtracting([-1]).sorted()
      // What every place starts as is stored before anything begins.
      for place in places {
        events.append(Event(kind: .write, place: place, index: -1))
        threads.append(-1)
      }
      let initial = events.count
      for (thread, run) in runs.enumerated() {
        let first = events.count
        for event in run.events {
          for earlier in 0..<initial { programOrder.insert(earlier, events.count) }
          for earlier in first..<events.count { programOrder.insert(earlier, events.count) }
          events.append(event)
          threads.append(thread)
        }
      }
    }

    /// Tries every origin of every load, and every order of the stores.
    func forEachAllowed(_ body: (Execution) -> Void) {
      let readers = events.indices.filter { events[$0].reads }
      var origins = [Int](repeating: -1, count: events.count)
      func choose(_ place: Int) {
        guard place < readers.count else { return order(origins, body) }
        let reader = readers[place]
        for writer in events.indices
        where writer != reader && events[writer].writes
          && events[writer].place == events[reader].place
          && events[writer].value == events[reader].read
        {
          origins[reader] = writer
          choose(place + 1)
        }
      }
      choose(0)
    }

    private func order(_ origins: [Int], _ body: (Execution) -> Void) {
      let places = Set(events.map(\.place)).subtracting([-1]).sorted()
      var orders: [[Int]] = []
      func choose(_ next: Int) {
        guard next < places.count else { return judge(origins, orders, body) }
        let writers = events.indices.filter {
          events[$0].writes && events[$0].place == places[next]
        }
        // The initial store is the first of them.
        for order in permutations(Array(writers.dropFirst())) {
          orders.append([writers[0]] + order)
          choose(next + 1)
          orders.removeLast()
        }
      }
      choose(0)
    }

    /// All orders that do not contradict the threads' own.
    private func permutations(_ items: [Int]) -> [[Int]] {
      guard !items.isEmpty else { return [[]] }
      return items.flatMap { item -> [[Int]] in
        let rest = items.filter { $0 != item }
        guard !rest.contains(where: { programOrder.contains($0, item) }) else { return [] }
        return permutations(rest).map { [item] + $0 }
      }
    }

    private func judge(
      _ origins: [Int], _ orders: [[Int]], _ body: (Execution) -> Void
    ) {
      var modification = Relation()
      for order in orders {
        for (place, writer) in order.enumerated() {
          for later in order[(place + 1)...] { modification.insert(writer, later) }
          // An exchange reads the store just before its own.
          if events[writer].kind == .update, place == 0 || origins[writer] != order[place - 1] {
            return
          }
        }
      }
      forEachMeeting { meeting in
        var before = programOrder
        before.formUnion(meeting)
        for reader in events.indices where origins[reader] >= 0 {
          synchronize(origins, reader, &before)
        }
        before.close(over: events.count)
        guard isCoherent(origins, modification, before) else { return }
        body(execution(before))
      }
    }

    /// Where each other thread may be when a barrier is run in it: behind each of its events.
    private func forEachMeeting(_ body: (Relation) -> Void) {
      let barriers = events.indices.filter { events[$0].kind == .barrier }
      var meeting = Relation()
      func choose(_ next: Int, _ thread: Int) {
        guard next < barriers.count else { return body(meeting) }
        guard thread < runs.count else { return choose(next + 1, 0) }
        guard threads[barriers[next]] != thread else { return choose(next, thread + 1) }
        let own = events.indices.filter { threads[$0] == thread }
        let kept = meeting
        for count in 0...own.count {
          for event in own.prefix(count) { meeting.insert(event, barriers[next]) }
          for event in own.dropFirst(count) { meeting.insert(barriers[next], event) }
          choose(next, thread + 1)
          meeting = kept
        }
      }
      choose(0, 0)
    }

    /// Adds that a release is seen by an acquire, by the accesses themselves or by fences.
    private func synchronize(_ origins: [Int], _ reader: Int, _ before: inout Relation) {
      // A chain of exchanges hands on what the store at its head released.
      var writer = origins[reader]
      while writer >= 0 {
        for release in releases(of: writer) {
          for acquire in acquires(of: reader) { before.insert(release, acquire) }
        }
        writer = events[writer].kind == .update ? origins[writer] : -1
      }
    }

    private func releases(of writer: Int) -> [Int] {
      let fences = events.indices.filter {
        events[$0].kind == .fence && events[$0].order.releases && programOrder.contains($0, writer)
      }
      return events[writer].order.releases ? fences + [writer] : fences
    }

    private func acquires(of reader: Int) -> [Int] {
      let fences = events.indices.filter {
        events[$0].kind == .fence && events[$0].order.acquires && programOrder.contains(reader, $0)
      }
      return events[reader].order.acquires ? fences + [reader] : fences
    }

    /// No load reads a store that happens after it, or one that another had overwritten before it.
    private func isCoherent(
      _ origins: [Int], _ modification: Relation, _ before: Relation
    ) -> Bool {
      for event in events.indices where before.contains(event, event) { return false }
      for first in events.indices where events[first].place >= 0 {
        for second in events.indices
        where events[second].place == events[first].place && before.contains(first, second) {
          let (a, b) = (events[first], events[second])
          if a.writes && b.writes && modification.contains(second, first) { return false }
          if b.reads, a.writes, modification.contains(origins[second], first) { return false }
          if a.reads, b.writes {
            if origins[first] == second || modification.contains(second, origins[first]) {
              return false
            }
          }
          if a.reads, b.reads, modification.contains(origins[second], origins[first]) {
            return false
          }
        }
      }
      return true
    }

    private func execution(_ before: Relation) -> Execution {
      func find(_ thread: Int, _ index: Int) -> Int? {
        events.indices.first { threads[$0] == thread && events[$0].index == index }
      }
      return Execution(
        registers: runs.map(\.registers),
        happensBefore: { thread, index, otherThread, otherIndex in
          guard let first = find(thread, index), let second = find(otherThread, otherIndex)
          else { return false }
          return before.contains(first, second)
        },
        reached: { find($0, $1) != nil })
    }
  }

  /// Pairs of events, at most 64 of them.
  struct Relation {
    private var successors = [UInt64](repeating: 0, count: 64)

    mutating func insert(_ first: Int, _ second: Int) { successors[first] |= 1 << second }
    func contains(_ first: Int, _ second: Int) -> Bool { successors[first] >> second & 1 == 1 }

    mutating func formUnion(_ other: Relation) {
      for event in 0..<64 { successors[event] |= other.successors[event] }
    }

    /// Adds what follows from what is there.
    mutating func close(over count: Int) {
      for middle in 0..<count {
        for first in 0..<count where contains(first, middle) {
          successors[first] |= successors[middle]
        }
      }
    }
  }
}
