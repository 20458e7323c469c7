"""scripts/generate-man, given a small program's own words."""

import json
import pathlib
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]

HELP = {
    "kind": "flag", "names": [{"kind": "short", "name": "h"}, {"kind": "long", "name": "help"}],
    "preferredName": {"kind": "long", "name": "help"}, "valueName": "help",
    "abstract": "Show help.", "isOptional": True, "isRepeating": False, "shouldDisplay": True,
}
COLOUR = {
    "kind": "option", "names": [{"kind": "long", "name": "paint"}],
    "preferredName": {"kind": "long", "name": "paint"}, "valueName": "colour",
    "abstract": "What it looks like.", "allValues": ["red", "green"], "defaultValue": "red",
    "isOptional": True, "isRepeating": False, "shouldDisplay": True,
}
FILES = {
    "kind": "positional", "valueName": "file", "abstract": ".hidden ones too.",
    "isOptional": False, "isRepeating": True, "shouldDisplay": True,
}
PROGRAM = {
    "commandName": "tool", "arguments": [HELP], "shouldDisplay": True,
    "subcommands": [{
        "commandName": "draw", "abstract": "Draws files. Twice.", "superCommands": ["tool"],
        "discussion": "One by one.\n\nEXAMPLES\n  tool draw a\n    b\\c",
        "arguments": [FILES, COLOUR, HELP], "shouldDisplay": True,
    }],
}


class GenerateMan(unittest.TestCase):
    def page(self, template):
        """The page's lines, and what was said of the template."""
        with tempfile.TemporaryDirectory() as work:
            program = pathlib.Path(work) / "tool"
            program.write_text(f"#!/bin/sh\ncat <<'END'\n{json.dumps({'command': PROGRAM})}\nEND\n")
            program.chmod(0o755)
            source = pathlib.Path(work) / "tool.1.in"
            source.write_text(template)
            result = subprocess.run(
                [ROOT / "scripts/generate-man", source, program],
                capture_output=True, text=True, timeout=60,
            )
        return result.stdout.splitlines(), result.stderr

    def test_prose_stays_as_it_is(self):
        self.assertEqual(self.page(".Sh NAME\ntext\n"), ([".Sh NAME", "text"], ""))

    def test_options_are_listed(self):
        lines, _ = self.page("@OPTIONS@\n")
        self.assertEqual(
            lines, [".Bl -tag -width Ds", ".It Fl h , Fl -help", "Show help.", ".El"])

    def test_a_command_has_its_own_arguments_and_examples(self):
        lines, _ = self.page("@COMMANDS@\n")
        self.assertEqual(lines, [
            ".Ss \\&draw", ".Bd -ragged -offset indent", ".Nm tool Cm \\&draw",
            ".Ar \\&file ...", ".Op Fl -paint Ar \\&colour", ".Ed", ".Pp",
            "Draws files.", "Twice.", ".Pp", "One by one.", ".Pp", "Examples:",
            ".Bd -literal -offset indent", "tool draw a", "  b\\ec", ".Ed",
            ".Bl -tag -width Ds", ".It Ar \\&file ...", "\\&.hidden ones too.",
            ".It Fl -paint Ar \\&colour", "What it looks like.", "One of red, green.",
            "Default: red.", ".El",
        ])

    def test_an_option_that_is_not_there_is_an_error(self):
        lines, said = self.page("see\n.Fl -paint\nand\n.Fl -brush\n")
        self.assertEqual(lines, [])
        self.assertIn("there is no option --brush", said)


if __name__ == "__main__":
    unittest.main()
