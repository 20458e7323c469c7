internal import AccountStatusLedger
internal import CStatusTable
internal import Glibc
package import TTRPC

// The index's table as other processes see it.

extension StatusIndex {
  /// Says that the daemon is alive, to readers who cannot ask.
  package func beat(at now: MonotonicInstant) {
    status_table_beat(writer, UInt64(now.nanoseconds))
  }

  /// Counts the tables made, from 1: growth makes another.
  package var tableGeneration: UInt64 {
    var info = status_table_info()
    return status_table_read_info(table, &info) == 0 ? info.generation : 0
  }

  /// Says that the daemon goes away in order: what the table holds stays good for as long as each
  /// reader allows.
  package func stop() {
    status_table_set_state(writer, .STATUS_TABLE_STOPPED)
  }

  /// Makes everybody who has the table ask for it again, in new memory: what they have mapped says
  /// so, and shows nothing from then on.
  ///
  /// - Returns: 0, or a negative errno; then they keep the one that there is.
  package func replaceTable() -> Int32 {
    status_table_replace(writer)
  }

  /// Hands the table's memory to whoever is at the other end of a connection.
  ///
  /// - isAllowed: whether the peer may read all statuses; if not, it is told so.
  /// - Returns: 0, or a negative errno of the sending.
  package func offer(on connection: UnixSocket, isAllowed: Bool) -> Int32 {
    status_table_send_offer(connection.descriptor, writer, isAllowed ? 0 : -EACCES)
  }

  /// Says up to which commit the table shows everything.
  func setPosition(_ token: LedgerToken) {
    withUnsafeBytes(of: token.position.littleEndian) { position in
      let result = status_table_set_position(
        writer, token.storeID.bytes, UInt64(token.epoch), position.baseAddress, position.count)
      precondition(result == 0, "a position has eight bytes")
    }
  }
}
