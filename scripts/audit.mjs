// npm run audit: fails if a package that is installed with this one has a known vulnerability.
import { spawnSync } from 'node:child_process';
import { auditVerdict } from './audit-verdict.mjs';

// One try of at most 20 s: a check cannot wait longer for a registry that does not respond.
const ARGUMENTS = ['audit', '--omit=dev', '--json', '--fetch-retries=0', '--fetch-timeout=20000'];

const { stdout, error } = spawnSync('npm', ARGUMENTS, {
  encoding: 'utf8',
  shell: process.platform === 'win32',
});
if (error) throw error;
const { passes, line } = auditVerdict(stdout);
console.log(line);
process.exitCode = passes ? 0 : 1;
