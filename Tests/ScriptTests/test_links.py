"""The pages' links lead to what is there."""

import pathlib
import re
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
LINK = re.compile(r"\]\(([^)\s]+)\)")


class Links(unittest.TestCase):
    def test_every_relative_link_is_a_file_or_a_folder(self):
        listed = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
            cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True,
        )
        pages = [ROOT / name for name in listed.stdout.split()]
        self.assertGreater(len(pages), 20)
        dead = []
        for page in pages:
            if not page.exists():
                continue
            for target in LINK.findall(page.read_text(encoding="utf-8")):
                path = target.partition("#")[0]
                if ":" in path or not path:
                    continue
                if not (page.parent / path).exists():
                    dead.append(f"{page.relative_to(ROOT)}: {target}")
        self.assertEqual(dead, [])


if __name__ == "__main__":
    unittest.main()
