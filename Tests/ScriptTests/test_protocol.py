"""The examples of proto/PROTOCOL.md are those that every implementation is tested against."""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def examples():
    """The bytes of each example; a line that is indented further goes on with the one before."""
    text = (ROOT / "proto/PROTOCOL.md").read_text()
    found = []
    for line in text[text.index("\n## Examples\n"):].splitlines():
        if not line.startswith("    "):
            continue
        digits = re.search(r"(?:(?<= )[0-9a-f]{2}[ |]*)*$", line)[0]
        if not line.startswith("      "):
            found.append("")
        found[-1] += re.sub(r"[ |]", "", digits)
    return found


class Protocol(unittest.TestCase):
    def test_every_example_is_a_vector(self):
        vectors = ""
        for name in ("server.txt", "client.txt"):
            for line in (ROOT / "Tests/Vectors" / name).read_text().splitlines():
                vectors += re.sub(r"^\S+ [<>] ", "", line).replace(" ", "") + "\n"
        self.assertGreaterEqual(len(examples()), 7)
        for example in examples():
            with self.subTest(example):
                self.assertGreaterEqual(len(example), 20, "a frame has ten bytes at least")
                self.assertIn(example, vectors)


if __name__ == "__main__":
    unittest.main()
