"""Smart HTTP by `git http-backend` (RFC 3875), for servers of aiohttp."""

import asyncio
import os

from aiohttp import web


async def serve(request, projects):
    """Answers for the repositories below a directory; a push and a clone of any length pass as they come."""
    backend = await asyncio.create_subprocess_exec(
        "git",
        "http-backend",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        # Without the length and the encoding: the body is decoded here, and ends with its pipe.
        env={
            "PATH": os.environ["PATH"],
            "HOME": "/tmp",
            "GIT_PROJECT_ROOT": str(projects),
            "GIT_HTTP_EXPORT_ALL": "1",
            "REMOTE_USER": "agent",
            "GATEWAY_INTERFACE": "CGI/1.1",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REQUEST_METHOD": request.method,
            "PATH_INFO": request.path,
            "QUERY_STRING": request.query_string,
            "CONTENT_TYPE": request.headers.get("Content-Type", ""),
            "GIT_PROTOCOL": request.headers.get("Git-Protocol", ""),
        },
    )
    feeding = asyncio.create_task(feed(request, backend.stdin))
    response = web.StreamResponse()
    while line := (await backend.stdout.readline()).decode().strip():
        name, _, value = line.partition(": ")
        if name == "Status":
            response.set_status(int(value[:3]))
        else:
            response.headers[name] = value
    await response.prepare(request)
    while piece := await backend.stdout.read(65_536):
        await response.write(piece)
    await feeding
    await backend.wait()
    return response


async def feed(request, stdin):
    try:
        async for piece in request.content.iter_any():
            stdin.write(piece)
            await stdin.drain()
    except ConnectionError:
        pass  # it reads no more
    finally:
        stdin.close()
