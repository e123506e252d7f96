"""Does what it is told on standard input, a line each, with the HTTP library that is its argument.

Lines in and out are fields separated by tabs: a task, a URL and, for some, one more; `open` when an answer's head is there,
`event` with each event as it comes, and at the end of a task `done` or `failed` with name=value fields.
"""

import asyncio
import hashlib
import importlib
import os
import sys

KEY = os.environ["API_KEY"]
CREDENTIALS = {"authorization": "Bearer " + KEY, "x-api-key": KEY}
DOCUMENT = '{"model":"claude-x","text":"w\u00f6rld"}'.encode()
PIECE = 50_000


def say(kind, *fields):
    print(kind, *fields, sep="\t", flush=True)


def pieces(path):
    with open(path, "rb") as file:
        while piece := file.read(PIECE):
            yield piece


async def async_pieces(path):
    for piece in pieces(path):
        yield piece


class Tally:
    """What came of a body."""

    def __init__(self):
        self.bytes = 0
        self.digest = hashlib.sha256()

    def add(self, piece):
        self.bytes += len(piece)
        self.digest.update(piece)


def done(status, version, fields, body, **more):
    result = {"status": status, "version": version, "reason": fields.get("Sallyport-Reason", "")}
    if isinstance(body, Tally):
        result |= {"bytes": body.bytes, "sha256": body.digest.hexdigest()}
    else:
        result |= {"text": body.replace("\n", " ")}
    say("done", *(f"{name}={value}" for name, value in (result | more).items()))


class Httpx:
    def __init__(self, module, http2):
        library = importlib.import_module(module)
        self.client = library.AsyncClient(http2=http2, timeout=60)

    async def post(self, url):
        async with self.client.stream(
            "POST", url, content=DOCUMENT, headers=CREDENTIALS | {"content-type": "application/json"}
        ) as answer:
            await self.tell(answer)

    async def download(self, url):
        async with self.client.stream("GET", url) as answer:
            await self.tell(answer)

    async def upload(self, url, path):
        answer = await self.client.put(url, content=async_pieces(path), headers=CREDENTIALS)
        done(answer.status_code, answer.http_version, answer.headers, answer.text)

    async def events(self, url):
        async with self.client.stream("GET", url) as answer:
            say("open")
            async for line in answer.aiter_lines():
                if line.startswith("data:"):
                    say("event", line[5:].strip())
            done(answer.status_code, answer.http_version, answer.headers, "")

    async def abort(self, url):
        async with self.client.stream("GET", url) as answer:
            async for _ in answer.aiter_raw():
                break
            done(answer.status_code, answer.http_version, answer.headers, "")

    async def many(self, url, number):
        answers = await asyncio.gather(*(self.client.get(f"{url}&number={n}") for n in range(int(number))))
        done_many([(answer.status_code, answer.content) for answer in answers])

    async def follow(self, url):
        answer = await self.client.get(url, headers=CREDENTIALS, follow_redirects=True)
        done(answer.status_code, answer.http_version, answer.headers, answer.text)

    async def tell(self, answer):
        tally = Tally()
        async for piece in answer.aiter_bytes():
            tally.add(piece)
        done(answer.status_code, answer.http_version, answer.headers, tally)


class Requests:
    def __init__(self):
        import requests

        self.session = requests.Session()

    async def post(self, url):
        await asyncio.to_thread(
            self.ask, "POST", url, data=DOCUMENT, headers=CREDENTIALS | {"content-type": "application/json"}
        )

    async def download(self, url):
        await asyncio.to_thread(self.ask, "GET", url)

    async def upload(self, url, path):
        answer = await asyncio.to_thread(
            self.session.put, url, data=pieces(path), headers=CREDENTIALS, timeout=60
        )
        done(answer.status_code, self.version(answer), answer.headers, answer.text)

    async def events(self, url):
        def read():
            with self.session.get(url, stream=True, timeout=60) as answer:
                say("open")
                for line in answer.iter_lines(chunk_size=1):
                    if line.startswith(b"data:"):
                        say("event", line[5:].strip().decode())
                done(answer.status_code, self.version(answer), answer.headers, "")

        await asyncio.to_thread(read)

    async def abort(self, url):
        def read():
            with self.session.get(url, stream=True, timeout=60) as answer:
                answer.raw.read(1)
                answer.raw.close()
                done(answer.status_code, self.version(answer), answer.headers, "")

        await asyncio.to_thread(read)

    async def many(self, url, number):
        answers = await asyncio.gather(
            *(asyncio.to_thread(self.session.get, f"{url}&number={n}", timeout=60) for n in range(int(number)))
        )
        done_many([(answer.status_code, answer.content) for answer in answers])

    async def follow(self, url):
        answer = await asyncio.to_thread(self.session.get, url, headers=CREDENTIALS, timeout=60)
        done(answer.status_code, self.version(answer), answer.headers, answer.text)

    def ask(self, method, url, **more):
        with self.session.request(method, url, stream=True, timeout=60, **more) as answer:
            tally = Tally()
            for piece in answer.iter_content(65536):
                tally.add(piece)
            done(answer.status_code, self.version(answer), answer.headers, tally)

    @staticmethod
    def version(answer):
        return {10: "HTTP/1.0", 11: "HTTP/1.1", 20: "HTTP/2"}[answer.raw.version]


class Aiohttp:
    def __init__(self):
        import aiohttp

        self.library = aiohttp
        self.session = None

    async def opened(self):
        if self.session is None:
            self.session = self.library.ClientSession(
                trust_env=True, timeout=self.library.ClientTimeout(total=60), read_bufsize=1 << 20
            )
        return self.session

    async def post(self, url):
        session = await self.opened()
        async with session.post(
            url, data=DOCUMENT, headers=CREDENTIALS | {"content-type": "application/json"}
        ) as answer:
            await self.tell(answer)

    async def download(self, url):
        session = await self.opened()
        async with session.get(url) as answer:
            await self.tell(answer)

    async def upload(self, url, path):
        session = await self.opened()
        async with session.put(url, data=async_pieces(path), headers=CREDENTIALS) as answer:
            done(answer.status, self.version(answer), answer.headers, await answer.text())

    async def events(self, url):
        session = await self.opened()
        async with session.get(url) as answer:
            say("open")
            async for line in answer.content:
                if line.startswith(b"data:"):
                    say("event", line[5:].strip().decode())
            done(answer.status, self.version(answer), answer.headers, "")

    async def abort(self, url):
        session = await self.opened()
        async with session.get(url) as answer:
            await answer.content.readany()
            answer.close()
            done(answer.status, self.version(answer), answer.headers, "")

    async def many(self, url, number):
        session = await self.opened()

        async def one(n):
            async with session.get(f"{url}&number={n}") as answer:
                return answer.status, await answer.read()

        done_many(await asyncio.gather(*(one(n) for n in range(int(number)))))

    async def follow(self, url):
        session = await self.opened()
        async with session.get(url, headers=CREDENTIALS) as answer:
            done(answer.status, self.version(answer), answer.headers, await answer.text())

    async def tell(self, answer):
        tally = Tally()
        async for piece in answer.content.iter_any():
            tally.add(piece)
        done(answer.status, self.version(answer), answer.headers, tally)

    @staticmethod
    def version(answer):
        return f"HTTP/{answer.version.major}.{answer.version.minor}"


def done_many(answers):
    digests = sorted({hashlib.sha256(body).hexdigest() for _, body in answers})
    statuses = sorted({status for status, _ in answers})
    say(
        "done",
        f"number={len(answers)}",
        f"status={','.join(map(str, statuses))}",
        f"sha256={','.join(digests)}",
    )


LIBRARIES = {
    "httpx": lambda: Httpx("httpx", False),
    "httpx-h2": lambda: Httpx("httpx", True),
    "httpx2-h2": lambda: Httpx("httpx2", True),
    "requests": Requests,
    "aiohttp": Aiohttp,
}


async def main():
    library = LIBRARIES[sys.argv[1]]()
    while line := await asyncio.to_thread(sys.stdin.readline):
        task, *arguments = line.rstrip("\n").split("\t")
        try:
            await getattr(library, task)(*arguments)
        except Exception as problem:  # noqa: BLE001 - whatever it is, it is the result
            say("failed", "error=" + f"{type(problem).__name__}: {problem!r}".replace("\n", " ").replace("\t", " "))


asyncio.run(main())
