/**
 * Derives the verdict from the output of `npm audit --json`. If the registry cannot be queried (no network, or a mirror that has
 * no advisories), the check passes, so that changes can be merged, and the line says that nothing was audited.
 *
 * @param {string} output the output of npm
 * @returns {{ passes: boolean, line: string }}
 */
export function auditVerdict(output) {
  const report = parsed(output);
  const total = report?.metadata?.vulnerabilities?.total;
  if (total === 0)
    return { passes: true, line: 'No known vulnerability in what is installed with the package.' };
  if (total > 0) return { passes: false, line: `Known vulnerabilities: ${listed(report.vulnerabilities)}` };
  // Failures of npm itself have a code. Failures of the registry and of the network have only a message.
  if (report?.error && !report.error.code && report.message)
    return { passes: true, line: `NOT AUDITED: the registry cannot be queried (${report.message}).` };
  return { passes: false, line: `npm audit failed: ${report?.error?.summary ?? output.slice(0, 500)}` };
}

function parsed(output) {
  try {
    return JSON.parse(output);
  } catch {
    return undefined;
  }
}

/** Formats packages as `undici (high: Title, https://…; moderate: …)`. A cause that is a string names another package of the list. */
function listed(vulnerabilities = {}) {
  return Object.values(vulnerabilities)
    .map(({ name, severity, via = [] }) => {
      const advisories = via.filter((cause) => typeof cause === 'object');
      const causes = advisories.map((cause) => `${cause.severity}: ${cause.title}, ${cause.url}`);
      return `${name} (${causes.join('; ') || severity})`;
    })
    .join(' · ');
}
