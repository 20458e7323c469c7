"""The contract's messages for the protobuf runtime, and their conversion to the types here.

The message classes are built at import from ``contract.binpb``, proto/ as a FileDescriptorSet, in
a descriptor pool of our own: no generated code that one version of ``protobuf`` would refuse, and
no clash with other packages that register google.rpc or another copy of this contract.
"""

from __future__ import annotations

import dataclasses
import keyword
from collections.abc import Callable
from importlib import resources
from typing import Any, TypeVar

from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory
from google.protobuf.message import DecodeError as DecodeError

from . import types
from .values import Instant, Money, nanoseconds

_SECOND = 1_000_000_000
_REPEATED = 3
_MESSAGE = 11
_ENUM = 14


def _load() -> descriptor_pool.DescriptorPool:
    pool = descriptor_pool.DescriptorPool()
    content = resources.files(__package__).joinpath("contract.binpb").read_bytes()
    for file in descriptor_pb2.FileDescriptorSet.FromString(content).file:
        pool.AddSerializedFile(file.SerializeToString())
    return pool


_POOL = _load()
_classes: dict[str, Any] = {}


def _message_class(descriptor: Any) -> Any:
    # GetMessageClass came with protobuf 4.22; its forerunner went with 5.
    if hasattr(message_factory, "GetMessageClass"):
        return message_factory.GetMessageClass(descriptor)
    older: Any = message_factory
    return older.MessageFactory(_POOL).GetPrototype(descriptor)


def message_class(name: str) -> Any:
    """The protobuf class of a message, by full name or by its name in accountstatus.v1."""
    if name not in _classes:
        full = name if "." in name else f"accountstatus.v1.{name}"
        _classes[name] = _message_class(_POOL.FindMessageTypeByName(full))
    return _classes[name]


def methods() -> dict[str, tuple[bool, bool, bool]]:
    """Every method of the contract: whether the request streams, the answer streams, and whether a
    second call has the effect of one.
    """
    found = {}
    content = resources.files(__package__).joinpath("contract.binpb").read_bytes()
    for file in descriptor_pb2.FileDescriptorSet.FromString(content).file:
        for service in file.service:
            for method in service.method:
                found[f"{file.package}.{service.name}/{method.name}"] = (
                    method.client_streaming,
                    method.server_streaming,
                    method.options.idempotency_level != 0,
                )
    return found


# ------------------------------------------------------------------------------- from messages


def instant(message: Any) -> Instant:
    """A Timestamp as an instant."""
    return Instant(message.seconds * _SECOND + message.nanos)


def _seconds(message: Any) -> float:
    return float(message.seconds) + float(message.nanos) / _SECOND


def _money(message: Any) -> Money:
    return Money(message.currency_code, message.units, message.nanos)


def _rpc_status(message: Any) -> types.RPCStatus:
    return types.RPCStatus(message.code, message.message)


_VALUES: dict[str, Callable[[Any], Any]] = {
    "google.protobuf.Timestamp": instant,
    "google.protobuf.Duration": _seconds,
    "accountstatus.v1.Money": _money,
    "google.rpc.Status": _rpc_status,
}

_decoders: dict[str, Callable[[Any], Any]] = dict(_VALUES)


def _getter(field: Any) -> Callable[[Any], Any]:
    """How to take one field out of a message."""
    name = field.name
    repeated = _is_repeated(field)
    if field.type == _MESSAGE:
        decode = _decoder(field.message_type)
        if repeated:
            return lambda message: tuple(map(decode, getattr(message, name)))
        return lambda message: decode(getattr(message, name)) if message.HasField(name) else None
    if field.type == _ENUM:
        enumeration = getattr(types, field.enum_type.name)
        if repeated:
            return lambda message: tuple(map(enumeration, getattr(message, name)))
        return lambda message: enumeration(getattr(message, name))
    if repeated:
        return lambda message: tuple(getattr(message, name))
    return lambda message: getattr(message, name)


def _choice(oneof: Any) -> Callable[[Any], Any]:
    """How to take what is set of a oneof out of a message."""
    name = oneof.name
    decoders = {field.name: _getter(field) for field in oneof.fields}

    def get(message: Any) -> Any:
        chosen = message.WhichOneof(name)
        return None if chosen is None else decoders[chosen](message)

    return get


def _is_repeated(field: Any) -> bool:
    # `label` is deprecated in newer protobufs, which have is_repeated.
    repeated = getattr(field, "is_repeated", None)
    return bool(field.label == _REPEATED if repeated is None else repeated)


def _attribute(name: str) -> str:
    return name + "_" if keyword.iskeyword(name) else name


def _decoder(descriptor: Any) -> Callable[[Any], Any]:
    """How to make a value of a message; made once per kind of message."""
    known = _decoders.get(descriptor.full_name)
    if known is not None:
        return known
    parts: list[tuple[str, Callable[[Any], Any]]] = []

    def decode(message: Any) -> Any:
        made: Any = object.__new__(kind)
        # Past the frozen dataclass's own __init__, which takes twice as long.
        attributes = made.__dict__
        for name, get in parts:
            attributes[name] = get(message)
        return made

    _decoders[descriptor.full_name] = decode
    kind = types.MESSAGES[descriptor.full_name]
    for field in descriptor.fields:
        if field.containing_oneof is None:
            parts.append((_attribute(field.name), _getter(field)))
    for oneof in descriptor.oneofs:
        parts.append((_attribute(oneof.name), _choice(oneof)))
    return decode


def value(message: Any) -> Any:
    """The value that a message stands for."""
    return _decoder(message.DESCRIPTOR)(message)


# --------------------------------------------------------------------------------- to messages


def _set_timestamp(message: Any, value: Any) -> None:
    message.seconds, message.nanos = divmod(Instant.of(value).nanoseconds, _SECOND)


def _set_duration(message: Any, value: Any) -> None:
    whole = nanoseconds(value)
    sign = -1 if whole < 0 else 1
    seconds, nanos = divmod(abs(whole), _SECOND)
    message.seconds, message.nanos = sign * seconds, sign * nanos
    message.SetInParent()


def _set_plain(message: Any, value: Any) -> None:
    for field in message.DESCRIPTOR.fields:
        setattr(message, field.name, getattr(value, field.name))


def _set_rpc_status(message: Any, value: Any) -> None:
    message.code, message.message = value.code, value.message


_SETTERS: dict[str, Callable[[Any, Any], None]] = {
    "google.protobuf.Timestamp": _set_timestamp,
    "google.protobuf.Duration": _set_duration,
    "accountstatus.v1.Money": _set_plain,
    "google.rpc.Status": _set_rpc_status,
}


def fill(message: Any, **fields: Any) -> Any:
    """Sets fields of a message from values; what is ``None`` stays unset. Returns the message."""
    descriptors = message.DESCRIPTOR.fields_by_name
    for name, content in fields.items():
        if content is not None:
            _set_field(message, descriptors[name], content)
    return message


def _set_field(message: Any, field: Any, content: Any) -> None:
    if _is_repeated(field):
        target = getattr(message, field.name)
        if field.type == _MESSAGE:
            for each in content:
                _set_message(target.add(), each)
        else:
            target.extend(content)
    elif field.type == _MESSAGE:
        part = getattr(message, field.name)
        part.SetInParent()
        _set_message(part, content)
    else:
        setattr(message, field.name, content)


def _set_message(message: Any, content: Any) -> None:
    descriptor = message.DESCRIPTOR
    setter = _SETTERS.get(descriptor.full_name)
    if setter is not None:
        setter(message, content)
        return
    kind = types.MESSAGES[descriptor.full_name]
    if not isinstance(content, kind):
        raise TypeError(f"{descriptor.name} is wanted, not {type(content).__name__}")
    for field in descriptor.fields:
        if field.containing_oneof is None:
            part = getattr(content, _attribute(field.name))
            if part is not None:
                _set_field(message, field, part)
    for oneof in descriptor.oneofs:
        part = getattr(content, _attribute(oneof.name))
        if part is not None:
            _set_choice(message, oneof, part)


def _set_choice(message: Any, oneof: Any, content: Any) -> None:
    for field in oneof.fields:
        if field.type == _MESSAGE and isinstance(content, _python_type(field.message_type)):
            part = getattr(message, field.name)
            part.SetInParent()
            _set_message(part, content)
            return
    raise TypeError(f"{type(content).__name__} is no {oneof.containing_type.name}.{oneof.name}")


def _python_type(descriptor: Any) -> type:
    if descriptor.full_name == "google.rpc.Status":
        return types.RPCStatus
    return types.MESSAGES[descriptor.full_name]


def message(value: Any) -> Any:
    """The protobuf message of a value of the contract."""
    name = _NAMES.get(type(value))
    if name is None:
        raise TypeError(f"{type(value).__name__} is no message of the contract")
    made = message_class(name)()
    _set_message(made, value)
    return made


_NAMES: dict[type, str] = {kind: name for name, kind in types.MESSAGES.items()}

# ---------------------------------------------------------------------------------------- JSON

_Value = TypeVar("_Value")


def to_json(value: Any, *, indent: int | None = None) -> str:
    """A value as canonical proto3 JSON, as the command line prints and takes it; one line unless
    ``indent`` says otherwise.
    """
    if not dataclasses.is_dataclass(value):
        raise TypeError(f"{type(value).__name__} is no message of the contract")
    return str(json_format.MessageToJson(message(value), indent=indent, ensure_ascii=False))


def from_json(kind: type[_Value], text: str | bytes) -> _Value:
    """Reads a value of that type from proto3 JSON: ``from_json(Fact, line)``.

    ``ValueError``: it is not that; the text says where.
    """
    name = _NAMES.get(kind)
    if name is None:
        raise TypeError(f"{kind.__name__} is no message of the contract")
    try:
        parsed = json_format.Parse(text, message_class(name)(), descriptor_pool=_POOL)
    except json_format.ParseError as error:
        raise ValueError(str(error)) from None
    result: _Value = value(parsed)
    return result
