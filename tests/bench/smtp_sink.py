"""An SMTP server that takes every mail as fast as it can and remembers when: `python -m tests.bench.smtp_sink`.

Prints the port of SMTP and the port of its memory. That one answers any connection with JSON and forgets: when what
arrived, by the order's reference in the subject, in seconds of the machine's monotonic clock.
"""

import asyncio
import json
import re
import time

_REFERENCE = re.compile(rb"\r\nSubject: .*?(R-[A-Za-z0-9-]+)")
arrivals: dict[str, list[float]] = {}


async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One connection."""
    writer.write(b"220 sink\r\n")
    try:
        while line := await reader.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                writer.write(b"354 go on\r\n")
                content = await reader.readuntil(b"\r\n.\r\n")
                found = _REFERENCE.search(content)
                arrivals.setdefault(found.group(1).decode() if found else "", []).append(time.monotonic())
                writer.write(b"250 taken\r\n")
            elif verb == b"QUIT":
                break
            else:
                writer.write(b"250 go on\r\n")
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def remember(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Say what arrived, and forget it."""
    writer.write(json.dumps(arrivals).encode())
    arrivals.clear()
    await writer.drain()
    writer.close()


async def main() -> None:
    """Serve until ended."""
    mail = await asyncio.start_server(take, "127.0.0.1", 0, limit=2**22)
    memory = await asyncio.start_server(remember, "127.0.0.1", 0)
    print(*(server.sockets[0].getsockname()[1] for server in (mail, memory)), flush=True)
    await asyncio.gather(mail.serve_forever(), memory.serve_forever())


if __name__ == "__main__":
    asyncio.run(main())
