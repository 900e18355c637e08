/**
 * What `npm audit --json` came to. A registry that cannot be asked (no network, or a mirror that has no advisories) must
 * not keep a change from landing; it must be seen, though, that nobody has looked.
 *
 * @param {string} output what npm printed
 * @returns {{ passes: boolean, line: string }}
 */
export function auditVerdict(output) {
  const report = parsed(output);
  const total = report?.metadata?.vulnerabilities?.total;
  if (total === 0)
    return { passes: true, line: 'No known vulnerability in what is installed with the package.' };
  if (total > 0) return { passes: false, line: `Known vulnerabilities: ${listed(report.vulnerabilities)}` };
  // npm gives its own failures a code, those of the registry and of the network a message alone.
  if (report?.error && !report.error.code && report.message)
    return { passes: true, line: `NOT AUDITED: the registry cannot be asked (${report.message}).` };
  return { passes: false, line: `npm audit failed: ${report?.error?.summary ?? output.slice(0, 500)}` };
}

function parsed(output) {
  try {
    return JSON.parse(output);
  } catch {
    return undefined;
  }
}

/** `undici (high: Title, https://…; moderate: …)`. A cause that is a string names another package of the list. */
function listed(vulnerabilities = {}) {
  return Object.values(vulnerabilities)
    .map(({ name, severity, via = [] }) => {
      const advisories = via.filter((cause) => typeof cause === 'object');
      const causes = advisories.map((cause) => `${cause.severity}: ${cause.title}, ${cause.url}`);
      return `${name} (${causes.join('; ') || severity})`;
    })
    .join(' · ');
}
