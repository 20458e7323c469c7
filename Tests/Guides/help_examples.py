"""The examples in the programs' help, which the manual pages show as well, each run in turn."""

from __future__ import annotations

import json
import subprocess
from typing import Any

from session import ROOT, Failed, Session

DOCUMENTS = ROOT / "Examples/partner-center"
# What the examples call the files of a partner's documents.
FILES = {
    "invoices.json": "northwind-invoices.json",
    "profile.json": "northwind-legal-business-profile.json",
    "finalized.json": "northwind-legal-business-profile-last-finalized.json",
    "request.json": "northwind-service-request.json",
    "indirect-resellers.json": "fabrikam-indirect-resellers.json",
}
NOW = "2026-11-15T09:00:00Z"


def fact(fact_id: str, effective_at: str, kind: str, content: dict[str, Any]) -> str:
    return json.dumps({
        "accountId": "northwind", "source": "erp", "factId": fact_id, "effectiveAt": effective_at,
        kind: content,
    })  # fmt: skip


FACTS = fact(
    "INV-1/issued", "2026-07-01T00:00:00Z", "invoiceIssued",
    {
        "invoiceId": "INV-1", "issueDate": "2026-07-01",
        "total": {"currencyCode": "EUR", "units": "1000"},
    },
)  # fmt: skip


def examples(command: dict[str, Any]) -> list[str]:
    """The command lines below the word EXAMPLES, of a command and of those below it."""
    found: list[str] = []
    _, _, shown = command.get("discussion", "").partition("EXAMPLES\n")
    goes_on = False
    for line in shown.split("\n\n")[0].splitlines():
        if goes_on:
            found[-1] += "\n" + line
        elif line.startswith("  ") and not line.startswith("    "):
            found.append(line.strip())
        goes_on = line.endswith("\\")
    for each in command.get("subcommands", []):
        found += examples(each)
    return found


def runnable(example: str) -> str:
    """An example that ends, and that leaves the host's directories alone."""
    if example.startswith("accountstatusd"):
        # It gets as far as its last setting: what stands before that is right.
        return f"( {example} --log-level unheard-of 2>&1 || true ) | grep -q 'is no log level'"
    if example.split()[1] in ("top", "watch") and "--once" not in example:
        example = f"timeout --preserve-status --signal INT 3 {example}"
    # 0 to 3 are answers, also where the answer is no; 130 is the interrupt.
    return f"( {example}\n); status=$?; [ $status -le 3 ] || [ $status -eq 130 ]"


def run_help(program: str, environment: dict[str, str]) -> int:
    """Runs the examples of a program's help; how many there are."""
    told = subprocess.run(
        [program, "--experimental-dump-help"], env=environment, stdout=subprocess.PIPE, check=True
    )
    found = examples(json.loads(told.stdout)["command"])
    with Session(environment, ["--clock", "manual", "--now", NOW]) as session:
        for name, source in FILES.items():
            session.save(name, (DOCUMENTS / source).read_text(encoding="utf-8"))
        session.save("facts.jsonl", FACTS + "\n")
        session.save("what-if.jsonl", '{"disputeOpened":{"invoiceId":"INV-1"}}\n')
        # What the examples lean on: a program that writes facts, and jq, where there is none.
        session.run("set -o pipefail; producer() { cat facts.jsonl; }")
        session.run("command -v jq >jq.path || jq() { cat >/dev/null; }")
        for account in ("northwind", "contoso", "fabrikam"):
            session.run(
                f"accountstatus register {account} --type direct-bill --cloud public --program csp"
                " --effective-at 2026-01-01"
            )
        session.run("accountstatus report facts.jsonl")
        for example in found:
            try:
                session.run(runnable(example))
            except Failed as error:
                raise Failed(f"{program} --help: {error}") from error
    return len(found)
