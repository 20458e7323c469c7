"""The fenced blocks of a Markdown file, and what is to be done with each.

A block's language says what it is. A comment right above it may say more:

    <!-- file: NAME -->      it is saved as NAME, for the blocks after it
    <!-- excerpt: PATH -->   it is a part of that file of the repository, which is tested there

A comment at the top of the file says which daemon its blocks talk to, when not a plain one:

    <!-- daemon: --clock manual --now 2026-11-15T09:00:00Z -->
"""

from __future__ import annotations

import dataclasses
import re

_COMMENT = re.compile(r"^<!-- (\w+): (.*?) -->$")
_FENCE = re.compile(r"^( *)(```+)(\S*)\s*$")


class Malformed(Exception):
    """A guide that cannot be run; the text says where and why."""


@dataclasses.dataclass
class Block:
    """A fenced block."""

    line: int
    language: str
    text: str
    file: str | None = None
    excerpt: str | None = None


@dataclasses.dataclass
class Guide:
    """What of a Markdown file is run."""

    blocks: list[Block]
    daemon: list[str]


@dataclasses.dataclass
class Command:
    """A command of a console block, and what it prints."""

    line: int
    text: str
    output: str


def parse(markdown: str) -> Guide:
    """Takes a file apart. Malformed: a fence without end, or a comment that says nothing known."""
    guide = Guide([], [])
    notes: dict[str, str] = {}
    lines = markdown.splitlines()
    number = 0
    while number < len(lines):
        line = lines[number]
        number += 1
        comment = _COMMENT.match(line)
        if comment and comment[1] == "daemon":
            guide.daemon = comment[2].split()
            continue
        if comment:
            if comment[1] not in ("file", "excerpt"):
                raise Malformed(f"line {number}: no block is a {comment[1]}")
            notes[comment[1]] = comment[2]
            continue
        fence = _FENCE.match(line)
        if not fence:
            if notes and line.strip():
                raise Malformed(f"line {number}: the comment above belongs to no block")
            continue
        indent, mark, language = fence[1], fence[2], fence[3]
        start = number
        while number < len(lines) and lines[number].strip() != mark:
            number += 1
        if number == len(lines):
            raise Malformed(f"line {start}: the block has no end")
        body = [each.removeprefix(indent) for each in lines[start:number]]
        text = "".join(f"{each}\n" for each in body)
        guide.blocks.append(Block(start, language, text, **notes))
        notes = {}
        number += 1
    return guide


def commands(block: Block) -> list[Command]:
    """The commands of a console block; lines that go on with one begin with `> `."""
    found: list[Command] = []
    for number, line in enumerate(block.text.splitlines(), block.line + 1):
        if line.startswith("$ "):
            found.append(Command(number, line[2:], ""))
        elif not found:
            raise Malformed(f"line {number}: a console begins with a command, as in `$ ls`")
        elif line.startswith("> ") and not found[-1].output:
            found[-1].text += f"\n{line[2:]}"
        else:
            found[-1].output += f"{line}\n"
    return found


def matches(expected: str, actual: str) -> bool:
    """Whether an output is as shown: `…` stands for anything in a line, alone for any lines."""
    parts: list[str] = []
    for line in expected.rstrip("\n").split("\n"):
        if line.strip() == "…":
            parts.append(r"(?:[^\n]*\n)*")
        else:
            pattern = "[^\n]*".join(re.escape(part) for part in line.rstrip().split("…"))
            parts.append(rf"{pattern}[ ]*\n")
    if not expected.strip():
        return not actual.strip()
    return re.fullmatch("".join(parts), actual.rstrip("\n") + "\n") is not None


def is_excerpt(text: str, whole: str) -> bool:
    """Whether a text is a run of lines of another, however far that is indented."""
    wanted = text.rstrip("\n").split("\n")
    lines = whole.split("\n")
    for start in range(len(lines) - len(wanted) + 1):
        first = lines[start]
        margin = first[: len(first) - len(first.lstrip())]
        part = lines[start : start + len(wanted)]
        if [line.removeprefix(margin) for line in part] == wanted:
            return True
    return False
