import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';

const CERTIFICATE = 'test/support/tls/receiver.cert.pem';

/** The status of a delivery to a receiver with a private certificate, or its error code, in a process with these variables. */
async function outcomeWith(variables: Record<string, string>): Promise<string> {
  const file = 'test/integration/egress/extra-authority-process.ts';
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', './test/support/typescript-hooks.mjs', file],
    { env: { ...process.env, NODE_OPTIONS: '', NODE_NO_WARNINGS: '1', ...variables } },
  );
  return stdout.trim();
}

describe('a certificate of the operator’s own authority', () => {
  it('is accepted if NODE_EXTRA_CA_CERTS names the authority', async () => {
    expect(await outcomeWith({ NODE_EXTRA_CA_CERTS: CERTIFICATE })).toBe('204');
  });

  it('is refused otherwise, also with NODE_TLS_REJECT_UNAUTHORIZED=0', async () => {
    const variables = { NODE_EXTRA_CA_CERTS: '', NODE_TLS_REJECT_UNAUTHORIZED: '0' };
    expect(await outcomeWith(variables)).toBe('TLS_FAILED');
  });
});
