"""make install, given programs that say little of themselves."""

import json
import pathlib
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]

PROGRAM = """#!/bin/sh
case $1 in
--experimental-dump-help) echo '%s' ;;
--generate-completion-script) echo "# $2" ;;
esac
"""

SHARED = {
    "man/man1/accountstatus.1", "man/man3/libaccountstatus.3", "man/man8/accountstatusd.8",
    *(
        place.format(program)
        for program in ("accountstatus", "accountstatusd")
        for place in (
            "bash-completion/completions/{}", "zsh/site-functions/_{}",
            "fish/vendor_completions.d/{}.fish",
        )
    ),
}


def options(*names):
    return [
        {
            "kind": "flag", "names": [{"kind": "long", "name": name}], "valueName": name,
            "preferredName": {"kind": "long", "name": name}, "abstract": "Yes.",
            "isOptional": True, "isRepeating": False, "shouldDisplay": True,
        }
        for name in names
    ]


class Install(unittest.TestCase):
    def make(self, target):
        subprocess.run(
            ["make", "-s", "-C", ROOT, "-o", "build", target, f"RELEASE={self.programs}",
             f"DESTDIR={self.work}", "PREFIX=/opt/status"],
            check=True, timeout=600, stdout=subprocess.DEVNULL,
        )

    def installed(self):
        top = self.work / "opt/status"
        return {str(path.relative_to(top)) for path in top.rglob("*") if not path.is_dir()}

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.work = pathlib.Path(directory.name) / "root"
        self.programs = pathlib.Path(directory.name) / "programs"
        self.programs.mkdir()
        # What the prose of the pages names.
        taken = {
            "accountstatus": options("socket", "at-least"),
            "accountstatusd": options("config", "policy-edition"),
            "accountstatus-bench": [],
        }
        for name, arguments in taken.items():
            command = {"commandName": name, "arguments": arguments, "shouldDisplay": True}
            (self.programs / name).write_text(PROGRAM % json.dumps({"command": command}))
            (self.programs / name).chmod(0o755)

    def test_what_is_installed_is_where_it_is_looked_for_and_can_be_removed(self):
        self.make("install")
        found = self.installed()
        self.assertEqual({f"share/{name}" for name in SHARED} - found, set())
        units = {"accountstatusd.service", "accountstatusd.socket"}
        self.assertEqual({f"lib/systemd/system/{name}" for name in units} - found, set())
        service = self.work / "opt/status/lib/systemd/system/accountstatusd.service"
        self.assertIn("\nExecStart=/opt/status/sbin/accountstatusd\n", service.read_text())
        page = self.work / "opt/status/share/man/man1/accountstatus.1"
        self.assertIn(".It Fl -at\\-least\n", page.read_text())
        self.make("uninstall")
        self.assertEqual(self.installed(), set())


if __name__ == "__main__":
    unittest.main()
