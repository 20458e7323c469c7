/// The version of this build of the server.
package enum ServerVersion {
  /// Semantic version.
  package static let text = "0.1.0"
}
