"""Tests/Vectors, read as its README.md says."""

from __future__ import annotations

import re

from conftest import REPOSITORY


def parse_bytes(text):
    out = bytearray()
    for word in text.split():
        digits, _, times = word.partition("*")
        out += bytes.fromhex(digits) * int(times or 1)
    return bytes(out)


def conversations(name):
    """By name, its lines as (mark, text)."""
    found = {}
    for line in (REPOSITORY / "Tests" / "Vectors" / name).read_text().splitlines():
        match = re.fullmatch(r"(\S+) ([<>!=])(?: (.*))?", line)
        if match and not line.startswith("#"):
            found.setdefault(match[1], []).append((match[2], match[3] or ""))
    return found
