"""The pages' links lead to what is there."""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
LINK = re.compile(r"\]\(([^)\s]+)\)")
FOLDERS = ("Benchmarks", "Clients", "Examples", "Sources", "Tests", "docs", "proto")
# What was built or fetched.
SKIPPED = {".build", ".venv", "build", "node_modules"}


class Links(unittest.TestCase):
    def test_every_relative_link_is_a_file_or_a_folder(self):
        pages = list(ROOT.glob("*.md"))
        for folder in FOLDERS:
            pages += (ROOT / folder).rglob("*.md")
        pages = [page for page in pages if not SKIPPED.intersection(page.relative_to(ROOT).parts)]
        self.assertGreater(len(pages), 20)
        dead = []
        for page in pages:
            for target in LINK.findall(page.read_text(encoding="utf-8")):
                path = target.partition("#")[0]
                if ":" in path or not path:
                    continue
                if not (page.parent / path).exists():
                    dead.append(f"{page.relative_to(ROOT)}: {target}")
        self.assertEqual(dead, [])


if __name__ == "__main__":
    unittest.main()
