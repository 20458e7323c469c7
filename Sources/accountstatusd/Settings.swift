package import AccountStatusServer
internal import Configuration
internal import Foundation
internal import SystemPackage

/// What flags, environment and configuration file say, in this order of precedence.
///
/// A key is spelt `runtimeDirectory` in the file, `ACCOUNTSTATUSD_RUNTIME_DIRECTORY` in the
/// environment and `--runtime-directory` as a flag.
package struct Settings: Sendable {
  /// Every key that a configuration file may hold.
  package enum Key: String, CaseIterable {
    case runtimeDirectory
    case tableSocket
    case database
    case policyEdition
    case policyEditions
    case logLevel
    case spin
    case keepChanges
  }

  private let reader: ConfigReader

  /// Reads the file, if one is named. `flags` holds what the command line set.
  ///
  /// Blocks the thread until the asynchronous reader is done.
  package static func read(
    flags: [Key: String], file: String?, environment: [String: String]
  ) throws(StartError) -> Settings {
    let outcome = Outcome<Result<Settings, StartError>>()
    Task {
      do throws(StartError) {
        outcome.set(
          .success(try await Settings(flags: flags, file: file, environment: environment)))
      } catch {
        outcome.set(.failure(error))
      }
    }
    return try outcome.wait().get()
  }

  private init(
    flags: [Key: String], file: String?, environment: [String: String]
  ) async throws(StartError) {
    let set = flags.map { key, value in
      (AbsoluteConfigKey([key.rawValue]), ConfigValue(.string(value), isSecret: false))
    }
    var providers: [any ConfigProvider] = [
      InMemoryProvider(name: "command line", values: Dictionary(uniqueKeysWithValues: set)),
      // A variable that is set to nothing is not set, and does not hide what the file says.
      EnvironmentVariablesProvider(environmentVariables: environment.filter { $1 != "" })
        .prefixKeys(with: "accountstatusd"),
    ]
    if let file { providers.append(try await Self.provider(file)) }
    reader = ConfigReader(providers: providers)
  }

  /// The value of a key; nil where nobody sets it.
  package subscript(_ key: Key) -> String? {
    reader.string(forKey: ConfigKey(key.rawValue)).flatMap { $0.isEmpty ? nil : $0 }
  }

  private static func provider(_ file: String) async throws(StartError) -> any ConfigProvider {
    try checkKeys(file)
    do {
      return try await FileProvider<JSONSnapshot>(filePath: FilePath(file))
    } catch {
      throw StartError("cannot read the configuration file \(file): \(error)")
    }
  }

  /// A misspelt key must not be passed over in silence.
  private static func checkKeys(_ file: String) throws(StartError) {
    let object: Any
    do {
      object = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: file)))
    } catch let error as CocoaError where error.code == .fileReadNoSuchFile {
      throw StartError("cannot read the configuration file \(file): No such file or directory")
    } catch {
      throw StartError("cannot read the configuration file \(file): \(error)")
    }
    let known = Key.allCases.map(\.rawValue)
    guard let values = object as? [String: Any] else {
      throw StartError("the configuration file \(file) must hold one JSON object")
    }
    for (key, value) in values.sorted(by: { $0.key < $1.key }) {
      guard known.contains(key) else {
        throw StartError(
          "the configuration file \(file) sets \"\(key)\", which is no setting; "
            + "the settings are \(known.joined(separator: ", "))")
      }
      guard value is String else {
        throw StartError("the configuration file \(file): \"\(key)\" must be a string")
      }
    }
  }
}
