internal import AccountStatusModel
internal import CAccountStatusV1
internal import CGoogleProtobuf
internal import CProtobufC

// Between the fields of generated messages and the vocabulary of the model.

// MARK: - Reading

/// The text of a checked string field.
func readText(_ field: UnsafeMutablePointer<CChar>?) -> String {
  field.map { String(cString: $0) } ?? ""
}

func readBytes(_ field: ProtobufCBinaryData) -> [UInt8] {
  Array(UnsafeBufferPointer(start: field.data, count: field.len))
}

func readBool(_ field: protobuf_c_boolean) -> Bool { field != 0 }

/// The elements of a repeated field.
func readElements<Element>(
  _ list: UnsafeMutablePointer<Element>?, _ count: Int
) -> UnsafeMutableBufferPointer<Element> {
  UnsafeMutableBufferPointer(start: list, count: list == nil ? 0 : count)
}

/// The messages of a repeated field, converted; the error names the element.
func readMessages<Wire, Value>(
  _ name: String, _ list: UnsafeMutablePointer<UnsafeMutablePointer<Wire>?>?, _ count: Int,
  _ convert: (Wire) throws(FormError) -> Value
) throws(FormError) -> [Value] {
  var values: [Value] = []
  values.reserveCapacity(count)
  for (index, element) in readElements(list, count).enumerated() {
    guard let element else { continue }
    values.append(
      try inField("\(name)[\(index)]") { () throws(FormError) in try convert(element.pointee) })
  }
  return values
}

/// The texts of a repeated field.
func readTexts(
  _ list: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?, _ count: Int
) -> [String] {
  readElements(list, count).map { readText($0) }
}

func readIdentifier(
  _ name: String, _ field: UnsafeMutablePointer<CChar>?
) throws(FormError) -> Identifier {
  try inField(name) { () throws(FormError) in try Identifier(readText(field)) }
}

/// Nil when the field is empty.
func readOptionalIdentifier(
  _ name: String, _ field: UnsafeMutablePointer<CChar>?
) throws(FormError) -> Identifier? {
  let value = readText(field)
  if value.isEmpty { return nil }
  return try inField(name) { () throws(FormError) in try Identifier(value) }
}

func readAccountID(
  _ name: String, _ field: UnsafeMutablePointer<CChar>?
) throws(FormError) -> AccountID {
  try inField(name) { () throws(FormError) in try AccountID(readText(field)) }
}

func readOptionalAccountID(
  _ name: String, _ field: UnsafeMutablePointer<CChar>?
) throws(FormError) -> AccountID? {
  let value = readText(field)
  if value.isEmpty { return nil }
  return try inField(name) { () throws(FormError) in try AccountID(value) }
}

func readDay(
  _ name: String, _ field: UnsafeMutablePointer<CChar>?
) throws(FormError) -> CalendarDay {
  try inField(name) { () throws(FormError) in try CalendarDay(readText(field)) }
}

func readOptionalDay(
  _ name: String, _ field: UnsafeMutablePointer<CChar>?
) throws(FormError) -> CalendarDay? {
  let value = readText(field)
  if value.isEmpty { return nil }
  return try inField(name) { () throws(FormError) in try CalendarDay(value) }
}

func readOptionalInstant(
  _ name: String, _ field: UnsafeMutablePointer<Google__Protobuf__Timestamp>?
) throws(FormError) -> Instant? {
  guard let time = field?.pointee else { return nil }
  return try inField(name) { () throws(FormError) in
    try Instant(seconds: time.seconds, nanos: time.nanos)
  }
}

func readInstant(
  _ name: String, _ field: UnsafeMutablePointer<Google__Protobuf__Timestamp>?
) throws(FormError) -> Instant {
  guard let instant = try readOptionalInstant(name, field) else {
    throw FormError(field: name, "is missing; give an instant, for example 2026-10-30T00:00:00Z")
  }
  return instant
}

/// Nil when the field is absent.
func readDuration(
  _ name: String, _ field: UnsafeMutablePointer<Google__Protobuf__Duration>?
) throws(FormError) -> Duration? {
  guard let span = field?.pointee else { return nil }
  guard (-999_999_999...999_999_999).contains(span.nanos),
    span.seconds == 0 || span.nanos == 0 || (span.seconds < 0) == (span.nanos < 0)
  else {
    throw FormError(
      field: name,
      "has seconds \(span.seconds) and nanos \(span.nanos); nanos must be within ±999999999 and "
        + "of the sign of seconds")
  }
  guard (-315_576_000_000...315_576_000_000).contains(span.seconds) else {
    throw FormError(
      field: name, "is \(span.seconds) s; a duration is within ±315576000000 s")
  }
  return .seconds(span.seconds) + .nanoseconds(Int64(span.nanos))
}

func readMoney(
  _ name: String, _ field: UnsafeMutablePointer<Accountstatus__V1__Money>?
) throws(FormError) -> Money {
  guard let amount = field?.pointee else {
    throw FormError(field: name, "is missing; give currencyCode, units and nanos")
  }
  return try inField(name) { () throws(FormError) in
    let currency = try inField("currencyCode") { () throws(FormError) in
      try Currency(readText(amount.currency_code))
    }
    return try Money(currency, units: amount.units, nanos: amount.nanos)
  }
}

/// A value of an enum that is not specified: nil. One that is not known is refused.
func readOptionalWord<Known: Word>(_ name: String, _ number: UInt32) throws(FormError) -> Known? {
  if number == 0 { return nil }
  guard let known = Known(number: number) else {
    throw FormError(
      field: name,
      "is \(Int32(bitPattern: number)), which is not known; use \(Known.choices)")
  }
  return known
}

func readWord<Known: Word>(_ name: String, _ number: UInt32) throws(FormError) -> Known {
  guard let known: Known = try readOptionalWord(name, number) else {
    throw FormError(field: name, "is not specified; use \(Known.choices)")
  }
  return known
}

/// The words of a repeated enum field.
func readWords<Element: RawRepresentable<UInt32>, Known: Word>(
  _ name: String, _ list: UnsafeMutablePointer<Element>?, _ count: Int
) throws(FormError) -> [Known] {
  var words: [Known] = []
  for (index, element) in readElements(list, count).enumerated() {
    words.append(try readWord("\(name)[\(index)]", element.rawValue))
  }
  return words
}

/// The bits of a repeated enum field of an answer. What is not known keeps its bit.
func readWordSet<Element: RawRepresentable<UInt32>, Known: Word>(
  _ list: UnsafeMutablePointer<Element>?, _ count: Int
) -> WordSet<Known> {
  var bits: UInt64 = 0
  for element in readElements(list, count) where (1...63).contains(element.rawValue) {
    bits |= 1 << UInt64(element.rawValue)
  }
  return WordSet(bits: bits)
}

extension Word {
  init?(number: UInt32) {
    guard let small = UInt8(exactly: number) else { return nil }
    self.init(rawValue: small)
  }

  /// The contract's number.
  var number: UInt32 { UInt32(rawValue) }

  /// The words there are, for people: `PUBLIC, US_GOVERNMENT or GERMANY`.
  static var choices: String {
    let names = allCases.map(\.contractName)
    guard let last = names.last, names.count > 1 else { return names.first ?? "" }
    return names.dropLast().joined(separator: ", ") + " or " + last
  }
}

// MARK: - Writing

extension MessageArena {
  func text(_ identifier: Identifier?) -> UnsafeMutablePointer<CChar> {
    text(identifier?.text ?? "")
  }

  func text(_ account: AccountID?) -> UnsafeMutablePointer<CChar> {
    text(account?.text ?? "")
  }

  func text(_ day: CalendarDay?) -> UnsafeMutablePointer<CChar> {
    text(day?.description ?? "")
  }

  func timestamp(_ instant: Instant?) -> UnsafeMutablePointer<Google__Protobuf__Timestamp>? {
    instant.map { instant in
      message {
        $0.seconds = instant.seconds
        $0.nanos = instant.nanos
      }
    }
  }

  /// Rounded towards zero to whole nanoseconds.
  func duration(_ duration: Duration) -> UnsafeMutablePointer<Google__Protobuf__Duration> {
    let (seconds, attoseconds) = duration.components
    return message {
      $0.seconds = seconds
      $0.nanos = Int32(attoseconds / 1_000_000_000)
    }
  }

  /// Amounts that came over the wire fit it; sums that do not are held at its ends.
  func money(_ amount: Money) -> UnsafeMutablePointer<Accountstatus__V1__Money> {
    message {
      $0.currency_code = text(amount.currency.code)
      $0.units = amount.units ?? (amount.billionths < 0 ? .min : .max)
      $0.nanos = amount.nanos
    }
  }

  func words<Element: RawRepresentable<UInt32>>(
    _ words: some Collection<some Word>, _ make: (UInt32) -> Element
  ) -> (Int, UnsafeMutablePointer<Element>?) {
    list(words) { make($0.number) }
  }

  /// The numbers of a set, ascending.
  func words<Element: RawRepresentable<UInt32>>(
    _ set: WordSet<some Word>, _ make: (UInt32) -> Element
  ) -> (Int, UnsafeMutablePointer<Element>?) {
    var rest = set.bits
    return list(0..<rest.nonzeroBitCount) { _ in
      defer { rest &= rest - 1 }
      return make(UInt32(rest.trailingZeroBitCount))
    }
  }

  func texts(
    _ texts: some Collection<String>
  ) -> (Int, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) {
    list(texts) { text($0) }
  }

  /// The messages of a repeated field.
  func messages<Element, Wire: CMessage>(
    _ elements: some Collection<Element>, _ fill: (Element, inout Wire) -> Void
  ) -> (Int, UnsafeMutablePointer<UnsafeMutablePointer<Wire>?>?) {
    list(elements) { element in message { fill(element, &$0) } }
  }
}
