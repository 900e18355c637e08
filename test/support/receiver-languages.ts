import { execFile, spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

/** A request to verify, as in `cases.json`. */
export interface SignatureCase {
  readonly secret: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** In base64. */
  readonly body: string;
}

/** A language in which docs/for-receivers.md verifies signatures. */
export interface ReceiverLanguage {
  /** Name of the language in the page's blocks of code. */
  readonly name: string;
  /** The file that the page's code is written to. */
  readonly file: string;
  /** A program beside it that prints, as JSON, what the function returns for each case of `cases.json`. */
  readonly main: readonly [file: string, code: string];
  readonly command: readonly string[];
  /** Prints the version if the language is installed. */
  readonly probe: readonly string[];
}

const NODE = `
import { readFileSync } from 'node:fs';
import { verify } from './verify.mjs';
const cases = JSON.parse(readFileSync('cases.json', 'utf8'));
console.log(JSON.stringify(cases.map((c) => verify(c.secret, c.headers, Buffer.from(c.body, 'base64')))));`;

const PYTHON = `
import base64, json
from verify import verify
cases = json.load(open('cases.json'))
print(json.dumps([verify(c['secret'], c['headers'], base64.b64decode(c['body'])) for c in cases]))`;

const PHP = `<?php
require 'verify.php';
$cases = json_decode(file_get_contents('cases.json'), true);
echo json_encode(array_map(fn ($c) => verify($c['secret'], $c['headers'], base64_decode($c['body'])), $cases));`;

const ALL: readonly ReceiverLanguage[] = [
  {
    name: 'js',
    file: 'verify.mjs',
    main: ['main.mjs', NODE],
    command: [process.execPath, 'main.mjs'],
    probe: [process.execPath, '--version'],
  },
  {
    name: 'python',
    file: 'verify.py',
    main: ['main.py', PYTHON],
    command: ['python3', 'main.py'],
    probe: ['python3', '--version'],
  },
  {
    name: 'php',
    file: 'verify.php',
    main: ['main.php', PHP],
    command: ['php', 'main.php'],
    probe: ['php', '--version'],
  },
];

/** The languages that this machine can run; Node always. */
export function installedLanguages(): ReceiverLanguage[] {
  return ALL.filter(({ probe: [command, ...args] }) => spawnSync(command!, args).status === 0);
}

/** @returns the result of the function of the page for each case */
export async function verdictsOf(
  { file, main, command }: ReceiverLanguage,
  code: string,
  cases: readonly SignatureCase[],
  folder: string,
): Promise<boolean[]> {
  await writeFile(path.join(folder, 'cases.json'), JSON.stringify(cases));
  await writeFile(path.join(folder, file), code);
  await writeFile(path.join(folder, main[0]), main[1]);
  const [program, ...args] = command;
  const { stdout } = await promisify(execFile)(program!, args, { cwd: folder });
  return JSON.parse(stdout) as boolean[];
}
