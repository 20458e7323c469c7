"""What is measured: servers, the clients that ask them, and in which ways.

Words of a command may hold {source}, the folder Benchmarks; {build}, where the systems are built;
{swift}, where our programs are; {directory}, a new one for each server; {socket}, a path in it; and
{accounts}.
"""

from dataclasses import dataclass
from enum import Enum

Command = tuple[str, ...]


class Role(Enum):
    """What a system stands for in the comparison."""

    # What every ratio is to.
    BARE = "bare"
    # What a ttrpc server costs that does nothing else.
    MINIMAL = "minimal"
    OURS = "ours"
    PEER = "peer"
    # A library without a server.
    IN_PROCESS = "in-process"
    # Reads of our status table.
    TABLE = "table"


@dataclass(frozen=True)
class Mode:
    """A way of asking."""

    name: str
    in_flight: int
    connections: int
    # Whether server and client are kept on one core (True), on one each (False), or run anywhere.
    shares_core: bool | None


ONE_CORE = Mode("one core", 1, 1, True)
ACROSS = Mode("across cores", 1, 1, False)
IN_FLIGHT = Mode("64 in flight", 64, 1, None)
CONNECTIONS = Mode("8 connections", 1, 8, None)
MODES = (ONE_CORE, ACROSS, IN_FLIGHT, CONNECTIONS)


@dataclass(frozen=True)
class Server:
    """A program that runs throughout and serves the clients of one system or more."""

    name: str
    command: Command
    # Its folder, which is built before; "": there is nothing to build.
    folder: str = ""
    # What it listens on, in its directory.
    socket: str = "server.sock"
    # Run once when it listens, before the clients start.
    prepare: Command | None = None
    # It holds as many accounts as the table is to be read with, and is asked for none.
    holds_table: bool = False


@dataclass(frozen=True)
class System:
    """A row of the table: a client, and the server that it asks."""

    name: str
    title: str
    role: Role
    # The client's folder, which is built before.
    folder: str
    client: Command
    # None: the client does the work itself.
    server: str | None
    modes: tuple[Mode, ...] = MODES


_REGISTER = (
    *("{swift}/accountstatus-bench", "generate", "--register", "--socket", "{socket}"),
    *("--accounts", "{accounts}", "--calls", "1"),
)


def _daemon(name: str, holds_table: bool) -> Server:
    command = (
        *("{swift}/accountstatusd", "--runtime-directory", "{directory}"),
        *("--database", "{directory}/ledger.sqlite"),
    )
    return Server(name, command, socket="rpc.sock", prepare=_REGISTER, holds_table=holds_table)


def _built(folder: str, *words: str) -> Server:
    """A server in its folder."""
    command = ("{build}/" + folder + "/server", "{socket}", "{accounts}", *words)
    return Server("-".join((folder, *words)), command, folder)


SERVERS = (
    _built("bare"),
    _built("ttrpc-c"),
    Server(
        "ttrpc-protobuf-c",
        (
            *("{swift}/accountstatus-bench", "serve", "protobuf", "--socket", "{socket}"),
            *("--accounts", "{accounts}"),
        ),
    ),
    _daemon("accountstatusd", holds_table=False),
    Server("redis", ("{source}/redis/serve", "{socket}", "{accounts}"), "redis"),
    _built("thrift"),
    _built("sd-bus"),
    Server(
        "postgresql",
        ("{source}/postgresql/serve", "{socket}", "{accounts}"),
        "postgresql",
        socket=".s.PGSQL.5432",
    ),
    _built("ttrpc-rust"),
    _built("ttrpc-rust", "blocking"),
    _built("ttrpc-go"),
    _built("capnproto"),
    _built("grpc-go"),
    _built("grpc-cpp"),
    _built("grpc-python"),
    _daemon("table", holds_table=True),
)


def _system(title: str, role: Role, server: str, folder: str = "") -> System:
    """A server and the client of its own system."""
    folder = folder or server
    client = ("{build}/" + folder + "/client", "{socket}", "{accounts}")
    return System(server, title, role, folder, client, server)


def _by_c_client(title: str, server: str, role: Role = Role.PEER, name: str = "") -> System:
    """A ttrpc server and the minimal ttrpc client."""
    client = ("{build}/ttrpc-c/client", "{socket}", "{accounts}")
    return System(name or server, title, role, "ttrpc-c", client, server)


def _read(name: str, title: str, *client: str) -> System:
    """A way to read the table."""
    return System(name, title, Role.TABLE, "accountstatus", client, "table", (ONE_CORE,))


def _reads(order: str, title: str) -> tuple[System, ...]:
    """The ways to read the table in one order."""
    table = ("{directory}/table.sock", "{accounts}", order)
    library = ("{build}/accountstatus/library-client", "{socket}", "{accounts}", order)
    return (
        _read(f"c-{order}", f"{title}, C", "{build}/accountstatus/table-client", *table),
        _read(f"swift-{order}", f"{title}, Swift", "{swift}/benchmark-table-client", *table),
        _read(f"library-{order}", f"{title}, accountstatus_get", *library),
    )


SYSTEMS = (
    _system("bare C ping-pong", Role.BARE, "bare"),
    _system("minimal C ttrpc", Role.MINIMAL, "ttrpc-c"),
    _by_c_client("C ttrpc on libprotobuf-c", "ttrpc-protobuf-c", Role.MINIMAL),
    _by_c_client("accountstatusd", "accountstatusd", Role.OURS),
    System(
        "libaccountstatus",
        "accountstatusd, libaccountstatus",
        Role.OURS,
        "accountstatus",
        ("{build}/accountstatus/library-client", "{socket}", "{accounts}", "call"),
        "accountstatusd",
    ),
    _system("Redis GET", Role.PEER, "redis"),
    _system("Thrift C++", Role.PEER, "thrift"),
    _system("sd-bus, peer to peer", Role.PEER, "sd-bus"),
    _system("PostgreSQL prepared SELECT", Role.PEER, "postgresql"),
    _by_c_client("ttrpc Rust, C client", "ttrpc-rust", name="ttrpc-rust-c"),
    _by_c_client(
        "ttrpc Rust blocking, C client", "ttrpc-rust-blocking", name="ttrpc-rust-blocking-c"
    ),
    _system("ttrpc Rust", Role.PEER, "ttrpc-rust"),
    _by_c_client("ttrpc Go, C client", "ttrpc-go", name="ttrpc-go-c"),
    _system("ttrpc Go", Role.PEER, "ttrpc-go"),
    _system("Cap'n Proto", Role.PEER, "capnproto"),
    _system("gRPC Go", Role.PEER, "grpc-go"),
    _system("gRPC C++", Role.PEER, "grpc-cpp"),
    _system("gRPC Python", Role.PEER, "grpc-python"),
    System(
        "sqlite",
        "SQLite in process",
        Role.IN_PROCESS,
        "sqlite",
        ("{build}/sqlite/client", "{directory}/accounts.sqlite", "{accounts}"),
        None,
        (ONE_CORE, CONNECTIONS),
    ),
    *_reads("hot", "one account"),
    *_reads("random", "random accounts"),
)
