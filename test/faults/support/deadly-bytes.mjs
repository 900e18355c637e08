// Preloaded into a process: it dies at once when it is about to write certain bytes to a socket.
import { Socket } from 'node:net';

const deadly = process.env.DEADLY_BYTES;
const write = Socket.prototype.write;

Socket.prototype.write = function (chunk, ...rest) {
  if (Buffer.from(chunk).includes(deadly)) process.kill(process.pid, 'SIGKILL');
  return write.call(this, chunk, ...rest);
};
