// The process of the sink if nginx is not installed: reads HTTP/1.1 requests with a content-length, and responds with 204.
import { createServer } from 'node:net';
import { ADDRESSES } from './sink.mjs';

const RESPONSE = 'HTTP/1.1 204 No Content\r\n\r\n';
const HEAD_END = '\r\n\r\n';

const receive = (socket) => {
  let pending = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    for (let size = requestSize(pending); size <= pending.length; size = requestSize(pending)) {
      socket.write(RESPONSE);
      pending = pending.subarray(size);
    }
  });
  // A benchmark may close its connections at any time.
  socket.on('error', () => socket.destroy());
};

/** Size of the first request in bytes; Infinity while its head is incomplete. */
function requestSize(bytes) {
  const headSize = bytes.indexOf(HEAD_END) + HEAD_END.length;
  if (headSize < HEAD_END.length) return Infinity;
  const head = bytes.latin1Slice(0, headSize);
  return headSize + Number(/content-length: *(\d+)/i.exec(head)?.[1] ?? 0);
}

const listen = (port, address) =>
  new Promise((resolve) => {
    const server = createServer({ noDelay: true }, receive);
    server.listen(port, address, () => resolve(server.address().port));
  });

const [first, ...others] = ADDRESSES;
const port = await listen(0, first);
for (const address of others) await listen(port, address);
process.send(port);
process.once('disconnect', () => process.exit());
