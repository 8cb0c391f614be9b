"""Several clients in one process, such as our goals for pages were measured with. Loopback only.

It takes a share of the processors for itself, on both sides of a ratio.
"""

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import Callable

from borgerservice.bench.clients import Stint, Tally
from borgerservice.bench.web import HOST, PATIENCE, Site

Requests = Callable[[], bytes]
"""What a client sends next, as it goes over the wire."""
_LONGEST_HEAD = 1 << 20
_numbers = itertools.count()


def ask_all(site: Site, make: Callable[[int], Requests], *, clients: int, stint: Stint) -> Tally:
    """Let some clients ask at once; the words of the tally are statuses. Raises OSError.

    No two clients of a run have the same number.
    """
    requests = [make(number) for number in itertools.islice(_numbers, clients)]
    return asyncio.run(_together(site, requests, stint))


async def _together(site: Site, requests: list[Requests], stint: Stint) -> Tally:
    tally = Tally()
    began = time.perf_counter()
    async with asyncio.timeout(stint.seconds + PATIENCE), asyncio.TaskGroup() as group:
        for send in requests:
            group.create_task(_client(site, send, began + stint.seconds, tally))
    elapsed = time.perf_counter() - began
    tally.rates = Counter({word: count / elapsed for word, count in tally.outcomes.items()})
    return tally


async def _client(site: Site, send: Requests, end: float, tally: Tally) -> None:
    connected = False
    while (began := time.perf_counter()) < end:
        if not connected:
            reader, writer = await asyncio.open_connection(HOST, site.port, limit=_LONGEST_HEAD)
        writer.write(send())
        status, connected = await _answer(reader)
        tally.outcomes[status] += 1
        tally.seconds.append(time.perf_counter() - began)
        if not connected:
            writer.close()


async def _answer(reader: asyncio.StreamReader) -> tuple[str, bool]:
    """The status of an answer that is read to its end, and whether the connection stays."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if b"content-length:" in head:
        length = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
        await reader.readexactly(int(length))
    else:
        while size := int(await reader.readuntil(b"\r\n"), 16):
            await reader.readexactly(size + 2)
        await reader.readexactly(2)
    return head[9:12].decode(), b"connection: close" not in head
