// `npm start`: builds the package and the sample app if they are missing or out of date, and serves the sample app.
import { ensureBuilt } from './ensure-built.mjs';

const HELP = `Serves the sample POS back end, and a portal with example traffic. Builds it first when needed.

Usage: npm start                     (or: node scripts/start.mjs)

Environment variables, with their defaults in parentheses:

  PORT                             port to listen on; 0: the system chooses one (3000)
  DATABASE_URL                     sqlite:./data/pos.sqlite (default), sqlite:/absolute/file or postgres://…
  WEBHOOKS_WORKER                  true | false: fan out and deliver in this process (true)
  WEBHOOKS_CONTROLLERS             true | false: serve the POS and webhooks routes (true)
  WEBHOOKS_ALLOW_CIDRS             CIDR[:port],…  receivers that are allowed although their addresses are not public
                                   (127.0.0.0/8,::1/128)
  WEBHOOKS_ALLOW_HTTP              true | false: allow receivers with http: URLs (true)
  WEBHOOKS_DNS_SERVERS             ip[:port],…  DNS servers to use (those of the system)
  WEBHOOKS_RETRY_SCHEDULE_MS       ms,ms,…  waits after failed attempts, at most 50, each at most 7 days
                                   (5 s, 5 min, 30 min, 2 h, 5 h, …)
  WEBHOOKS_TIMEOUT_MS              deadline of one attempt, 100 to 30000 (10000)
  WEBHOOKS_LEASE_MS                how long a lane is held without renewal, from 2 x WEBHOOKS_TIMEOUT_MS + 2000 to 600000
                                   (30000, or the minimum if that is longer)
  WEBHOOKS_POLL_MS                 how often an idle process looks for work, 10 to 60000 (250)
  WEBHOOKS_CONCURRENCY             requests in flight in this process, 2 to 10000 (64)
  WEBHOOKS_TRANSPORT_CONCURRENCY   requests in flight to one transport, 1 to 256 (8)
  WEBHOOKS_CLIENT_ERRORS           retry | fail: what to do after a 4xx response (retry)
  WEBHOOKS_ENCRYPTION_KEYS         id:base64,…  32 bytes each; the first encrypts stored secrets (none: plain text)
  WEBHOOKS_ENVIRONMENT             environment of this process, such as production (none)
  EXAMPLE_TRAFFIC                  true | false: make HTTP transports, receivers and traffic for the tenant demo, if it
                                   has no data (true without DATABASE_URL; false with it; never with NODE_ENV=production)
  PAYMENT_WEBHOOK_SECRETS          whsec_…,…  signing secrets for POST /v2/payments/stripe (none: the route accepts nothing)

Portal:   open the printed link, which works once; for another one: node scripts/portal-link.mjs
Sign in:  POST /v2/account with "Authorization: Bearer demo-device" and {"userCode":"admin","password":"admin"}
Routes:   /docs once it runs, and sample-app/README.md
`;

if (process.argv.slice(2).some((argument) => ['--help', '-h'].includes(argument))) {
  process.stdout.write(HELP);
} else {
  try {
    ensureBuilt();
  } catch {
    console.error('The build failed; see above.');
    process.exit(1);
  }
  await import('../dist-sample/main.js');
}
