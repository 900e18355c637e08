// Groups spec files, so that a run of many files loads the modules once for several of them: loading took a third of the CPU time.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Of this process: two runs in one clone do not know each other. */
const FOLDER = `test/.groups/${process.pid}`;
/** Spec files of a group. A larger group saves less and less, and the last one keeps a worker busy while the others are idle. */
const SIZE = 8;
/** Spec files that take over 15 s, or that change or inspect what suites of one process have in common. */
const ALONE =
  /\/(processes|notifications|health-of-worker|transport-state|idle|environment|docs|secrets-canary|second-sqlite|start-up|third-parties|registered-catalog|large-bodies|forgotten-close|override-webhooks|kill-switch|outages|encryption)\.spec\.ts$/;

/**
 * Writes a file for each group that imports its spec files. Files of one group have a folder in common.
 *
 * @param {string[]} folders below `test`
 * @returns {string[]} the files that jest has to run instead
 */
export function groupSpecs(folders) {
  mkdirSync(FOLDER, { recursive: true });
  const specs = folders.flatMap(specsIn);
  const alone = specs.filter(runsAlone);
  return [...alone, ...groupsOf(specs.filter((file) => !alone.includes(file))).map(writeGroup)];
}

/** Removes what `groupSpecs` wrote. */
export const removeGroups = () => rmSync(FOLDER, { recursive: true, force: true });

const specsIn = (folder) =>
  readdirSync(folder, { recursive: true })
    .filter((file) => file.endsWith('.spec.ts'))
    .map((file) => path.posix.join(folder, file.replaceAll('\\', '/')))
    .sort();

/** A hook at the top of a file would also run for the other files of a group. */
const runsAlone = (file) =>
  ALONE.test(file) || /^(before|after)(All|Each)\(/m.test(readFileSync(file, 'utf8'));

function groupsOf(specs) {
  return [...new Set(specs.map(folderOf))].flatMap((folder) => {
    const together = specs.filter((file) => folderOf(file) === folder);
    const count = Math.ceil(together.length / SIZE);
    // Every count-th file, so that neighbours, which take about the same time, are spread over the groups.
    return Array.from({ length: count }, (_, n) => ({
      name: `${folder.replaceAll('/', '-')}-${n + 1}`,
      files: together.filter((_file, index) => index % count === n),
    }));
  });
}

/** `test/unit/egress/x.spec.ts` belongs to `unit`, `test/e2e/admin/x.spec.ts` to `e2e/admin`. */
function folderOf(file) {
  const [, kind, folder] = file.split('/');
  return kind === 'unit' || folder.endsWith('.ts') ? kind : `${kind}/${folder}`;
}

function writeGroup({ name, files }) {
  const group = `${FOLDER}/${name}.spec.ts`;
  const imports = files.map(
    (file) => `import '../../${file.slice('test/'.length).replace(/\.ts$/, '.js')}';\n`,
  );
  writeFileSync(group, imports.join(''));
  return group;
}
