// Prints a one-time link that opens the portal of the running sample app.

const HELP = `Signs in to the sample app as the admin of the tenant "demo", and creates a link that opens the portal of this tenant.

Usage: node scripts/portal-link.mjs [url] [--read-only]

  url           where the sample app listens (default: http://127.0.0.1:3000)
  --read-only   the portal shows everything and changes nothing

The link works once, within a day. The session that it opens ends a day after the link was created.
`;
const DAY_MINUTES = 1440;

/** @throws {Error} if the response is not 2xx */
async function post(url, token, body) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${url} responded with ${response.status}: ${await response.text()}`);
  return response.json();
}

const given = process.argv.slice(2);
if (given.some((argument) => ['--help', '-h'].includes(argument))) {
  process.stdout.write(HELP);
} else {
  const base = given.find((argument) => !argument.startsWith('-')) ?? 'http://127.0.0.1:3000';
  try {
    const account = { userCode: 'admin', password: 'admin' };
    const { accessToken } = await post(new URL('/v2/account', base), 'demo-device', account);
    const links = new URL('/v2/tenants/demo/portallinks', base);
    const { url } = await post(links, accessToken, {
      expiresInMinutes: DAY_MINUTES,
      readOnly: given.includes('--read-only'),
    });
    // The URL in the response is relative to the URL of the request.
    console.log(new URL(url, links).href);
  } catch (error) {
    console.error(
      `No link was created. Is the sample app running at ${base}? ${error.cause ?? error.message}`,
    );
    process.exitCode = 1;
  }
}
