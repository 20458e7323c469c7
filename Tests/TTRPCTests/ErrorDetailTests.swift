import CGoogleProtobuf
import CGoogleRPC
import CProtobufC
import TTRPC
import Testing

@Suite("Causes for programs")
struct ErrorDetailTests {
  @Test func `an ErrorInfo reads back, and as libprotobuf-c reads it`() throws {
    let detail = ErrorDetail.errorInfo(
      reason: "R", domain: "d", metadata: [.init("k", "v"), .init("k2", "")])
    let error = RPCError(.aborted, "", details: [detail])
    #expect(
      error.errorInfo
        == ErrorInfo(reason: "R", domain: "d", metadata: [.init("k", "v"), .init("k2", "")]))
    #expect(detail.typeURL == "type.googleapis.com/google.rpc.ErrorInfo")
    let message = try #require(
      google__rpc__error_info__unpack(nil, detail.value.count, detail.value))
    defer { google__rpc__error_info__free_unpacked(message, nil) }
    #expect(String(cString: message.pointee.reason) == "R")
    #expect(message.pointee.n_metadata == 2)
  }

  @Test func `a BadRequest reads back, and as libprotobuf-c reads it`() throws {
    let detail = ErrorDetail.badRequest([
      FieldViolation(field: "a", description: "b"), FieldViolation(field: "c", description: ""),
    ])
    let error = RPCError(.invalidArgument, "", details: [detail])
    #expect(error.fieldViolations.map(\.field) == ["a", "c"])
    #expect(error.fieldViolations.map(\.description) == ["b", ""])
    let message = try #require(
      google__rpc__bad_request__unpack(nil, detail.value.count, detail.value))
    defer { google__rpc__bad_request__free_unpacked(message, nil) }
    #expect(message.pointee.n_field_violations == 2)
  }

  @Test func `a RetryInfo reads back, and as libprotobuf-c reads it`() throws {
    let detail = ErrorDetail.retryInfo(after: .milliseconds(1_250))
    #expect(RPCError(.unavailable, "", details: [detail]).retryDelay == .milliseconds(1_250))
    let message = try #require(
      google__rpc__retry_info__unpack(nil, detail.value.count, detail.value))
    defer { google__rpc__retry_info__free_unpacked(message, nil) }
    #expect(message.pointee.retry_delay.pointee.seconds == 1)
    #expect(message.pointee.retry_delay.pointee.nanos == 250_000_000)
  }

  @Test func `a detail that does not decode, or is of another type, is passed over`() {
    let error = RPCError(
      .aborted, "",
      details: [
        ErrorDetail(typeURL: "type.googleapis.com/google.rpc.ErrorInfo", value: [0x0a, 0x05]),
        ErrorDetail(typeURL: "other", value: []),
        .errorInfo(reason: "R", domain: "d"),
      ])
    #expect(error.errorInfo?.reason == "R")
    #expect(error.retryDelay == nil)
    #expect(error.fieldViolations == [])
  }
}
