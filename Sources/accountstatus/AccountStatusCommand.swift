internal import AccountStatusModel
package import ArgumentParser

/// The command line: `accountstatus COMMAND`.
@main
package struct AccountStatusCommand: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "accountstatus",
    abstract: "Asks an account-status server who is suspended, and why, and tells it facts.",
    discussion: """
      Data goes to the standard output and everything else to the standard error. Exit status, for \
      every command: 0 success, 4 no server answers, 64 wrong usage, 77 not permitted, 70 any \
      other failure; 1, 2 and 3 as the command says.

      EXAMPLES
        accountstatus get northwind
        accountstatus explain northwind --locale sv
        accountstatus is-active -q northwind || echo "hold the order"
        accountstatus check northwind sell-new-licenses
        accountstatus list --state suspended -o jsonl
        accountstatus import --account northwind invoices.json
      """,
    version: ProductVersion.text,
    subcommands: [
      Get.self, History.self, Explain.self,
      Billing.self, Simulate.self,
      IsActive.self, Check.self, List.self, Watch.self, Register.self, Report.self, Import.self,
      Reinstate.self, Retract.self, Record.self, Replay.self,
      Editions.self, Health.self, Info.self, Stats.self, Top.self,
    ])

  @OptionGroup package var global: GlobalOptions

  package init() {}
}
