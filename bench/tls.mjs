// The self-signed certificate, for a loopback address, of the receivers with TLS.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const file = (name) => fileURLToPath(new URL(`../test/support/tls/receiver.${name}.pem`, import.meta.url));

export const TLS = {
  /** The address that the certificate is valid for. */
  host: '127.0.1.1',
  /** Options of a TLS server with the certificate. */
  server: () => ({ cert: readFileSync(file('cert')), key: readFileSync(file('key')) }),
  /** Environment variables with which a process trusts the certificate. */
  environment: { NODE_EXTRA_CA_CERTS: file('cert') },
};
