import AccountStatusModel
import Foundation
import Testing

@Suite struct VocabularyTests {
  /// The contract's enums: name, then each value's name and number.
  private static let contract: [String: [String: Int]] = {
    var root = URL(filePath: #filePath)
    while root.path() != "/", !FileManager.default.fileExists(atPath: root.path() + "proto") {
      root = root.deletingLastPathComponent()
    }
    var enums: [String: [String: Int]] = [:]
    for file in ["fact", "status", "policy_edition"] {
      let path = root.path() + "proto/accountstatus/v1/\(file).proto"
      let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
      var name = ""
      for line in text.split(separator: "\n") {
        let words = line.split { " =;{".contains($0) }.map(String.init)
        if words.first == "enum" { name = words[1] }
        if line.hasPrefix("}") { name = "" }
        if !name.isEmpty, words.count == 2, let number = Int(words[1]) {
          enums[name, default: [:]][words[0]] = number
        }
      }
    }
    return enums
  }()

  private static let words: [(String, [(String, UInt8)])] = [
    list(Cloud.self), list(PartnerType.self), list(Program.self), list(VerificationState.self),
    list(VerificationCheck.self), list(CheckState.self), list(AbuseSeverity.self),
    list(AbuseState.self), list(SupportRequestPurpose.self), list(SupportRequestStatus.self),
    list(Role.self), list(DecisionOutcome.self), list(AccountState.self), list(ReasonCode.self),
    list(Capability.self), list(CapabilityBasis.self), list(Notice.self),
    list(ReinstatementState.self), list(DayComparator.self),
  ]

  private static func list<Some: Word>(_ type: Some.Type) -> (String, [(String, UInt8)]) {
    ("\(type)", Some.allCases.map { ($0.contractName, $0.rawValue) })
  }

  @Test(arguments: words)
  func `every word has the contract's name and number, and none is missing`(
    _ type: String, _ values: [(String, UInt8)]
  ) throws {
    let contract = try #require(Self.contract[type])
    let prefix = try #require(contract.first { $0.value == 0 }?.key)
      .replacing("UNSPECIFIED", with: "")
    var expected = contract.filter { $0.value != 0 }
    for (name, number) in values {
      #expect(expected.removeValue(forKey: prefix + name) == Int(number), "\(prefix + name)")
    }
    #expect(expected.isEmpty)
  }

  @Test func `a set holds the words put into it`() {
    var set: WordSet<Notice> = []
    #expect(set.isEmpty)
    set.insert(.noEvidence)
    set.insert(.paymentDelinquent)
    set.insert(.noEvidence)
    #expect(set.words == [.paymentDelinquent, .noEvidence])
    #expect(set.contains(.noEvidence) && !set.contains(.disputed))
    set.remove(.noEvidence)
    set.remove(.disputed)
    #expect(set == [.paymentDelinquent])
    #expect(set.bits == 1 << 1)
  }

  @Test func `all words fit a set, and bit 0 stays clear`() {
    #expect(WordSet<Capability>.all.words == Capability.allCases)
    #expect(WordSet<Capability>.all.bits & 1 == 0)
    #expect(WordSet<Capability>(bits: 1 << 63).words.isEmpty)
  }

  @Test func `reasons are ordered as answers list them`() {
    #expect(
      ReasonCode.allCases.reversed().sorted() == [
        .accountAbuse, .billingPastDue, .indirectProviderIssue, .profileFailedOrRejected,
      ])
  }
}
