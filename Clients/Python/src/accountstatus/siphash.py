"""SipHash-1-3, by which the status table finds an account's record."""

from __future__ import annotations

_MASK = (1 << 64) - 1


def _round(v0: int, v1: int, v2: int, v3: int) -> tuple[int, int, int, int]:
    v0 = (v0 + v1) & _MASK
    v1 = (v1 << 13 | v1 >> 51) & _MASK ^ v0
    v2 = (v2 + v3) & _MASK
    v3 = (v3 << 16 | v3 >> 48) & _MASK ^ v2
    v0 = ((v0 << 32 | v0 >> 32) + v3) & _MASK
    v3 = (v3 << 21 | v3 >> 43) & _MASK ^ v0
    v2 = (v2 + v1) & _MASK
    v1 = (v1 << 17 | v1 >> 47) & _MASK ^ v2
    return v0, v1, (v2 << 32 | v2 >> 32) & _MASK, v3


def siphash13(seed: tuple[int, int], data: bytes) -> int:
    """The hash of some bytes under a key of two 64-bit words."""
    v0 = seed[0] ^ 0x736F6D6570736575
    v1 = seed[1] ^ 0x646F72616E646F6D
    v2 = seed[0] ^ 0x6C7967656E657261
    v3 = seed[1] ^ 0x7465646279746573
    whole = len(data) & ~7
    for at in range(0, whole, 8):
        word = int.from_bytes(data[at : at + 8], "little")
        v0, v1, v2, v3 = _round(v0, v1, v2, v3 ^ word)
        v0 ^= word
    last = (len(data) & 0xFF) << 56 | int.from_bytes(data[whole:], "little")
    v0, v1, v2, v3 = _round(v0, v1, v2, v3 ^ last)
    v0, v1, v2, v3 = _round(v0 ^ last, v1, v2 ^ 0xFF, v3)
    v0, v1, v2, v3 = _round(v0, v1, v2, v3)
    v0, v1, v2, v3 = _round(v0, v1, v2, v3)
    return v0 ^ v1 ^ v2 ^ v3
