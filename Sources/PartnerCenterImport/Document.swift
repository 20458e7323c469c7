import JSONText

/// One document as it came: JSON, or why it is none.
package struct Document: Sendable {
  private let content: Result<JSONValue, JSONSyntaxError>

  /// Reads the bytes of a file, with or without a byte order mark.
  package init(_ bytes: [UInt8]) {
    // The mark is common in files saved on Windows, and no part of JSON.
    let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes[3...]) : bytes
    do throws(JSONSyntaxError) {
      content = .success(try JSONValue(parsing: text))
    } catch {
      content = .failure(error)
    }
  }

  /// What the document holds, and what of it is no resource.
  func contents() -> Contents {
    var contents = Contents()
    switch content {
    case .failure(let error):
      contents.rejections.append(Remark(path: "", "this is not JSON: \(error)"))
    case .success(.array(let items)):
      contents.add(items, path: "")
    case .success(.object(let object)):
      contents.add(Resource(object, path: ""))
    case .success(let other):
      contents.rejections.append(Remark(path: "", "an object is expected, not \(other.kind)"))
    }
    return contents
  }
}

/// The resources of a document: itself, or the items of the collection or array that it is.
struct Contents {
  var resources: [Resource] = []
  var remarks: [Remark] = []
  var rejections: [Remark] = []

  /// Takes the outermost object: a collection's items, or a resource.
  fileprivate mutating func add(_ resource: Resource) {
    guard resource.isCollection else { return resources.append(resource) }
    let path = resource.path(of: "items")
    var count = 0
    switch resource.object["items"] {
    case .array(let items)?:
      add(items, path: path)
      count = items.count
    case nil, .null?: break
    case .some(let other):
      return rejections.append(
        Remark(path: path, "an array is expected, not \(other.kind); import the resources alone"))
    }
    // A page of a collection holds less than the collection.
    if case .number(let number)? = resource.object["totalCount"],
      let total = number.integer(as: Int.self), total != count
    {
      remarks.append(
        Remark(
          path: resource.path(of: "totalCount"),
          "says \(total) while \(count) are here; import the other pages too"))
    }
  }

  fileprivate mutating func add(_ items: [JSONValue], path: String) {
    for (index, item) in items.enumerated() {
      let itemPath = "\(path)[\(index)]"
      // Collections do not nest; an item that looks like one is as bad as any other.
      if case .object(let object) = item {
        resources.append(Resource(object, path: itemPath))
      } else {
        rejections.append(Remark(path: itemPath, "an object is expected, not \(shown(item))"))
      }
    }
  }
}
