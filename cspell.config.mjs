/** Spelling, and words that the glossary (docs/design/README.md#glossary) replaces by others. */

const PRODUCTS = `adyen giftcards Kysely Mikro nftables packument pgbouncer plpgsql redocly Roastery Schemathesis standardwebhooks Svix promtool reqps
tillhook uwsgi veth packument fastcgi scgi libsql harfile`;

const POSTGRES = `autovacuum bitmapscan conname connamespace conrelid constraintdef ctid datname functiondef indexdef julianday locktype nextval
nspname pkey postgre pronamespace pwfile randomblob regclass regnamespace relkind relname relnamespace reloptions reltoastrelid savepoints
schemaname seqscan sequencename setval sslmode strpos subsec tgisinternal tgrelid triggerdef typname typnamespace typtype unixepoch virtualtransaction xact`;

const CODES = `ASCTIME CANTOPEN CGNAT ECONN ENOLOCK ERESOLVE FIXDATE HMACSHA IOERR nxdomain PRIMARYKEY SIIT TOOBIG idna`;

const ROUTES = `failingtransports handlingstate httptransport httptransports operatorportal portallinks rotatesecret webhookactions webhookaudit webhookevents webhookoperations webhookrecoveries webhookstatistics`;

const OWN = `WCAG appendonly bavail cloudevents LEAKABLE netns noerror numgen paramtypes poolers pretenures reencrypted requeue requeued statfs unfanned tracestate unpark unparked
unparks unparseable usefactory uuidv venv wakeable getallheaders hashlib hvcn isdecimal removeprefix kubeadm kubelet localdomain nosniff SAMEORIGIN`;

/** In tests: other languages, random texts, and spelling errors on purpose. */
const TESTS = `abcdefghjkmnpqrstvwxyz Afxdpx anyio bcher bücher certifi cret ctype databse eason enviroment Ferp fother geheim
Grüße hjkmnp ijklmnopqrstuv ILPZ iniconfig jkmnpqrstvwxyz Käse Küche maanger mdurl netdoc nevt nobodys Nordmann occured paht pluggy preg
pässword Pygments pyrate pytest Qhnk quotasx REDEMED reportng SETLED shema sortedcontainers sqll tlhbr tlhv transacton trasaction versoin
Werkzeug whpk whsec Endepunkter Oversikt Leveringer Hendelser Aktivitet Kunder Køer Nødstopp Revisjonslogg Stopp alle leveringer Skriv stopp gjenoppta Gjenoppta Leveringene ikke stoppet bekrefte butikk getenv networkidle dejavu Fsession cpackage pipefail ensurepip nodedir mktemp`;

const wordsOf = (...lists) => lists.flatMap((list) => list.split(/\s+/));

export default {
  version: '0.2',
  language: 'en-GB,en-US',
  files: ['**/*.{md,ts,mjs,py}', '.ci/run'],
  ignorePaths: [
    'node_modules',
    'dist',
    'dist-sample',
    'coverage',
    'bench/results',
    'test/api/.venv',
    'test/support/tls',
    'cspell.config.mjs',
  ],
  dictionaries: ['typescript', 'node', 'npm', 'softwareTerms', 'sql'],
  words: wordsOf(PRODUCTS, POSTGRES, CODES, ROUTES, OWN, TESTS),
  // "encrypt", "re-encrypt", "quarantine mode".
  flagWords: [
    'seal',
    'seals',
    'sealed',
    'reseal',
    'reseals',
    'resealed',
    'unseal',
    'condemn',
    'condemns',
    'condemned',
    'obeys',
  ],
};
