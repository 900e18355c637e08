// npm run audit: fails when something that is installed with the package has a known vulnerability.
import { spawnSync } from 'node:child_process';
import { auditVerdict } from './audit-verdict.mjs';

// One try within 20 s: what is away stays away for as long as a check may wait.
const ARGUMENTS = ['audit', '--omit=dev', '--json', '--fetch-retries=0', '--fetch-timeout=20000'];

const { stdout, error } = spawnSync('npm', ARGUMENTS, {
  encoding: 'utf8',
  shell: process.platform === 'win32',
});
if (error) throw error;
const { passes, line } = auditVerdict(stdout);
console.log(line);
process.exitCode = passes ? 0 : 1;
