import type { EgressError } from '../../../lib/errors/egress.errors.js';
import { DnsServer } from '../../support/dns-server.js';
import { egressClient, post } from '../../support/egress.js';
import { TlsReceiver } from '../../support/tls-receiver.js';

// A process of its own, since Node reads NODE_EXTRA_CA_CERTS at its start. Prints the status or the code of one request.
const dns = await DnsServer.start();
dns.answer(TlsReceiver.hostname, ['127.0.1.1']);
const receiver = await TlsReceiver.start();
const client = egressClient({ dnsServers: [dns.address], allowHttp: false });
const url = `https://${TlsReceiver.hostname}:${receiver.port}/hook`;
const outcome = await post(client, url).then(
  ({ statusCode }) => statusCode,
  (error: EgressError) => error.code,
);
console.log(outcome);
await client.close();
await receiver.close();
await dns.close();
