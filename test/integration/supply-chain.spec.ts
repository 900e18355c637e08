import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from '@jest/globals';
import { auditVerdict } from '../../scripts/audit-verdict.mjs';
import { Registry } from '../support/registry.js';

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
  let registry: Registry | undefined;
  afterEach(async () => {
    await registry?.close();
    registry = undefined;
  });

  /** Runs it with a registry that knows these advisories. */
  async function audit(advisories: Record<string, object[]>, status?: number) {
    registry = await Registry.start(advisories, status);
    return auditAt(registry.url);
  }

  async function auditAt(url: string): Promise<{ exitCode: number | null; lines: string[] }> {
    const child = spawn(process.execPath, ['scripts/audit.mjs'], {
      env: { ...process.env, npm_config_registry: url },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [output] = await Promise.all([text(child.stdout), once(child, 'close')]);
    return { exitCode: child.exitCode, lines: output.split('\n').filter(Boolean) };
  }

  const advisory = {
    id: 1,
    url: 'https://example.com/advisory-1',
    title: 'Reads too much',
    severity: 'low',
    vulnerable_versions: '<=999',
    cwe: [],
    cvss: { score: 0, vectorString: null },
  };

  it('passes when no vulnerability is known', async () => {
    const answered = await audit({});
    expect(answered).toEqual({ exitCode: 0, lines: [expect.stringMatching(/^No known vulnerability/)] });
    expect(registry!.asked).toContain('undici');
  });

  it('fails for the least vulnerability of what is installed with the package, and names it', async () => {
    expect(await audit({ undici: [advisory] })).toEqual({
      exitCode: 1,
      lines: ['Known vulnerabilities: undici (low: Reads too much, https://example.com/advisory-1)'],
    });
  });

  it('does not fail for what only builds and tests it', async () => {
    expect(await audit({ jest: [{ ...advisory, severity: 'critical' }] })).toMatchObject({ exitCode: 0 });
  });

  it.each([404, 405, 500])(
    'says that nothing was audited if the registry responds with %i',
    async (status) => {
      const { exitCode, lines } = await audit({}, status);
      expect([exitCode, lines]).toEqual([0, [expect.stringMatching(`^NOT AUDITED: .*${status}`)]]);
    },
  );

  it('says that nothing was audited if there is no network', async () => {
    const { exitCode, lines } = await auditAt('http://127.0.0.1:1/');
    expect([exitCode, lines]).toEqual([0, [expect.stringMatching('^NOT AUDITED: .*ECONNREFUSED')]]);
  });

  it.each([
    ['npm’s own failure', '{"error":{"code":"ENOLOCK","summary":"A lockfile is needed.","detail":""}}'],
    ['no output', ''],
    ['what is no report', '{"metadata":{}}'],
    ['what is no JSON', 'Segmentation fault'],
  ])('takes %s for no pass', (_what, output) => {
    expect(auditVerdict(output)).toEqual({
      passes: false,
      line: expect.stringMatching(/^npm audit failed: /),
    });
  });
});
