import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { auditVerdict } from '../../scripts/audit-verdict.mjs';

interface Manifest {
  scripts: Record<string, string>;
  dependencies: Record<string, string>;
}
interface Locked {
  resolved?: string;
  integrity?: string;
  dev?: boolean;
  devOptional?: boolean;
  link?: boolean;
}

const read = <T>(file: string): T => JSON.parse(readFileSync(file, 'utf8')) as T;

describe('the package', () => {
  it('runs nothing when it is installed', () => {
    const ran = /^(pre|post)?(install|prepare|prepublish|pack)$|^dependencies$/;
    expect(Object.keys(read<Manifest>('package.json').scripts).filter((name) => ran.test(name))).toEqual([]);
  });

  it('has undici as its only dependency, which has none', () => {
    expect(Object.keys(read<Manifest>('package.json').dependencies)).toEqual(['undici']);
    const { packages } = read<{ packages: Record<string, Locked> }>('package-lock.json');
    const brought = Object.entries(packages).filter(([, { dev, devOptional }]) => !dev && !devOptional);
    expect(brought.map(([path]) => path)).toEqual(['', 'node_modules/undici']);
  });

  it('is built from packages that the lock file knows by their hash, wherever they are fetched from', () => {
    const { packages } = read<{ packages: Record<string, Locked> }>('package-lock.json');
    const others = Object.entries(packages).filter(([path]) => path !== '');
    expect(others.length).toBeGreaterThan(100);
    const bad = others.filter(
      ([, { resolved, integrity, link }]) => resolved ?? link ?? !/^sha512-/.test(integrity ?? ''),
    );
    expect(bad).toEqual([]);
  });
});

describe('the audit of dependencies', () => {
  it.each([
    ['npm’s own failure', '{"error":{"code":"ENOLOCK","summary":"A lockfile is needed.","detail":""}}'],
    ['no output', ''],
    ['JSON that is no report', '{"metadata":{}}'],
    ['text that is no JSON', 'Segmentation fault'],
  ])('does not treat %s as a pass', (_what, output) => {
    expect(auditVerdict(output)).toEqual({
      passes: false,
      line: expect.stringMatching(/^npm audit failed: /),
    });
  });
});
