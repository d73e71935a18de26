"""A stand-in for the daemon that misbehaves: `standin.py SOCKET`. Answers, streams that stay silent, answers of ?bytes=N; every
now and then a connection breaks off in the middle of its answer. Bodies are never read to their end."""

import asyncio
import random
import sys

BLOCK = bytes(1 << 16)
BREAKS = 0.0005  # of the short answers


async def export(writer, size):
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size)
    for _ in range(size // len(BLOCK)):
        writer.write(BLOCK)
        await writer.drain()


async def answer(head, writer):
    target = head.split(b" ", 2)[1]
    if b"/events" in target:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nstart\r\n")
    elif b"?bytes=" in target:
        await export(writer, int(target.rpartition(b"=")[2]))
    elif random.random() < BREAKS:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
        raise ConnectionError
    else:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK")
    await writer.drain()


async def serve(reader, writer):
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            if head.startswith(b"POST"):
                while await reader.read(1 << 16):
                    pass
                break
            await answer(head, writer)
    except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        pass
    writer.transport.abort()


async def main(path):
    async with await asyncio.start_unix_server(serve, path, backlog=4096) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
