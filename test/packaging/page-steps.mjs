// Reads a page as a newcomer does: which files to write and which commands to run, in the page's order.

const FENCE = /^```(\w+)\n([\s\S]*?)^```$/gm;
const FILE = /^\/\/ (\S+\.m?[jt]s)\n/;
/** Commands that go on until they are interrupted: the page has them run in a terminal of their own. */
const SERVES = /^(npm start|node \S+)$/m;

/**
 * Returns the steps of a page for one NestJS version. They end where the page turns to a clone of the repository.
 *
 * @param {string} text the page
 * @param {11 | 12} nest
 * @returns {{ kind: 'file' | 'run' | 'serve', code: string, file?: string }[]}
 */
export function stepsOf(text, nest) {
  const [forUsers] = text.split(/^git clone /m);
  return [...forUsers.matchAll(FENCE)].flatMap(([, language, code]) => {
    if (language === 'sh') return commandOf(code, nest);
    const file = FILE.exec(code)?.[1];
    return file === undefined ? [] : [{ kind: 'file', file, code }];
  });
}

function commandOf(code, nest) {
  if (code.startsWith('npm install ') && code.includes('@11') !== (nest === 11)) return [];
  return [{ kind: SERVES.test(code) ? 'serve' : 'run', code }];
}
