import AccountStatusModel

// The changes, as they are told again.

extension SQLiteStore {
  func changes(after position: UInt64, limit: Int) throws(LedgerError) -> [StatusChange] {
    let select = try sql().selectChanges
    select.bind(1, position)
    select.bind(2, Int64(limit))
    var changes: [StatusChange] = []
    try select.forEachRow { () throws(LedgerError) in
      let answer = try select.decode(5) { bytes throws(CodecError) in
        try RowCodec.decodeAnswer(bytes)
      }
      var change = StatusChange(
        position: try select.position(0), accountID: AccountID(checked: try select.text(1)),
        revision: try select.position(2), asOf: select.instant(4), answer: answer,
        isPastChanged: select.int64(7) != 0, rules: select.int64(3))
      if !select.isNull(6) {
        change.previous = try select.decode(6) { bytes throws(CodecError) in
          try RowCodec.decodePrevious(bytes)
        }
      }
      changes.append(change)
      return true
    }
    return changes
  }

  func compactedThrough() throws(LedgerError) -> UInt64 {
    let select = try sql().compactedThrough
    return try select.firstRow { () throws(LedgerError) in try select.position(0) } ?? 0
  }

  func deleteChanges(through position: UInt64) throws(LedgerError) {
    let sql = try sql()
    sql.deleteChanges.bind(1, position)
    try sql.deleteChanges.run()
    sql.setCompactedThrough.bind(1, position)
    try sql.setCompactedThrough.run()
  }
}
