// Groups spec files, so that a run of many files loads the modules once for several of them: loading took a third of the CPU time.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** The folder of this process, because two runs in one clone must not share their files. */
const FOLDER = `test/.groups/${process.pid}`;
/**
 * Number of spec files in a group, by their kind; the kind that takes longest is first. Loading the modules takes a worker
 * 2 s of CPU time for each group, so the groups are large. If they were larger still, one worker would run the last group while the
 * others are idle.
 */
const SIZES = { e2e: 22, integration: 25, unit: 75, types: 50 };
/** Groups that are given by name, those that take longest first. All other files are grouped by their kind. */
const GIVEN = {
  // These wait for seconds: they start early, so that other files run meanwhile.
  'waiting-1': [
    'e2e/operations/recovery',
    'e2e/delivery/redeliver',
    'e2e/operations/notification-actions',
    'e2e/start-up/start-up',
  ],
  'waiting-2': [
    'e2e/operations/notifications',
    'e2e/operations/test-send-guard',
    'e2e/operations/rotate-secret',
    'e2e/environment',
    'unit/wake-up/shared-wake-ups',
  ],
  'long-1': ['long/transport-state', 'long/large-bodies'],
  'long-2': ['long/encryption', 'long/idle', 'long/third-parties'],
  'long-3': ['long/kill-switch', 'long/global-stop', 'long/health-of-worker'],
  // These change or inspect what all suites of a process have in common.
  secrets: ['long/secrets-canary'],
  sqlite: ['e2e/second-sqlite'],
  overriding: ['e2e/testing/override-webhooks'],
  recipes: ['e2e/recipes/cls', 'e2e/recipes/http', 'e2e/recipes/modules', 'e2e/recipes/transactions'],
};

/**
 * Writes a file for each group that imports its spec files.
 *
 * @param {string[]} folders below `test`
 * @returns {string[]} the files that jest has to run instead, in this order
 */
export function groupSpecs(folders) {
  mkdirSync(FOLDER, { recursive: true });
  const specs = folders.flatMap(specsIn);
  const names = [...new Set([...Object.keys(GIVEN), ...Object.keys(SIZES), ...specs.map(groupOf)])];
  const groups = names
    .map((name) => ({ name, files: specs.filter((file) => groupOf(file) === name) }))
    .filter(({ files }) => files.length > 0);
  const given = groups.filter(({ name }) => name in GIVEN);
  const others = groups.filter(({ name }) => !(name in GIVEN)).flatMap(split);
  return alternating(others, given).map(writeGroup);
}

/** Removes the files that `groupSpecs` wrote. */
export const removeGroups = () => rmSync(FOLDER, { recursive: true, force: true });

const specsIn = (folder) =>
  readdirSync(folder, { recursive: true })
    .filter((file) => file.endsWith('.spec.ts'))
    .map((file) => path.posix.join(folder, file.replaceAll('\\', '/')))
    .sort();

/** The name of the group to which a file belongs: the one that is given, or `e2e` of `test/e2e/admin/x.spec.ts`. */
function groupOf(file) {
  const name = file.slice('test/'.length, -'.spec.ts'.length);
  const [given] = Object.entries(GIVEN).find(([, names]) => names.includes(name)) ?? [];
  if (given !== undefined) return given;
  // A hook at the top of a file would also run for the other files of a group.
  const hasHooksAtTop = /^(before|after)(All|Each)\(/m.test(readFileSync(file, 'utf8'));
  return hasHooksAtTop ? name.replaceAll('/', '-') : name.split('/')[0];
}

/** Groups of at most `SIZES` files. */
function split({ name, files }) {
  const count = Math.ceil(files.length / (SIZES[name] ?? files.length));
  // Every count-th file, so that neighbours, which take about the same time, are spread over the groups.
  return Array.from({ length: count }, (_, n) => ({
    name: `${name}-${n + 1}`,
    files: files.filter((_file, index) => index % count === n),
  }));
}

/** Takes one group of each list in turn, so that at any time some of the running tests wait and others use the CPU. */
const alternating = (these, those) =>
  Array.from({ length: Math.max(these.length, those.length) }, (_, n) => [these[n], those[n]])
    .flat()
    .filter((group) => group !== undefined);

function writeGroup({ name, files }) {
  const group = `${FOLDER}/${name}.spec.ts`;
  const imports = files.map(
    (file) => `import '../../${file.slice('test/'.length).replace(/\.ts$/, '.js')}';\n`,
  );
  writeFileSync(group, imports.join(''));
  return group;
}
