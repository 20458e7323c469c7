internal import Glibc
package import TTRPC

/// Gives a path from one group of readers to another; nil is this process's own group.
///
/// What belongs to a third one was given to it by the operator, and stays there.
package func passOn(
  _ path: String, from before: UInt32?, to readers: UInt32?
) throws(RuntimeError) {
  let (before, readers) = (before ?? getegid(), readers ?? getegid())
  var status = stat()
  guard before != readers, lstat(path, &status) == 0, status.st_gid == before else { return }
  guard lchown(path, .max, readers) == 0 else {
    throw .system(operation: "give the group \(readers) access to \(path)", errno: errno)
  }
}
