import JSONText
import ProtobufJSON
import Testing

struct DescriptorsTests {
  private let pool: DescriptorPool

  init() throws {
    pool = try DescriptorPool(fileDescriptorSet: SampleTypes.accountStatus)
  }

  @Test func `fields stand in the order of their numbers, under both names`() throws {
    let fields = try pool.message("accountstatus.v1.InvoiceIssued").fields
    #expect(fields.map(\.number) == Array(1...9))
    #expect(fields[2].name == "due_date")
    #expect(fields[2].jsonName == "dueDate")
    #expect(fields[4].kind == .message("accountstatus.v1.Money"))
  }

  @Test func `repeated fields and map entries are told apart`() throws {
    let info = try pool.message("google.rpc.ErrorInfo")
    guard case .message(let entry) = try #require(info.fields.last).kind else {
      Issue.record("metadata is a map")
      return
    }
    #expect(try pool.message(entry).isMapEntry)
    #expect(try pool.message("google.rpc.Status").fields[2].isRepeated)
  }

  @Test func `enum values keep the file's order`() throws {
    let cloud = try pool.enumeration("accountstatus.v1.Cloud")
    #expect(
      cloud.values.map(\.name) == [
        "CLOUD_UNSPECIFIED", "CLOUD_PUBLIC", "CLOUD_US_GOVERNMENT", "CLOUD_GERMANY",
        "CLOUD_CHINA_21VIANET",
      ])
    #expect(cloud.values.map(\.number) == [0, 1, 2, 3, 4])
  }
}
