extension [UInt8] {
  /// Bytes as written in a test: hexadecimal digits, spaces between them ignored.
  init(hex: String) {
    let digits = hex.filter { !$0.isWhitespace }.map { UInt8(String($0), radix: 16)! }
    precondition(digits.count.isMultiple(of: 2))
    self = stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }

  /// Bytes as hexadecimal digits.
  var hex: String {
    map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
  }
}
