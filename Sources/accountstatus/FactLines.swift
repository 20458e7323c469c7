import JSONText

extension FactReport {
  /// Takes a fact from each line that is not blank; a line that holds none is refused by its number.
  ///
  /// - take: what becomes of a fact; it is added unless this says otherwise.
  mutating func add(
    linesOf input: InputFile,
    _ take: (
      _ report: inout FactReport, _ fact: JSONValue, _ place: String
    ) async throws -> Void = { report, fact, place in try await report.add(fact, from: place) }
  ) async throws {
    var number = 0
    while true {
      if !input.isReady { try await flush() }
      guard let line = try input.nextLine() else { return }
      number += 1
      progress.done = input.position
      let place = "line \(number)"
      guard case .text(let text) = line else {
        try await refuse("is longer than a megabyte; write one fact a line", from: place)
        continue
      }
      // A blank line holds no fact.
      if text.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { continue }
      let fact: JSONValue
      do throws(JSONSyntaxError) {
        fact = try JSONValue(parsing: text)
      } catch {
        try await refuse("column \(error.position.column): \(error.message)", from: place)
        continue
      }
      try await take(&self, fact, place)
    }
  }
}
