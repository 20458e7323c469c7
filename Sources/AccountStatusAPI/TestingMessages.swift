package import AccountStatusModel
internal import CAccountStatusV1

/// Sets the manual clock.
package struct SetClockRequest: Sendable, Hashable {
  package var now: Instant

  package init(now: Instant) {
    self.now = now
  }
}

extension SetClockRequest: WireEncodable, WireDecodable {
  init(_ wire: Accountstatus__V1__SetClockRequest) throws(FormError) {
    now = try readInstant("now", wire.now)
  }

  func fill(_ wire: inout Accountstatus__V1__SetClockRequest, _ arena: MessageArena) {
    wire.now = arena.timestamp(now)
  }
}

/// The manual clock after it was set.
package struct SetClockResponse: Sendable, Hashable {
  package var now: Instant

  package init(now: Instant) {
    self.now = now
  }
}

extension SetClockResponse: WireEncodable, WireDecodable {
  init(_ wire: Accountstatus__V1__SetClockResponse) throws(FormError) {
    now = try readInstant("now", wire.now)
  }

  func fill(_ wire: inout Accountstatus__V1__SetClockResponse, _ arena: MessageArena) {
    wire.now = arena.timestamp(now)
  }
}

/// Moves the manual clock forward.
package struct AdvanceClockRequest: Sendable, Hashable {
  /// More than zero.
  package var by: Duration

  package init(by: Duration) {
    self.by = by
  }
}

extension AdvanceClockRequest: WireEncodable, WireDecodable {
  init(_ wire: Accountstatus__V1__AdvanceClockRequest) throws(FormError) {
    guard let by = try readDuration("by", wire.by), by > .zero else {
      throw FormError(field: "by", "is missing, zero or negative; give more than zero")
    }
    self.by = by
  }

  func fill(_ wire: inout Accountstatus__V1__AdvanceClockRequest, _ arena: MessageArena) {
    wire.by = arena.duration(by)
  }
}

/// The manual clock after it was moved.
package struct AdvanceClockResponse: Sendable, Hashable {
  package var now: Instant

  package init(now: Instant) {
    self.now = now
  }
}

extension AdvanceClockResponse: WireEncodable, WireDecodable {
  init(_ wire: Accountstatus__V1__AdvanceClockResponse) throws(FormError) {
    now = try readInstant("now", wire.now)
  }

  func fill(_ wire: inout Accountstatus__V1__AdvanceClockResponse, _ arena: MessageArena) {
    wire.now = arena.timestamp(now)
  }
}
