// As client.py: does what it is told on standard input, with Node's own fetch or with undici's request.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';

const key = process.env.API_KEY;
const credentials = { authorization: `Bearer ${key}`, 'x-api-key': key };
const document = '{"model":"claude-x","text":"w\u00f6rld"}';

const say = (...fields) => process.stdout.write(fields.join('\t') + '\n');
const done = (fields) =>
  say('done', ...Object.entries(fields).map(([name, value]) => `${name}=${String(value).replaceAll(/[\n\t]/g, ' ')}`));

// Both as {status, fields, body}: an async iterable of pieces.
async function fetched(url, { method = 'GET', headers = {}, body, signal, follow = false } = {}) {
  const answer = await fetch(url, {
    method,
    headers,
    body: body instanceof Readable ? Readable.toWeb(body) : body,
    ...(body instanceof Readable ? { duplex: 'half' } : {}),
    redirect: follow ? 'follow' : 'manual',
    signal,
  });
  return { status: answer.status, reason: answer.headers.get('sallyport-reason') ?? '', body: answer.body ?? [] };
}

let undici;
async function requested(url, { method = 'GET', headers = {}, body, signal, follow = false } = {}) {
  undici ??= await import(process.env.UNDICI);
  const base = (requested.dispatcher ??= new undici.EnvHttpProxyAgent());
  const dispatcher = follow
    ? (requested.following ??= base.compose(undici.interceptors.redirect({ maxRedirections: 5 })))
    : base;
  const answer = await undici.request(url, { method, headers, body, signal, dispatcher });
  return { status: answer.statusCode, reason: answer.headers['sallyport-reason'] ?? '', body: answer.body };
}

async function tell(answer) {
  const digest = createHash('sha256');
  let bytes = 0;
  for await (const piece of answer.body) {
    digest.update(piece);
    bytes += piece.length;
  }
  return { status: answer.status, version: '', reason: answer.reason, bytes, sha256: digest.digest('hex') };
}

async function text(answer) {
  let all = '';
  const decoder = new TextDecoder();
  for await (const piece of answer.body) all += decoder.decode(piece, { stream: true });
  return { status: answer.status, version: '', reason: answer.reason, text: all };
}

const tasks = (ask) => ({
  async post(url) {
    const headers = { ...credentials, 'content-type': 'application/json' };
    done(await tell(await ask(url, { method: 'POST', headers, body: document })));
  },
  async download(url) {
    done(await tell(await ask(url)));
  },
  async upload(url, path) {
    const body = createReadStream(path, { highWaterMark: 50_000 });
    done(await text(await ask(url, { method: 'PUT', headers: credentials, body })));
  },
  async events(url) {
    const answer = await ask(url);
    say('open');
    const decoder = new TextDecoder();
    let rest = '';
    for await (const piece of answer.body) {
      const lines = (rest + decoder.decode(piece, { stream: true })).split('\n');
      rest = lines.pop();
      for (const line of lines) if (line.startsWith('data:')) say('event', line.slice(5).trim());
    }
    done({ status: answer.status, version: '', reason: answer.reason });
  },
  async abort(url) {
    const controller = new AbortController();
    const answer = await ask(url, { signal: controller.signal });
    try {
      for await (const _ of answer.body) controller.abort();
    } catch (problem) {
      if (problem.name !== 'AbortError') throw problem;
    }
    done({ status: answer.status, version: '', reason: answer.reason });
  },
  async many(url, number) {
    const all = await Promise.all(
      Array.from({ length: Number(number) }, async (_, n) => tell(await ask(`${url}&number=${n}`))),
    );
    const distinct = (name) => [...new Set(all.map((one) => one[name]))].sort().join(',');
    done({ number: all.length, status: distinct('status'), sha256: distinct('sha256') });
  },
  async follow(url) {
    done(await text(await ask(url, { headers: credentials, follow: true })));
  },
});

const chosen = tasks(process.argv[2] === 'undici' ? requested : fetched);
for await (const line of createInterface({ input: process.stdin })) {
  const [task, ...rest] = line.split('\t');
  try {
    await chosen[task](...rest);
  } catch (problem) {
    let words = '';
    for (let cause = problem; cause; cause = cause.cause) words += `${cause.name}: ${cause.message} `;
    say('failed', `error=${words.replaceAll(/[\n\t]/g, ' ')}`);
  }
}
process.exit(0);
