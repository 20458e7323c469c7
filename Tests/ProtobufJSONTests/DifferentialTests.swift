import JSONText
import ProtobufJSON
import Testing

/// Every message type against Python's protobuf, with generated values.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct DifferentialTests {
  /// A descriptor set and how many cases each of its types gets.
  struct Contract: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let descriptorSet: [UInt8]
    let cases: Int
  }

  static let contracts = [
    Contract(
      testDescription: "our contract", descriptorSet: SampleTypes.accountStatus, cases: 100),
    Contract(testDescription: "every kind of field", descriptorSet: SampleTypes.kinds, cases: 400),
  ]

  @Test(arguments: contracts)
  func `messages become the JSON that Python makes of them, and come back`(
    contract: Contract
  ) throws {
    let pool = try DescriptorPool(fileDescriptorSet: contract.descriptorSet)
    let peer = try PythonPeer(descriptorSet: contract.descriptorSet)
    var generator = MessageGenerator(pool: pool, random: SeededGenerator(seed: 2020_06_03))
    var compared = 0
    for name in pool.messageNames {
      for number in 0..<contract.cases {
        let wire = try generator.message(try pool.message(name))
        let theirs = try peer.print(wire, as: name)
        let ours = try pool.json(of: wire, as: name)
        #expect(
          ours.comparable == (try theirs.json.map { try JSONValue(parsing: $0).comparable }),
          "\(name) case \(number): \(wire)")
        let again = try pool.bytes(of: try JSONValue(parsing: ours.text()), as: name)
        #expect(again == theirs.wire, "\(name) case \(number)")
        compared += 1
      }
    }
    #expect(compared == pool.messageNames.count * contract.cases)
  }

  @Test(arguments: contracts)
  func `JSON in other spellings is read as Python reads it`(contract: Contract) throws {
    let pool = try DescriptorPool(fileDescriptorSet: contract.descriptorSet)
    let peer = try PythonPeer(descriptorSet: contract.descriptorSet)
    var generator = MessageGenerator(pool: pool, random: SeededGenerator(seed: 2020_06_04))
    for name in pool.messageNames {
      for number in 0..<contract.cases {
        let type = try pool.message(name)
        let canonical = try pool.json(of: try generator.message(type), as: name)
        var speller = Speller(pool: pool, random: generator.random)
        let text = try speller.respelled(canonical, as: type).text()
        generator.random = speller.random
        let theirs = try peer.parse(text, as: name)
        let ours = try pool.bytes(of: try JSONValue(parsing: text), as: name)
        #expect(ours == theirs.wire, "\(name) case \(number): \(text) \(theirs)")
      }
    }
  }

  // Which damage is refused differs: Python checks parts that a later one replaces, and lets a
  // stray end of a group pass.
  @Test(arguments: contracts)
  func `damaged bytes that both read are read the same`(contract: Contract) throws {
    let pool = try DescriptorPool(fileDescriptorSet: contract.descriptorSet)
    let peer = try PythonPeer(descriptorSet: contract.descriptorSet)
    var generator = MessageGenerator(pool: pool, random: SeededGenerator(seed: 2020_06_05))
    var read = 0
    var refused = 0
    for name in pool.messageNames {
      for _ in 0..<contract.cases {
        var wire = try generator.message(try pool.message(name))
        guard !wire.isEmpty else { continue }
        let place = Int.random(in: 0..<wire.count, using: &generator.random)
        wire[place] = UInt8.random(in: 0...255, using: &generator.random)
        guard let ours = try? pool.json(of: wire, as: name) else {
          refused += 1
          continue
        }
        let theirs = try peer.print(wire, as: name)
        guard let text = theirs.json else { continue }
        read += 1
        #expect(ours.comparable == (try JSONValue(parsing: text)).comparable, "\(name) \(wire)")
        #expect(try pool.bytes(of: ours, as: name) == theirs.wire, "\(name) \(wire)")
      }
    }
    #expect(read > 300 && refused > 300)
  }
}

extension JSONValue {
  /// The value without what JSON gives no meaning: the order of members, the spelling of numbers.
  fileprivate var comparable: String {
    switch self {
    case .number(let number):
      // Both print a float so that it reads back the same, but not always with the same digits;
      // that doubles are exact shows in their encoding.
      return number.text.contains { ".eE".contains($0) }
        ? "\(Float(number.text) ?? .nan)" : number.text
    case .array(let elements): return "[" + elements.map(\.comparable).joined(separator: ",") + "]"
    case .object(let object):
      let members = object.members.map { member in
        (Array(member.name.utf8), member.value.comparable)
      }
      .sorted { $0.0.lexicographicallyPrecedes($1.0) }
      return "{" + members.map { "\($0.0):\($0.1)" }.joined(separator: ",") + "}"
    default: return text()
    }
  }
}
