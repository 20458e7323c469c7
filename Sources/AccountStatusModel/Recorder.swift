/// The process that reported a fact, as the kernel knew it.
///
/// A value that is one reference: it goes with every fact from thread to thread, and each of its
/// texts would be counted at every step.
@dynamicMemberLookup
public struct Recorder: Hashable, Sendable {
  /// What is known of a process.
  public struct Fields: Hashable, Sendable {
    /// User id.
    public var uid: UInt32 = 0
    /// Group id.
    public var gid: UInt32 = 0
    /// Process id.
    public var pid: Int32 = 0
    /// Command name; empty where it could not be read, as the next two.
    public var command = ""
    /// Systemd unit.
    public var unit = ""
    /// Path of the executable.
    public var executable = ""
    /// When the process started.
    public var processStartedAt: Instant?
  }

  /// Unchecked because the fields are changed only while one recorder refers to them.
  private final class Box: @unchecked Sendable {
    var fields: Fields

    init(_ fields: Fields) {
      self.fields = fields
    }
  }

  private static let unknown = Box(Fields())

  private var box = Self.unknown

  /// An unknown process.
  public init() {}

  /// A field.
  public subscript<Value>(dynamicMember field: WritableKeyPath<Fields, Value>) -> Value {
    get { box.fields[keyPath: field] }
    set {
      if !isKnownUniquelyReferenced(&box) { box = Box(box.fields) }
      box.fields[keyPath: field] = newValue
    }
  }

  /// Whether two are the same process, as far as is known.
  public static func == (left: Recorder, right: Recorder) -> Bool {
    left.box === right.box || left.box.fields == right.box.fields
  }

  /// As the fields.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(box.fields)
  }
}
