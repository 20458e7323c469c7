"""Instants, money and enumerations: what the contract's values are in Python."""

from __future__ import annotations

import re
import time
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from enum import IntEnum
from functools import total_ordering
from typing import Any, NamedTuple, Union, overload

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_SECOND = 1_000_000_000
_RFC_3339 = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[Tt](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:\d\d))?"
)


@total_ordering
class Instant:
    """A point in time, to the nanosecond.

    A status holds from an exact instant on, and ``datetime`` ends at the microsecond: asking for a
    status as of its rounded ``since`` would answer with the one before. Wherever an instant is
    taken, a ``datetime`` with a time zone or an RFC 3339 text is taken as well.
    """

    __slots__ = ("nanoseconds",)

    def __init__(self, nanoseconds: int) -> None:
        self.nanoseconds = nanoseconds
        """Since 1970-01-01T00:00:00Z."""

    @classmethod
    def of(cls, value: InstantLike) -> Instant:
        """Takes what stands for an instant.

        ``ValueError``: a ``datetime`` without a time zone, or a text that is not RFC 3339.
        """
        if isinstance(value, Instant):
            return value
        if isinstance(value, str):
            return cls._parsed(value)
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone: say which one, such as timezone.utc")
        return cls((value - _EPOCH) // timedelta(microseconds=1) * 1000)

    @classmethod
    def now(cls) -> Instant:
        """What this host's clock says. A server under a manual clock has a time of its own."""
        return cls(time.time_ns())

    @classmethod
    def _parsed(cls, text: str) -> Instant:
        match = _RFC_3339.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} is not an instant such as 2026-01-31T12:00:00Z, nor a date")
        date, clock, fraction, zone = match.groups()
        zone = "+00:00" if zone is None or zone in "Zz" else zone
        whole = datetime.fromisoformat(f"{date}T{clock or '00:00:00'}{zone}")
        return cls(cls.of(whole).nanoseconds + int((fraction or "").ljust(9, "0")))

    @property
    def datetime(self) -> datetime:
        """The same in UTC, rounded down to the microsecond."""
        return _EPOCH + timedelta(microseconds=self.nanoseconds // 1000)

    def __str__(self) -> str:
        seconds, rest = divmod(self.nanoseconds, _SECOND)
        whole = (_EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")
        digits = 0 if rest == 0 else 3 if rest % 1_000_000 == 0 else 6 if rest % 1000 == 0 else 9
        return f"{whole.rjust(19, '0')}{f'.{rest:09d}'[: digits + 1] if digits else ''}Z"

    def __repr__(self) -> str:
        return f"Instant.of({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Instant) and self.nanoseconds == other.nanoseconds

    def __lt__(self, other: Instant) -> bool:
        return self.nanoseconds < other.nanoseconds

    def __hash__(self) -> int:
        return hash(self.nanoseconds)

    def __add__(self, duration: DurationLike) -> Instant:
        return Instant(self.nanoseconds + nanoseconds(duration))

    @overload
    def __sub__(self, other: Instant) -> timedelta: ...

    @overload
    def __sub__(self, other: DurationLike) -> Instant: ...

    def __sub__(self, other: Union[Instant, DurationLike]) -> Union[timedelta, Instant]:
        if isinstance(other, Instant):
            return timedelta(microseconds=(self.nanoseconds - other.nanoseconds) / 1000)
        return Instant(self.nanoseconds - nanoseconds(other))


InstantLike = Union[Instant, datetime, str]
"""An instant, a ``datetime`` with a time zone, or an RFC 3339 text; a date alone is its 00:00Z."""

DurationLike = Union[timedelta, float]
"""A ``timedelta``, or seconds."""


def nanoseconds(duration: DurationLike) -> int:
    """How long that is."""
    if isinstance(duration, timedelta):
        return duration // timedelta(microseconds=1) * 1000
    return round(duration * _SECOND)


class Money(NamedTuple):
    """An exact amount of one currency, as in google.type.Money."""

    currency_code: str = ""
    """Three capital letters, ISO 4217."""
    units: int = 0
    nanos: int = 0
    """Billionths, of the same sign as units."""

    @classmethod
    def of(cls, currency_code: str, amount: Union[Decimal, int, str]) -> Money:
        """``Money.of("EUR", "12.50")``.

        ``ValueError``: more than nine decimals, or no number. Not from ``float``, which is inexact.
        """
        if isinstance(amount, float):
            raise TypeError("a float is inexact: pass a Decimal, an int or a str")
        try:
            billionths = Decimal(amount).scaleb(9)
            whole = int(billionths)
        except (ArithmeticError, ValueError):
            raise ValueError(f"{amount!r} is not an amount") from None
        if whole != billionths:
            raise ValueError(f"{amount} has more than nine decimals")
        units, nanos = divmod(abs(whole), 10**9)
        sign = -1 if whole < 0 else 1
        return cls(currency_code, sign * units, sign * nanos)

    @property
    def amount(self) -> Decimal:
        """The number."""
        return Decimal(self.units) + Decimal(self.nanos).scaleb(-9)

    def __str__(self) -> str:
        digits = f"{abs(self.nanos):09d}".rstrip("0").ljust(2, "0")
        sign = "-" if self.units < 0 or self.nanos < 0 else ""
        return f"{sign}{abs(self.units)}.{digits} {self.currency_code}"


class OpenEnum(IntEnum):
    """An enumeration of the contract.

    A newer server may answer numbers that have no name here: they become members called
    ``UNRECOGNIZED_7``, equal to no other, and :attr:`is_recognized` is false.
    """

    @classmethod
    def _missing_(cls, value: object) -> Any:
        if not isinstance(value, int) or not -(2**31) <= value < 2**31:
            return None
        member = int.__new__(cls, value)
        member._name_ = f"UNRECOGNIZED_{value}"
        member._value_ = value
        return member

    @property
    def is_recognized(self) -> bool:
        """Whether this version of the library knows what it means."""
        return self._value_ in type(self)._value2member_map_

    def __str__(self) -> str:
        return self.name
