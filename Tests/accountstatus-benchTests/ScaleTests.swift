import Foundation
import Testing

@Suite(.timeLimit(.minutes(5))) struct ScaleTests {
  @Test func `many accounts, suspended at one instant, are right at every instant`() throws {
    let outcome = try Program.bench(
      "scale", "--quick", "--accounts", "3000", "--assert", "-o", "json")
    #expect(outcome.status == 0)
    #expect(try outcome.requirements() == ["wrong answers": true])
    let result = try outcome.json()
    #expect(result["accounts"] as? Int == 3000)
    // Seventy of a hundred have three facts, twenty six, seven ten, three four; three are closed.
    #expect(result["facts"] as? Int == 3000 / 100 * (210 + 120 + 70 + 12) + 3 * (3 - 4))
    let midnight = try #require(result["midnight"] as? [String: Any])
    #expect(midnight["flips"] as? Int == (0..<3000).count { $0 % 7 == 0 && $0 % 100 < 70 })
    #expect(try #require(midnight["reads"] as? Int) > 1000)
    let pages = try #require(result["firstPages"] as? [[String: Any]])
    let entries = pages.reduce(into: [String: Int]()) { entries, page in
      if let list = page["list"] as? String { entries[list] = page["entries"] as? Int }
    }
    for (list, count) in [
      ("all", 100), ("state closed (3 of all, the last)", 3), ("notice abuse-under-review (3)", 3),
      ("reason account-abuse (none)", 0), ("eligible", 87), ("suspends within 1 h (none)", 0),
    ] {
      #expect(entries[list] == count, "\(list)")
    }
  }
}
