// The certificate of the receivers that are behind TLS: for a loopback address, self-signed.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const file = (name) => fileURLToPath(new URL(`../test/support/tls/receiver.${name}.pem`, import.meta.url));

export const TLS = {
  /** The address that the certificate is valid for. */
  host: '127.0.1.1',
  /** What a server takes. */
  server: () => ({ cert: readFileSync(file('cert')), key: readFileSync(file('key')) }),
  /** The environment in which a process trusts it. */
  environment: { NODE_EXTRA_CA_CERTS: file('cert') },
};
