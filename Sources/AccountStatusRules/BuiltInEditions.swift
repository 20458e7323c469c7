package import AccountStatusModel

extension PolicyEdition {
  /// The edition used where none is named.
  package static let defaultName = "2020-06"

  /// The editions that come with the server, oldest first: the files of `Editions`, which are part
  /// of the program.
  package static let builtIn: [PolicyEdition] = builtInFiles.map { file in
    do throws(EditionFileError) {
      return try file.edition()
    } catch {
      preconditionFailure("an edition of the server's own is damaged: \(error)")
    }
  }

  /// The files. The names of their bytes are made of the files' names by the build, which puts an
  /// underscore for what cannot stand in a name, a first digit included.
  package static var builtInFiles: [EditionFile] {
    [
      EditionFile(path: "2016-11.json", bytes: PackageResources._016_11_json),
      EditionFile(path: "2017-01.json", bytes: PackageResources._017_01_json),
      EditionFile(path: "2020-06.json", bytes: PackageResources._020_06_json),
      EditionFile(path: "2022-03.json", bytes: PackageResources._022_03_json),
    ]
  }
}
