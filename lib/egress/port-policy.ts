import { TargetRefusedError } from '../errors/admin.errors.js';

const HTTP = 80;
const HTTPS = 443;
const FIRST_UNPRIVILEGED = 1024;

/** The "bad ports" of the WHATWG fetch standard from 1024 up; the lower ones are refused with their whole range. */
const WHATWG_BAD_PORTS = [
  1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697,
  10_080,
];

/** Ports of databases, caches, search and orchestration, whose servers often trust everybody who connects. */
const INFRASTRUCTURE_PORTS = [
  1433, 2375, 2376, 2379, 3306, 3389, 5432, 5984, 6379, 9200, 9300, 10_250, 11_211, 27_017,
];

const REFUSED_PORTS = new Set([...WHATWG_BAD_PORTS, ...INFRASTRUCTURE_PORTS]);

/** @throws {TargetRefusedError} if the port is not allowed */
export function checkPort(port: number): void {
  const inRange = port === HTTP || port === HTTPS || (port >= FIRST_UNPRIVILEGED && port <= 65_535);
  if (inRange && !REFUSED_PORTS.has(port)) return;
  throw new TargetRefusedError(
    'PORT',
    'its port is not allowed; use 80, 443, or a port from 1024 up that no other well-known service uses',
  );
}
