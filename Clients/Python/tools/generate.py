"""Writes contract.binpb and types.py from proto/.

    python3 tools/generate.py            into src/accountstatus
    python3 tools/generate.py --check    fails where what is there differs

Needs protoc. What it writes depends on the contract only, neither on protoc's version nor on that
of the protobuf package.
"""

from __future__ import annotations

import argparse
import keyword
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path

from google.protobuf import descriptor_pb2 as pb

HERE = Path(__file__).resolve().parent.parent
PROTO = HERE.parent.parent / "proto"
PACKAGE = HERE / "src" / "accountstatus"

# Answers are called what they are. Other requests and responses are the library's own business.
ANSWERS = {
    "GetInfoResponse": "ServerInfo",
    "GetStatsResponse": "ServerStats",
    "ReportFactsResponse": "Report",
    "GetHistoryResponse": "History",
    "GetBillingResponse": "Billing",
    "CheckCapabilityResponse": "CapabilityCheck",
    "ExplainStatusResponse": "Explanation",
    "SimulateStatusResponse": "Simulation",
    "WatchStatusesResponse": "StatusEvent",
}
# Written by hand, in values.py.
VALUES = {
    ".google.protobuf.Timestamp": "Instant",
    ".google.protobuf.Duration": "float",
    ".accountstatus.v1.Money": "Money",
    ".google.rpc.Status": "RPCStatus",
}
SCALARS = {9: ("str", '""'), 12: ("bytes", 'b""'), 8: ("bool", "False"), 1: ("float", "0.0")}

HEADER = '''"""What the contract's messages are in Python. Written by tools/generate.py from proto/.

Values: immutable, compared by content, made by keyword. An absent message is ``None``, a repeated
field a tuple, a ``oneof`` one field that holds whichever was set. :func:`accountstatus.to_json` and
:func:`accountstatus.from_json` convert them to and from canonical proto3 JSON.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional, Union

from .values import Instant, Money, OpenEnum


@dataclass(frozen=True)
class RPCStatus:
    """Why one thing of several failed: a gRPC code and a text for people."""

    code: int = 0
    message: str = ""

'''


def describe(destination: Path, *options: str) -> pb.FileDescriptorSet:
    """Runs protoc over all of proto/."""
    files = sorted(str(path) for path in PROTO.rglob("*.proto"))
    command = ["protoc", f"-I{PROTO}", "--include_imports", *options]
    subprocess.run([*command, f"--descriptor_set_out={destination}", *files], check=True)
    return pb.FileDescriptorSet.FromString(destination.read_bytes())


class File:
    """A file of the contract and the comments in it."""

    def __init__(self, file: pb.FileDescriptorProto) -> None:
        self.file = file
        self.comments: dict[tuple[int, ...], str] = {
            tuple(place.path): place.leading_comments
            for place in file.source_code_info.location
            if place.leading_comments
        }

    def comment(self, *path: int) -> str:
        """The text above a declaration, as one paragraph."""
        return " ".join(self.comments.get(path, "").split())


def doc(text: str, indent: str) -> Iterator[str]:
    """A doc string, wrapped."""
    text = text.replace("\\", "\\\\")
    if len(indent) + len(text) + 6 <= 100:
        yield f'{indent}"""{text}"""'
        return
    lines = textwrap.wrap(text, 100 - len(indent) - 3)
    yield f'{indent}"""{lines[0]}'
    yield from (indent + line for line in lines[1:])
    yield f'{indent}"""'


def enum(file: File, index: int) -> Iterator[str]:
    """An enumeration, its members without their prefix."""
    declared = file.file.enum_type[index]
    prefix = "".join(f"_{c}" if c.isupper() else c.upper() for c in declared.name).lstrip("_") + "_"
    yield f"class {declared.name}(OpenEnum):"
    yield from doc(file.comment(5, index) or f"See {file.file.name}.", "    ")
    yield ""
    for place, value in enumerate(declared.value):
        name = value.name[len(prefix) :] if value.name.startswith(prefix) else value.name
        yield f"    {name} = {value.number}"
        comment = file.comment(5, index, 2, place)
        if comment:
            yield from doc(comment, "    ")
    yield ""
    yield ""


def python_name(message: str) -> str:
    """What a message is called in Python."""
    return ANSWERS.get(message, message)


def type_name(full: str) -> str:
    """What a message or enumeration is called where it is used."""
    return VALUES.get(full) or python_name(full.rsplit(".", 1)[1])


def field_type(field: pb.FieldDescriptorProto) -> tuple[str, str]:
    """A field's annotation and default."""
    if field.type == pb.FieldDescriptorProto.TYPE_MESSAGE:
        single, default = type_name(field.type_name), "None"
    elif field.type == pb.FieldDescriptorProto.TYPE_ENUM:
        single = type_name(field.type_name)
        default = f"{single}.UNSPECIFIED"
    else:
        single, default = SCALARS.get(field.type, ("int", "0"))
    if field.label == pb.FieldDescriptorProto.LABEL_REPEATED:
        return f"tuple[{single}, ...]", "()"
    return (f"Optional[{single}]" if default == "None" else single), default


def message(file: File, index: int) -> Iterator[str]:
    """A message as a dataclass."""
    declared = file.file.message_type[index]
    name = python_name(declared.name)
    seen = set()
    fields: list[str] = []
    for place, field in enumerate(declared.field):
        comment = file.comment(4, index, 2, place)
        if field.HasField("oneof_index"):
            choice = declared.oneof_decl[field.oneof_index].name
            if choice in seen:
                continue
            seen.add(choice)
            kinds = [
                type_name(f.type_name) if f.type_name else SCALARS.get(f.type, ("int", "0"))[0]
                for f in declared.field
                if f.HasField("oneof_index") and f.oneof_index == field.oneof_index
            ]
            fields.append(f"    {choice}: Optional[Union[{', '.join(kinds)}]] = None")
            if len(fields[-1]) > 100:
                inside = ",\n".join(f"            {kind}" for kind in kinds)
                fields[-1] = (
                    f"    {choice}: Optional[\n        Union[\n{inside},\n        ]\n    ] = None"
                )
            continue
        annotation, default = field_type(field)
        attribute = field.name + "_" if keyword.iskeyword(field.name) else field.name
        fields.append(f"    {attribute}: {annotation} = {default}")
        if comment:
            fields += doc(comment, "    ")
    yield "@dataclass(frozen=True)"
    yield f"class {name}:"
    yield from doc(file.comment(4, index) or f"See {file.file.name}.", "    ")
    if fields:
        yield ""
        yield from fields
    yield ""
    yield ""


def is_value(declared: pb.DescriptorProto) -> bool:
    """Whether callers see this message."""
    if declared.name == "Money":
        return False
    return declared.name in ANSWERS or not declared.name.endswith(("Request", "Response"))


def types(described: pb.FileDescriptorSet) -> str:
    """The text of types.py."""
    files = [File(f) for f in described.file if f.package == "accountstatus.v1"]
    lines: list[str] = []
    names = ["RPCStatus"]
    for file in files:
        for index, declared in enumerate(file.file.enum_type):
            lines += enum(file, index)
            names.append(declared.name)
    pending = []
    for file in files:
        for index, declared_message in enumerate(file.file.message_type):
            if is_value(declared_message):
                pending.append("\n".join(message(file, index)))
                names.append(python_name(declared_message.name))
    table = "MESSAGES: dict[str, type] = {\n" + "".join(
        f'    "accountstatus.v1.{name}": {python_name(name)},\n'
        for file in files
        for name in (m.name for m in file.file.message_type if is_value(m))
    )
    exported = "__all__ = [\n" + "".join(f'    "{name}",\n' for name in sorted(names)) + "]\n"
    body = "\n".join(lines) + "\n" + "\n".join(pending)
    return (
        HEADER + "\n" + body.rstrip() + "\n\n\n" + table + '}\n"""By full name."""\n\n' + exported
    )


def main() -> int:
    """Writes or compares."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    with tempfile.TemporaryDirectory() as directory:
        commented = describe(Path(directory) / "commented", "--include_source_info")
        plain = describe(Path(directory) / "plain")
    wanted = {
        PACKAGE / "contract.binpb": plain.SerializeToString(deterministic=True),
        PACKAGE / "types.py": types(commented).encode(),
    }
    stale = [
        path
        for path, content in wanted.items()
        if not path.exists() or path.read_bytes() != content
    ]
    if check:
        for path in stale:
            print(f"{path} is stale: make -C Clients/Python generate", file=sys.stderr)
        return 1 if stale else 0
    for path in stale:
        path.write_bytes(wanted[path])
    return 0


if __name__ == "__main__":
    sys.exit(main())
