"""A server that is far away: a proxy that holds back every byte for half of a round trip."""

from __future__ import annotations

import asyncio
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_PIECE = 1 << 16


async def _carry(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seconds: float
) -> None:
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

    async def take() -> None:
        while piece := await reader.read(_PIECE):
            queue.put_nowait((loop.time() + seconds, piece))
        queue.put_nowait((loop.time() + seconds, b""))

    taking = asyncio.create_task(take())
    with suppress(OSError):
        while True:
            at, piece = await queue.get()
            await asyncio.sleep(max(0.0, at - loop.time()))
            if not piece:
                break
            writer.write(piece)
            await writer.drain()
    taking.cancel()
    writer.close()


@contextmanager
def far(host: str, port: int, round_trip: float) -> Iterator[int]:
    """A port of this machine behind which the server is `round_trip` seconds away."""
    loop = asyncio.new_event_loop()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = await asyncio.open_connection(host, port)
        await asyncio.gather(
            _carry(reader, there[1], round_trip / 2), _carry(there[0], writer, round_trip / 2)
        )

    server = loop.run_until_complete(asyncio.start_server(serve, "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
