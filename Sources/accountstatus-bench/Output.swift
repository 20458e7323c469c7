import ArgumentParser
import Foundation

/// How results are printed.
enum OutputFormat: String, ExpressibleByArgument {
  case text
  case json
}

/// A result for people and for programs.
protocol Printable: Encodable {
  /// What people read.
  var text: String { get }
}

/// A result with bounds on it.
protocol Comparison: Printable {
  /// What must hold, and whether it does.
  var requirements: [Requirement] { get }
}

/// A bound on a ratio.
struct Requirement: Encodable {
  let name: String
  let value: Double
  let atMost: Double?
  let atLeast: Double?
  let isMet: Bool

  /// Requires a value not to exceed a bound.
  init(_ name: String, _ value: Double, atMost bound: Double) {
    (self.name, self.value, atMost, atLeast) = (name, value, bound, nil)
    isMet = value <= bound
  }

  /// Requires a value to reach a bound.
  init(_ name: String, _ value: Double, atLeast bound: Double) {
    (self.name, self.value, atMost, atLeast) = (name, value, nil, bound)
    isMet = value >= bound
  }

  /// One line: the value, the bound, the verdict.
  var text: String {
    let bound =
      atMost.map { "at most \(figure($0))" } ?? atLeast.map { "at least \(figure($0))" } ?? ""
    return "\(isMet ? "met   " : "MISSED")  \(name): \(figure(value)), \(bound)"
  }
}

/// Prints a result on stdout.
func emit(_ result: some Printable, as format: OutputFormat) throws {
  switch format {
  case .text:
    print(result.text)
  case .json:
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    print(String(decoding: try encoder.encode(result), as: UTF8.self))
  }
}

/// A number with three significant digits, or more where they are whole.
func figure(_ value: Double) -> String {
  switch abs(value) {
  case 100...: String(format: "%.0f", value)
  case 10..<100: String(format: "%.1f", value)
  default: String(format: "%.2f", value)
  }
}

/// Rows with their columns in line; the first column to the left, the others to the right.
func table(_ rows: [[String]]) -> String {
  let columns = rows.map(\.count).max() ?? 0
  let widths = (0..<columns).map { column in
    rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
  }
  return rows.map { row in
    row.enumerated().map { column, cell in
      let space = String(repeating: " ", count: widths[column] - cell.count)
      return column == 0 ? cell + space : space + cell
    }.joined(separator: "  ")
  }.joined(separator: "\n")
}

/// The middle value, or the mean of the two; 0 of none.
func median(_ values: [Double]) -> Double {
  guard !values.isEmpty else { return 0 }
  let sorted = values.sorted()
  return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
}

/// The machine, as far as figures depend on it.
struct Machine: Encodable {
  let cores: Int
  let processor: String
  let kernel: String

  /// Describes this machine.
  static func current() -> Machine {
    let info = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
    let model = info?.split(separator: "\n").first { $0.hasPrefix("model name") }
    let kernel = try? String(contentsOfFile: "/proc/sys/kernel/osrelease", encoding: .utf8)
    return Machine(
      cores: ProcessInfo.processInfo.processorCount,
      processor: model?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) }
        ?? "unknown",
      kernel: kernel?.trimmingCharacters(in: .whitespacesAndNewlines) ?? "unknown")
  }

  /// One line.
  var text: String { "\(cores) cores, \(processor), Linux \(kernel)" }
}
