/// Rows of words in columns as wide as their widest word, indented by two.
struct TextTable {
  enum Alignment {
    case left
    case right
  }

  private let alignments: [Alignment]
  private var rows: [(cells: [String], colors: [Int: Color])] = []

  init(_ alignments: [Alignment]) {
    self.alignments = alignments
  }

  /// Adds a row with a cell per column; `colors` paints some of them.
  mutating func add(_ cells: [String], colors: [Int: Color?] = [:]) {
    rows.append((cells, colors.compactMapValues { $0 }))
  }

  func lines(_ isColored: Bool) -> [String] {
    let widths = alignments.indices.map { column in
      rows.map { $0.cells[column].count }.max() ?? 0
    }
    return rows.map { cells, colors in
      var line = ""
      for (column, cell) in cells.enumerated() {
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        let shown = colors[column]?.paint(cell, if: isColored) ?? cell
        line += "  " + (alignments[column] == .left ? shown + padding : padding + shown)
      }
      return String(line.reversed().drop { $0 == " " }.reversed())
    }
  }
}
