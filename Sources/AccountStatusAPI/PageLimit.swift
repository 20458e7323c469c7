/// How many entries a page holds.
enum PageLimit {
  private static let standard = 100
  private static let most = 1000

  /// The number asked for, where 0 asks for the default; never more than the contract's maximum.
  static func entries(_ asked: UInt32) -> Int {
    asked == 0 ? standard : min(Int(asked), most)
  }
}
