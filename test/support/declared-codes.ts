import { readdirSync, readFileSync } from 'node:fs';
import { API_ERROR_CODES } from '../../lib/admin/api-error.js';

/** Patterns of codes in the sources. The group of each pattern matches one code, a union of quoted codes, or an object. */
const PATTERNS = [
  /super\(\s*'([A-Z_]+)'/g,
  /type (?:FailureReason|HealthReasonCode|HoldReason|TargetRule) =([^;]+);/g,
  /\b(?:code|reason|disable):\s+'([A-Z_]+)'/g,
  /(?:[rR]eason|REASON)\b[^'\n]{0,40}[=?]\s+'([A-Z_]+)'(?! \?)/g,
  /\? '([A-Z_]+)' : undefined/g,
  /const MESSAGES = \{([\s\S]*?)\} as const/g,
  /ELSE '([A-Z]+_[A-Z]+)' END/g,
];

/** Every code that can reach a host, a tenant or an operator, with a file that contains it. */
export function declaredCodes(): Map<string, string> {
  const codes = new Map<string, string>(API_ERROR_CODES.map((code) => [code, 'admin/api-error.ts']));
  for (const { file, text } of sources()) {
    for (const pattern of PATTERNS) {
      for (const [, found] of text.matchAll(pattern))
        for (const code of codesIn(found!)) codes.set(code, file);
    }
  }
  return codes;
}

/** All text of the library, to see whether something occurs in it at all. */
export const allSources = (): string =>
  sources()
    .map(({ text }) => text)
    .join('\n');

function sources(): { file: string; text: string }[] {
  return readdirSync('lib', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => ({ file, text: readFileSync(`lib/${file}`, 'utf8') }));
}

/** `A_CODE`, `'A' | 'B'`, or the keys of an object. */
function codesIn(found: string): string[] {
  if (/^[A-Z_]+$/.test(found)) return [found];
  const members = found.includes('|') ? /'([A-Z_]+)'/g : /^\s+([A-Z_]+):/gm;
  return [...found.matchAll(members)].map((match) => match[1]!);
}
