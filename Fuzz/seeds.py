"""Writes the seeds of the fuzz targets: what clients and servers say in Tests/Vectors.

Usage: seeds.py FOLDER. One folder per target, one file per conversation or frame.
"""

import pathlib
import sys

VECTORS = pathlib.Path(__file__).parent.parent / "Tests" / "Vectors"
LARGEST = 16384


def parse(text: str) -> bytes:
    """Reads bytes as the vectors write them."""
    out = b""
    for word in text.split():
        byte, _, count = word.partition("*")
        out += bytes.fromhex(byte) * int(count or 1)
    return out


def conversations() -> dict[str, bytes]:
    """All that is sent in each conversation, in order."""
    found: dict[str, bytes] = {}
    for file in ("server.txt", "client.txt"):
        for line in (VECTORS / file).read_text().splitlines():
            words = line.split(" ", 2)
            if len(words) == 3 and words[1] in "<>":
                key = f"{file[:-4]}-{words[0]}-{'client' if words[1] == '>' else 'server'}"
                found[key] = found.get(key, b"") + parse(words[2])
    return {name: data for name, data in found.items() if len(data) <= LARGEST}


def payloads(data: bytes) -> list[bytes]:
    """The payloads of whole frames."""
    found = []
    while len(data) >= 10:
        length = int.from_bytes(data[:4], "big")
        if len(data) < 10 + length:
            break
        found.append(data[10 : 10 + length])
        data = data[10 + length :]
    return found


def main() -> None:
    root = pathlib.Path(sys.argv[1])
    folders = {}
    for target in ("frames_fuzz", "envelope_fuzz", "wire_check_fuzz"):
        folders[target] = root / target
        folders[target].mkdir(parents=True, exist_ok=True)
    for name, data in conversations().items():
        for mode in (b"\x00\xff", b"\x01\x06"):
            (folders["frames_fuzz"] / f"{name}-{mode[0]}").write_bytes(mode + data)
        for index, payload in enumerate(payloads(data)):
            (folders["envelope_fuzz"] / f"{name}-{index}").write_bytes(payload)
            (folders["wire_check_fuzz"] / f"{name}-{index}").write_bytes(b"\x00\x01" + payload)


main()
