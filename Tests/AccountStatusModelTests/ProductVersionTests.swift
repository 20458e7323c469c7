import AccountStatusModel
import Testing

@Suite struct ProductVersionTests {
  @Test func `the version is semantic`() {
    let parts = ProductVersion.text.split(separator: ".", omittingEmptySubsequences: false)
    #expect(parts.count == 3)
    #expect(parts.allSatisfy { UInt16($0) != nil })
  }
}
