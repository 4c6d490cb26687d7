"""What does a request cost that is made to cost much? It is refused within a second, and the web server stays as small
as it was."""

import asyncio
import contextlib
import gzip
import threading
import time
from collections.abc import Iterator

import psutil

from tests.e2e.processes import Running
from tests.ladders import integration
from tests.world import API, Person

MEBIBYTE = 1024 * 1024
GIBIBYTE = 1024 * MEBIBYTE
LATEST_SECONDS, MOST_MEBIBYTES = 1.0, 20


def keys(number: int) -> bytes:
    return b'{"message": "x", "details": {%b}}' % b",".join(b'"%d":1' % key for key in range(number))


def filled(begin: bytes, piece: bytes, end: bytes) -> bytes:
    """As large as is taken."""
    room = MEBIBYTE - len(begin) - len(end)
    return begin + piece * (room // len(piece) - 1) + piece.rstrip(b",") + end


HARMLESS = filled(b'{"message": "', b"x", b'", "alias": "x"}')
BOMBS = {
    "a million keys": keys(1_000_000),
    "as many keys as fit": keys(100_000),
    "keys that are almost too many": keys(49_000),
    "as deep as fits": filled(b"", b"[", b""),
    "deep and well formed": b'{"message": "x", "details": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_001,
    "nothing but lists": filled(b'{"message": "x", "details": [', b"[],", b"]}"),
    "nothing but signals": filled(b"[", b"{},", b"]"),
    "ids that are none": filled(b'{"ids": [', b"1,", b"]}"),
    "almost too many ids that are none": b'{"ids": [' + b"1," * 49_000 + b"1]}",
    "texts that do not end": filled(b"", b',"', b""),
    "a number without end": b'{"message": "x", "details": {"n": ' + b"9" * 1_000_000 + b"}}",
}
# What is taken from a monitoring tool is cut rather than refused: a page with a shortened text beats no page.
TAKEN_FROM_A_TOOL = {"keys that are almost too many"}


def head(path: str, person: Person, **more: object) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: pulsar", "Content-Type: application/json"]
    lines += [f"Authorization: Bearer {person.access_token}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in more.items()]
    return "\r\n".join([*lines, "", ""]).encode()


def chunked(total: int) -> Iterator[bytes]:
    for _ in range(total // 65536):
        yield b"%x\r\n" % 65536 + b" " * 65536 + b"\r\n"
    yield b"0\r\n\r\n"


async def answered(port: int, head: bytes, pieces: Iterator[bytes]) -> tuple[int, float]:
    """With which status, and after how many seconds. Sends until there is an answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    began = time.perf_counter()
    answer = asyncio.ensure_future(reader.readline())
    writer.write(head)
    with contextlib.suppress(ConnectionError):
        for piece in pieces:
            if answer.done():
                break
            writer.write(piece)
            await writer.drain()
    status = int((await answer).split()[1])
    writer.close()
    return status, time.perf_counter() - began


@contextlib.contextmanager
def growing(server: Running) -> Iterator[list[int]]:
    """By how many bytes the web server grew at most, looked at every few milliseconds."""
    process, most, over = psutil.Process(server.process.pid), [0], threading.Event()
    start = process.memory_info().rss

    def look() -> None:
        while not over.wait(0.003):
            most[0] = max(most[0], process.memory_info().rss - start)

    looking = threading.Thread(target=look)
    looking.start()
    yield most
    over.set()
    looking.join()


async def test_a_request_that_is_made_to_cost_much_costs_little(ana: Person, server: Running) -> None:
    from_tool = f"{API}/webhook/{(await integration(ana)).token}"
    ways = [from_tool, f"{API}/alerts", f"{API}/alerts/bulk/close", f"{API}/auth/login"]
    packed = gzip.compress(b"x" * (200 * MEBIBYTE), 1)[:MEBIBYTE]

    async def sends(path: str, body: bytes, **more: object) -> tuple[int, float]:
        return await answered(server.port, head(path, ana, Content_Length=len(body), **more), iter([body]))

    for path in ways:  # so that what is loaded at the first request is there
        await sends(path, HARMLESS)
    found: dict[tuple[str, str], tuple[int, float]] = {}
    with growing(server) as most:
        for path in ways * 2:
            for name, body in BOMBS.items():
                found[path, name] = await sends(path, body)
            found[path, "packed"] = await sends(path, packed, Content_Encoding="gzip")
            endless = head(path, ana, Transfer_Encoding="chunked")
            found[path, "a gibibyte"] = await answered(server.port, endless, chunked(GIBIBYTE))
    taken = {way for way, (status, _) in found.items() if not 400 <= status < 500}
    assert taken == {(from_tool, name) for name in TAKEN_FROM_A_TOOL}
    assert {way: took for way, (_, took) in found.items() if took > LATEST_SECONDS} == {}
    assert most[0] / MEBIBYTE < MOST_MEBIBYTES
