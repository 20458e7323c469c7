package import AccountStatusRules
internal import Glibc

/// The directory with the operator's own policy editions: its files `*.json`, by name.
///
/// Read once, at the start. Files of other names, and those with a leading dot, are left alone:
/// editors and configuration tools leave such things behind.
package struct EditionsDirectory {
  /// The most files: with the server's own editions no more than a list of editions may have.
  package static let maximumCount = 990

  package let path: String

  package init(path: String) {
    self.path = path
  }

  /// Reads the editions; refused with everything that is wrong with any of the files.
  package func editions() throws(StartError) -> [EditionCatalogue.Entry] {
    var files: [EditionFile] = []
    for name in try names() { files.append(try file(name)) }
    do throws(EditionFileError) {
      return try EditionFile.editions(in: files)
    } catch {
      let count = error.problems.count
      throw StartError(
        "the policy editions in \(path) cannot be used, for \(count == 1 ? "this" : "these"):\n"
          + error.problems.map { "  \($0)" }.joined(separator: "\n"))
    }
  }

  private func names() throws(StartError) -> [String] {
    guard let directory = opendir(path) else {
      throw StartError(
        cannot: "read the policy editions in", path, errno: errno,
        remedy: "make the directory, or leave --policy-editions out")
    }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) {
          String(cString: $0)
        }
      }
      guard name.hasSuffix(EditionFile.suffix), !name.hasPrefix(".") else { continue }
      names.append(name)
    }
    guard names.count <= Self.maximumCount else {
      throw StartError(
        "\(path) has \(names.count) policy editions; at most \(Self.maximumCount) are read")
    }
    return names.sorted()
  }

  private func file(_ name: String) throws(StartError) -> EditionFile {
    let path = self.path.hasSuffix("/") ? "\(self.path)\(name)" : "\(self.path)/\(name)"
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw failure(path, errno) }
    defer { close(descriptor) }
    // One byte more than a file may have shows that it has too many.
    var bytes = [UInt8](repeating: 0, count: EditionFile.maximumSize + 1)
    var length = 0
    while length < bytes.count {
      let count = bytes.withUnsafeMutableBytes { buffer in
        read(descriptor, buffer.baseAddress.map { $0 + length }, buffer.count - length)
      }
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw failure(path, errno) }
      if count == 0 { break }
      length += count
    }
    return EditionFile(path: path, bytes: Array(bytes[..<length]))
  }

  private func failure(_ path: String, _ code: Int32) -> StartError {
    StartError(cannot: "read the policy edition", path, errno: code)
  }
}

extension ServerOptions {
  /// Where the operator's editions are: as stated, else in the configuration directory, the
  /// system's for root and the user's own else, where that exists. nil: there are none.
  ///
  /// An ephemeral server takes no notice of what lies around on its host.
  package var editionsDirectory: EditionsDirectory? {
    if let policyEditions { return EditionsDirectory(path: policyEditions) }
    guard !isEphemeral else { return nil }
    let directory: String
    if geteuid() == 0 {
      directory = "/etc/accountstatus/editions"
    } else if let configuration = environment["XDG_CONFIG_HOME"], !configuration.isEmpty {
      directory = "\(configuration)/accountstatus/editions"
    } else if let home = environment["HOME"], !home.isEmpty {
      directory = "\(home)/.config/accountstatus/editions"
    } else {
      return nil
    }
    return access(directory, F_OK) == 0 ? EditionsDirectory(path: directory) : nil
  }
}
