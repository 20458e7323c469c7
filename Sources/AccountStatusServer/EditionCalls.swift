internal import AccountStatusAPI
internal import AccountStatusModel
package import AccountStatusRules
package import TTRPC

/// The handlers of `AdminService` for policy editions. On the loop's thread.
package final class EditionCalls {
  private let editions: EditionCatalogue

  package init(editions: EditionCatalogue) {
    self.editions = editions
  }

  /// Adds the methods to a router; `server` gives the server that late answers would go to.
  package func register(in router: inout Router, _ server: @escaping () -> RPCServer) {
    router.unary(AdminService.listEditions) { [self] context, payload, reply in
      Responder.run(context, &reply, server) { responder throws(RPCError) in
        _ = try ListEditionsRequest.decodeRequest(payload)
        responder.send(ListEditionsResponse(editions: editions.entries.map(summary)))
      }
    }
    router.unary(AdminService.getEdition) { [self] context, payload, reply in
      Responder.run(context, &reply, server) { responder throws(RPCError) in
        let request = try GetEditionRequest.decodeRequest(payload)
        let entry = try entry(of: request.name ?? editions.default.name)
        responder.send(GetEditionResponse(edition: entry.edition, summary: summary(of: entry)))
      }
    }
  }

  private func entry(of name: String) throws(RPCError) -> EditionCatalogue.Entry {
    do throws(UnknownEdition) {
      return try editions.entry(of: name)
    } catch {
      throw .unknownEdition(error, field: "name")
    }
  }

  private func summary(of entry: EditionCatalogue.Entry) -> EditionSummary {
    EditionSummary(
      name: entry.edition.name, isDefault: entry.edition.name == editions.default.name,
      file: entry.file ?? "")
  }
}
