import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Registry } from '../support/registry.js';

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
    const listed = await audit({});
    expect(listed).toEqual({ exitCode: 0, lines: [expect.stringMatching(/^No known vulnerability/)] });
    expect(registry!.asked).toContain('undici');
  });

  it('fails for a vulnerability in a package that is installed with this one, even of low severity, and names it', async () => {
    expect(await audit({ undici: [advisory] })).toEqual({
      exitCode: 1,
      lines: ['Known vulnerabilities: undici (low: Reads too much, https://example.com/advisory-1)'],
    });
  });

  it('does not fail for a vulnerability in a package that only builds or tests this one', async () => {
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
});
