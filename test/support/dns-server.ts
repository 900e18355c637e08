import { createSocket } from 'node:dgram';
import type { RemoteInfo, Socket } from 'node:dgram';
import { isIPv4 } from 'node:net';

export type RecordType = 'A' | 'AAAA';

/** Addresses to answer with (none: the name has no such record), or how to fail. */
export type DnsAnswer =
  | readonly string[]
  | { readonly addresses: readonly string[]; readonly alias?: string; readonly delayMs?: number }
  | 'silence'
  | 'servfail'
  | 'nxdomain'
  | 'garbage';

/** Returns the answer to a query; `nth` counts the queries for that name and type from 1. */
export type DnsScript = (type: RecordType, nth: number) => DnsAnswer;

const HEADER_BYTES = 12;
const TYPE_CODES: Readonly<Record<RecordType, number>> = { A: 1, AAAA: 28 };
const CNAME = 5;
const CLASS_IN = 1;
const RESPONSE_CODES = { noerror: 0, servfail: 2, nxdomain: 3 } as const;
/** Time to live of each answer. It is long, so that a resolver that caches answers is noticed. */
const TTL_SECONDS = 3600;

/** A DNS server on a loopback port that answers as configured, and `nxdomain` to everything else. */
export class DnsServer {
  /** Every query that was received, as `A name` or `AAAA name`. */
  readonly queries: string[] = [];
  readonly #scripts = new Map<string, DnsScript>();
  readonly #socket: Socket = createSocket('udp4');
  readonly #timers = new Set<NodeJS.Timeout>();

  static async start(): Promise<DnsServer> {
    const server = new DnsServer();
    server.#socket.on('message', (message, sender) => server.#onQuery(message, sender));
    await new Promise<void>((resolve) => server.#socket.bind(0, '127.0.0.1', resolve));
    return server;
  }

  /** `127.0.0.1:port`, as `dnsServers` takes it. */
  get address(): string {
    return `127.0.0.1:${this.#socket.address().port}`;
  }

  /** Sets the answers to queries for a name. Of a list, the IPv4 addresses answer A queries, the others AAAA queries. */
  answer(name: string, script: DnsScript | readonly string[]): void {
    this.#scripts.set(name, typeof script === 'function' ? script : byFamily(script));
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    await new Promise<void>((resolve) => this.#socket.close(resolve));
  }

  #onQuery(message: Buffer, sender: RemoteInfo): void {
    const question = readQuestion(message);
    if (!question) return;
    const { name, type } = question;
    const query = `${type} ${name}`;
    this.queries.push(query);
    const nth = this.queries.filter((earlier) => earlier === query).length;
    const answer = this.#scripts.get(name)?.(type, nth) ?? 'nxdomain';
    if (answer === 'silence') return;
    const send = (): void =>
      this.#socket.send(encode(message, question, answer), sender.port, sender.address);
    const delayMs = typeof answer === 'object' && 'delayMs' in answer ? (answer.delayMs ?? 0) : 0;
    if (delayMs === 0) return send();
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      send();
    }, delayMs);
    this.#timers.add(timer);
  }
}

interface Question {
  readonly name: string;
  readonly type: RecordType;
  /** Offset of the end of the question section, in bytes. */
  readonly end: number;
}

const byFamily =
  (addresses: readonly string[]): DnsScript =>
  (type) =>
    addresses.filter((address) => isIPv4(address) === (type === 'A'));

function readQuestion(message: Buffer): Question | undefined {
  const labels: string[] = [];
  let at = HEADER_BYTES;
  for (let length = message.readUInt8(at); length > 0; length = message.readUInt8(at)) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  const code = message.readUInt16BE(at + 1);
  const type = code === TYPE_CODES.A ? 'A' : code === TYPE_CODES.AAAA ? 'AAAA' : undefined;
  return type && { name: labels.join('.').toLowerCase(), type, end: at + 5 };
}

function encode(query: Buffer, question: Question, answer: Exclude<DnsAnswer, 'silence'>): Buffer {
  if (answer === 'garbage') return Buffer.concat([query.subarray(0, 2), Buffer.from([0x81, 0x80, 0xff])]);
  if (answer === 'servfail' || answer === 'nxdomain') return respond(query, question, answer, []);
  const { addresses, alias } = 'addresses' in answer ? answer : { addresses: answer, alias: undefined };
  const owner = encodeName(alias ?? question.name);
  const records = addresses.map((address) =>
    record(owner, TYPE_CODES[question.type], question.type === 'A' ? ipv4Bytes(address) : ipv6Bytes(address)),
  );
  if (alias !== undefined) records.unshift(record(encodeName(question.name), CNAME, encodeName(alias)));
  return respond(query, question, 'noerror', records);
}

function respond(
  query: Buffer,
  question: Question,
  code: keyof typeof RESPONSE_CODES,
  records: readonly Buffer[],
): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  query.copy(header, 0, 0, 2);
  header.writeUInt16BE(0x8180 | RESPONSE_CODES[code], 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(records.length, 6);
  return Buffer.concat([header, query.subarray(HEADER_BYTES, question.end), ...records]);
}

function record(owner: Buffer, type: number, data: Buffer): Buffer {
  const fixed = Buffer.alloc(10);
  fixed.writeUInt16BE(type, 0);
  fixed.writeUInt16BE(CLASS_IN, 2);
  fixed.writeUInt32BE(TTL_SECONDS, 4);
  fixed.writeUInt16BE(data.length, 8);
  return Buffer.concat([owner, fixed, data]);
}

const encodeName = (name: string): Buffer =>
  Buffer.concat([
    ...name
      .split('.')
      .map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label, 'latin1')])),
    Buffer.from([0]),
  ]);

const ipv4Bytes = (address: string): Buffer => Buffer.from(address.split('.').map(Number));

function ipv6Bytes(address: string): Buffer {
  // The URL parser knows every spelling, an embedded IPv4 address included, and writes plain hexadecimal.
  const plain = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [head = '', tail] = plain.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0');
  const groups = tail === undefined ? left : [...left, ...zeros, ...right];
  return Buffer.from(groups.flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 0xff]));
}
