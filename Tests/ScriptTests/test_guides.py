"""Tests/Guides: how the examples of the guides are found, run and judged."""

import pathlib
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tests/Guides"))

from blocks import Malformed, commands, is_excerpt, matches, parse  # noqa: E402
from help_examples import examples, runnable  # noqa: E402


class Blocks(unittest.TestCase):
    def test_blocks_have_their_language_place_and_notes(self):
        guide = parse(
            "<!-- daemon: --clock manual -->\ntext\n<!-- file: a.txt -->\n```jsonl\n{}\n\n{}\n```\n"
            "1. item\n   ```sh\n   ls\n   ```\n"
        )
        self.assertEqual(guide.daemon, ["--clock", "manual"])
        self.assertEqual(
            [(each.line, each.language, each.text, each.file) for each in guide.blocks],
            [(4, "jsonl", "{}\n\n{}\n", "a.txt"), (10, "sh", "ls\n", None)],
        )

    def test_what_would_not_run_is_malformed(self):
        for text in ["```sh\nls\n", "<!-- file: a -->\ntext\n", "<!-- skip: this -->\n"]:
            with self.subTest(text), self.assertRaises(Malformed):
                parse(text)

    def test_a_console_has_commands_and_what_they_print(self):
        block = parse("```console\n$ cat <<E\n> a\n> E\na\n\nb\n$ true\n```\n").blocks[0]
        self.assertEqual(
            [(each.line, each.text, each.output) for each in commands(block)],
            [(2, "cat <<E\na\nE", "a\n\nb\n"), (8, "true", "")],
        )
        with self.assertRaises(Malformed):
            commands(parse("```console\nls\n```\n").blocks[0])

    def test_an_output_is_as_shown_but_for_what_is_left_out(self):
        for expected, actual in [
            ("a\nb\n", "a\nb\n"), ("a …\n", "a 1 2\n"), ("…\nb\n", "a\na\nb\n"), ("…\nb\n", "b\n"),
            ("a\n…\n", "a\n"), ("", "\n"), ("a  \n", "a\n"), ("(a+)\n", "(a+)\n"), ("…\n", ""),
        ]:
            with self.subTest((expected, actual)):
                self.assertTrue(matches(expected, actual))
        for expected, actual in [
            ("a\n", "a\nb\n"), ("a\nb\n", "a\n"), ("a …\n", "a \nb\n"), ("", "a\n"), ("a\n", ""),
            ("(a+)\n", "aa\n"),
        ]:
            with self.subTest((expected, actual)):
                self.assertFalse(matches(expected, actual))

    def test_an_excerpt_is_a_run_of_lines_however_indented(self):
        whole = "f {\n  a\n    b\n\n  c\n}\n"
        self.assertTrue(is_excerpt("a\n  b\n\nc\n", whole))
        self.assertTrue(is_excerpt("f {\n  a\n", whole))
        self.assertFalse(is_excerpt("a\nc\n", whole))
        self.assertFalse(is_excerpt("a\nb\n", whole))

    def test_the_examples_of_a_help_are_its_command_lines(self):
        command = {
            "discussion": "Words.\n\nEXAMPLES\n  tool a \\\n    --b\n      does it\n  tool c\n\n  no",
            "subcommands": [{"discussion": "EXAMPLES\n  tool d e"}, {}],
        }
        self.assertEqual(examples(command), ["tool a \\\n    --b", "tool c", "tool d e"])
        self.assertIn("timeout", runnable("accountstatus top"))
        self.assertNotIn("timeout", runnable("accountstatus top --once"))


if __name__ == "__main__":
    unittest.main()
