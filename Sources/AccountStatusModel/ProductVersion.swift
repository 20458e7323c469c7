/// The version that every program of this build says it has.
package enum ProductVersion {
  /// Semantic version.
  package static let text = "0.1.0"
}
