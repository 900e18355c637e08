// Measures the costs of some work in the database: CPU time of all its processes, write-ahead log, size of the delivery log.
import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks per second. /proc counts in ticks: 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** @returns a function that returns the costs so far; on SQLite undefined, because SQLite runs inside the process */
export async function databaseMeter({ dataSource }) {
  if (dataSource.options.type !== 'postgres') return () => undefined;
  const one = async (sql) => (await dataSource.query(`SELECT ${sql} AS value`))[0].value;
  const server = parentOf(await one('pg_backend_pid()'));
  const before = await wal(one);
  const cpuBefore = cpuSecondsOf(server);
  return async () => ({
    cpuSeconds: cpuSecondsOf(server) - cpuBefore,
    walBytes: (await wal(one)) - before,
    logBytes: Number(
      await one(`pg_total_relation_size('webhook_delivery') + pg_total_relation_size('webhook_attempt')`),
    ),
  });
}

const wal = async (one) => Number(await one(`pg_current_wal_insert_lsn() - '0/0'::pg_lsn`));

const statOf = (pid) => {
  // The name of the program is in parentheses and may contain any character.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ');
  const ticks = (from, to) => fields.slice(from, to).reduce((sum, value) => sum + Number(value), 0);
  return { parent: Number(fields[1]), own: ticks(11, 13), ended: ticks(13, 15) };
};
const parentOf = (pid) => statOf(pid).parent;

/** CPU time of the server process and of its children, including those that have ended, in seconds. */
function cpuSecondsOf(server) {
  const { own, ended } = statOf(server);
  let ticks = own + ended;
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = statOf(name);
      if (stat.parent === server) ticks += stat.own;
    } catch {
      // The process has ended meanwhile.
    }
  }
  return ticks / TICKS_PER_SECOND;
}
