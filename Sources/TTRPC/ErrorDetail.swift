/// One `google.protobuf.Any` of a failed call: a cause that a program can act on.
package struct ErrorDetail: Sendable, Hashable {
  /// For example `type.googleapis.com/google.rpc.ErrorInfo`.
  package var typeURL: String
  /// The encoded message of that type.
  package var value: [UInt8]

  package init(typeURL: String, value: [UInt8]) {
    self.typeURL = typeURL
    self.value = value
  }
}

/// A constant reason within a domain: `google.rpc.ErrorInfo`.
package struct ErrorInfo: Sendable, Hashable {
  /// UPPER_SNAKE_CASE, documented.
  package var reason: String
  /// Who defines the reason, for example `accountstatus.v1`.
  package var domain: String
  /// What the reason concerns. In the order given.
  package var metadata: [KeyValue]

  package init(reason: String, domain: String, metadata: [KeyValue] = []) {
    self.reason = reason
    self.domain = domain
    self.metadata = metadata
  }

  package struct KeyValue: Sendable, Hashable {
    package var key: String
    package var value: String
    package init(_ key: String, _ value: String) {
      self.key = key
      self.value = value
    }
  }
}

/// A field of the request that is wrong: an element of `google.rpc.BadRequest`.
package struct FieldViolation: Sendable, Hashable {
  /// Path in proto3 JSON names, for example `facts[2].invoiceIssued.total`.
  package var field: String
  /// What is wrong and what would be right.
  package var description: String

  package init(field: String, description: String) {
    self.field = field
    self.description = description
  }
}

extension ErrorDetail {
  static let errorInfoURL = "type.googleapis.com/google.rpc.ErrorInfo"
  static let badRequestURL = "type.googleapis.com/google.rpc.BadRequest"
  static let retryInfoURL = "type.googleapis.com/google.rpc.RetryInfo"

  /// A constant reason within a domain.
  package static func errorInfo(
    reason: String, domain: String, metadata: [ErrorInfo.KeyValue] = []
  ) -> ErrorDetail {
    var writer = WireWriter()
    writer.string(1, reason)
    writer.string(2, domain)
    for pair in metadata {
      writer.message(3) { entry in
        entry.string(1, pair.key)
        entry.string(2, pair.value)
      }
    }
    return ErrorDetail(typeURL: errorInfoURL, value: writer.bytes)
  }

  /// The fields that are wrong.
  package static func badRequest(_ violations: [FieldViolation]) -> ErrorDetail {
    var writer = WireWriter()
    for violation in violations {
      writer.message(1) { entry in
        entry.string(1, violation.field)
        entry.string(2, violation.description)
      }
    }
    return ErrorDetail(typeURL: badRequestURL, value: writer.bytes)
  }

  /// The one field that is wrong.
  package static func badRequest(field: String, description: String) -> ErrorDetail {
    badRequest([FieldViolation(field: field, description: description)])
  }

  /// How long to wait before a retry.
  package static func retryInfo(after delay: Duration) -> ErrorDetail {
    let nanoseconds = delay.clampedNanoseconds
    var writer = WireWriter()
    writer.message(1) { duration in
      duration.varint(1, UInt64(bitPattern: nanoseconds / 1_000_000_000))
      duration.varint(2, UInt64(bitPattern: nanoseconds % 1_000_000_000))
    }
    return ErrorDetail(typeURL: retryInfoURL, value: writer.bytes)
  }
}

extension RPCError {
  /// The first `ErrorInfo` among the details that decodes.
  package var errorInfo: ErrorInfo? {
    first(ErrorDetail.errorInfoURL) { (reader: inout WireReader) throws(WireError) -> ErrorInfo in
      var info = ErrorInfo(reason: "", domain: "")
      while let field = try reader.next() {
        switch field.number {
        case 1: info.reason = try field.string()
        case 2: info.domain = try field.string()
        case 3:
          var entry = try field.message()
          var pair = ErrorInfo.KeyValue("", "")
          while let part = try entry.next() {
            if part.number == 1 { pair.key = try part.string() }
            if part.number == 2 { pair.value = try part.string() }
          }
          info.metadata.append(pair)
        default: break
        }
      }
      return info
    }
  }

  /// The fields that the first `BadRequest` among the details names.
  package var fieldViolations: [FieldViolation] {
    let found = first(ErrorDetail.badRequestURL) {
      (reader: inout WireReader) throws(WireError) -> [FieldViolation] in
      var violations: [FieldViolation] = []
      while let field = try reader.next() {
        guard field.number == 1 else { continue }
        var entry = try field.message()
        var violation = FieldViolation(field: "", description: "")
        while let part = try entry.next() {
          if part.number == 1 { violation.field = try part.string() }
          if part.number == 2 { violation.description = try part.string() }
        }
        violations.append(violation)
      }
      return violations
    }
    return found ?? []
  }

  /// How long the first `RetryInfo` among the details says to wait.
  package var retryDelay: Duration? {
    first(ErrorDetail.retryInfoURL) { (reader: inout WireReader) throws(WireError) -> Duration in
      var delay = Duration.zero
      while let field = try reader.next() {
        guard field.number == 1 else { continue }
        var duration = try field.message()
        while let part = try duration.next() {
          let value = Int64(bitPattern: try part.varint())
          if part.number == 1 { delay += .seconds(value) }
          if part.number == 2 { delay += .nanoseconds(value) }
        }
      }
      return delay
    }
  }

  private func first<Message>(
    _ typeURL: String, _ read: (inout WireReader) throws(WireError) -> Message
  ) -> Message? {
    for detail in details where detail.typeURL == typeURL {
      let message = detail.value.withUnsafeBytes { bytes -> Message? in
        var reader = WireReader(bytes)
        return try? read(&reader)
      }
      if let message { return message }
    }
    return nil
  }
}
