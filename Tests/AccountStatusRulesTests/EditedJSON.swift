import JSONText

/// JSON with something changed, for tests of what reads it.
extension JSONValue {
  /// The ways to all values below this one.
  var paths: [JSONPath] { paths(from: JSONPath()) }

  private func paths(from path: JSONPath) -> [JSONPath] {
    switch self {
    case .object(let object):
      object.members.flatMap { [path[$0.name]] + $0.value.paths(from: path[$0.name]) }
    case .array(let elements):
      elements.enumerated().flatMap { [path[$0]] + $1.paths(from: path[$0]) }
    default: []
    }
  }

  /// The value that steps lead to.
  func value(at steps: ArraySlice<JSONPath.Step>) -> JSONValue? {
    guard let step = steps.first else { return self }
    switch (self, step) {
    case (.object(let object), .member(let name)):
      return object[name]?.value(at: steps.dropFirst())
    case (.array(let elements), .element(let index)):
      return elements[index].value(at: steps.dropFirst())
    default: return nil
    }
  }

  /// This value with another one where steps lead; nil takes out what is there.
  func setting(_ steps: ArraySlice<JSONPath.Step>, to value: JSONValue?) -> JSONValue {
    guard let step = steps.first else { return value ?? .null }
    let rest = steps.dropFirst()
    let replaces = !rest.isEmpty || value != nil
    switch (self, step) {
    case (.object(let object), .member(let name)):
      return .object(
        JSONObject(
          object.members.compactMap { member in
            guard member.name == name else { return member }
            return replaces ? .init(name, member.value.setting(rest, to: value)) : nil
          }))
    case (.array(let elements), .element(let place)):
      return .array(
        elements.enumerated().compactMap { index, element in
          guard index == place else { return element }
          return replaces ? element.setting(rest, to: value) : nil
        })
    default: return self
    }
  }
}
