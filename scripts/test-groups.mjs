// Groups spec files, so that a run of many files loads the modules once for several of them: loading took a third of the CPU time.
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Of this process: two runs in one clone do not know each other. */
const FOLDER = `test/.groups/${process.pid}`;
/** Spec files of a group. A larger group saves less and less, and the last one keeps a worker busy while the others are idle. */
const SIZES = { unit: 50, integration: 14, e2e: 14 };
/** Spec files that wait for seconds, longest first: they start early, so that other files run meanwhile. */
const WAITING = [
  'e2e/sample/processes',
  'e2e/health-of-worker',
  'e2e/idle',
  'e2e/operations/notifications',
  'e2e/start-up/start-up',
  'e2e/testing/forgotten-close',
  'e2e/third-parties',
  'e2e/operations/transport-state',
  'e2e/kill-switch',
  'e2e/sample/outages',
  'e2e/encryption',
];
/** Spec files that change or inspect what suites of one process have in common. */
const ALONE = [
  ...WAITING,
  'e2e/environment',
  'e2e/secrets-canary',
  'e2e/second-sqlite',
  'e2e/delivery/large-bodies',
  'e2e/testing/override-webhooks',
];
/** Spec files that run together, apart from all others: these share parsed files, those change the classes of TypeORM. */
const TOGETHER = {
  types: ['unit/docs', 'unit/types/webhook-emitter', 'e2e/registered-catalog'],
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
  const alone = specs.filter(runsAlone).sort((one, other) => rankOf(one) - rankOf(other));
  const groups = groupsOf(specs.filter((file) => !alone.includes(file)));
  const longestFirst = groups.sort((one, other) => bytesOf(other.files) - bytesOf(one.files));
  return alternating(alone, longestFirst.map(writeGroup));
}

/** Removes what `groupSpecs` wrote. */
export const removeGroups = () => rmSync(FOLDER, { recursive: true, force: true });

const specsIn = (folder) =>
  readdirSync(folder, { recursive: true })
    .filter((file) => file.endsWith('.spec.ts'))
    .map((file) => path.posix.join(folder, file.replaceAll('\\', '/')))
    .sort();

/** `e2e/idle` of `test/e2e/idle.spec.ts`. */
const nameOf = (file) => file.slice('test/'.length, -'.spec.ts'.length);

/** A hook at the top of a file would also run for the other files of a group. */
const runsAlone = (file) =>
  ALONE.includes(nameOf(file)) || /^(before|after)(All|Each)\(/m.test(readFileSync(file, 'utf8'));

/** The place of a file among those that run alone; those that are not listed come last. */
const rankOf = (file) => (ALONE.indexOf(nameOf(file)) + ALONE.length + 1) % (ALONE.length + 1);

const bytesOf = (files) => files.reduce((sum, file) => sum + statSync(file).size, 0);

/** One of each in turn: of the tests that run at a time, some wait and some work. */
const alternating = (these, those) =>
  Array.from({ length: Math.max(these.length, those.length) }, (_, n) => [these[n], those[n]])
    .flat()
    .filter((file) => file !== undefined);

function groupsOf(specs) {
  return [...new Set(specs.map(kindOf))].flatMap((kind) => {
    const together = specs.filter((file) => kindOf(file) === kind);
    const count = Math.ceil(together.length / (SIZES[kind] ?? together.length));
    // Every count-th file, so that neighbours, which take about the same time, are spread over the groups.
    return Array.from({ length: count }, (_, n) => ({
      name: `${kind}-${n + 1}`,
      files: together.filter((_file, index) => index % count === n),
    }));
  });
}

/** `test/e2e/admin/x.spec.ts` belongs to `e2e`, if no other name is given to it. */
function kindOf(file) {
  const [given] = Object.entries(TOGETHER).find(([, names]) => names.includes(nameOf(file))) ?? [];
  return given ?? file.split('/')[1];
}

function writeGroup({ name, files }) {
  const group = `${FOLDER}/${name}.spec.ts`;
  const imports = files.map(
    (file) => `import '../../${file.slice('test/'.length).replace(/\.ts$/, '.js')}';\n`,
  );
  writeFileSync(group, imports.join(''));
  return group;
}
