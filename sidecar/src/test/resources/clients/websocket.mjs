// Speaks WebSocket, with the package ws or with Node's own class: what comes back is told, a line each.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';

const [kind, url, file] = process.argv.slice(2);
const content = readFileSync(file);
const authorization = `Bearer ${process.env.API_KEY}`;
const say = (...fields) => process.stdout.write(fields.join('\t') + '\n');
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

async function withWs() {
  const { WebSocket } = await import(process.env.WS);
  const { HttpsProxyAgent } = await import(process.env.AGENT);
  const { hostname, protocol } = new URL(url);
  const proxy = protocol === 'wss:' ? process.env.HTTPS_PROXY : process.env.HTTP_PROXY;
  const direct = ['127.0.0.1', ...(process.env.NO_PROXY ?? '').split(',')];
  const agent = direct.includes(hostname) ? undefined : new HttpsProxyAgent(proxy);
  const open = async () => {
    const socket = new WebSocket(url, { agent, headers: { authorization } });
    await once(socket, 'open');
    return socket;
  };
  const socket = await open();
  say('open', socket.extensions);
  const next = async () => (await once(socket, 'message'))[0];
  socket.send('w\u00f6rld');
  say('text', (await next()).toString());
  socket.send(content);
  say('binary', sha256(await next()));
  for (let at = 0; at < content.length; at += 70_001)
    socket.send(content.subarray(at, at + 70_001), { fin: at + 70_001 >= content.length });
  say('fragments', sha256(await next()));
  socket.ping('there?');
  await once(socket, 'pong');
  say('pong');
  socket.send('close 4001');
  say('closed', ...(await once(socket, 'close')));
  const other = await open();
  other.close(4002, 'enough');
  say('closed', ...(await once(other, 'close')));
}

async function withNode() {
  const open = async () => {
    const socket = new WebSocket(url, { headers: { authorization } });
    socket.binaryType = 'arraybuffer';
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = (event) => reject(event.error ?? new Error('no connection'));
    });
    return socket;
  };
  const socket = await open();
  say('open', socket.extensions);
  const next = () => new Promise((resolve) => (socket.onmessage = (event) => resolve(event.data)));
  const closed = (which) => new Promise((resolve) => (which.onclose = ({ code, reason }) => resolve([code, reason])));
  socket.send('w\u00f6rld');
  say('text', await next());
  socket.send(content);
  say('binary', sha256(Buffer.from(await next())));
  socket.send('close 4001');
  say('closed', ...(await closed(socket)));
  const other = await open();
  other.close(4002, 'enough');
  say('closed', ...(await closed(other)));
}

await (kind === 'ws' ? withWs() : withNode());
process.exit(0);
