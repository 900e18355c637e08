// npm run test:network: runs the tests that make networks of their own. It needs root and installs nothing.
import { spawnSync } from 'node:child_process';

const PROGRAMS = { ip: 'iproute2', nft: 'nftables' };
const NAMESPACE = 'tlh-probe';

function missing() {
  if (process.getuid?.() !== 0) return 'only root may create network namespaces. Run it as root.';
  for (const [program, debianPackage] of Object.entries(PROGRAMS)) {
    if (spawnSync(program, ['-V']).error)
      return `the program "${program}" is not on the PATH. On Debian: apt-get install ${debianPackage}.`;
  }
  const { status, stderr } = spawnSync('ip', ['netns', 'add', NAMESPACE], { encoding: 'utf8' });
  if (status !== 0) return `this machine cannot create a network namespace: ${stderr.trim()}`;
  spawnSync('ip', ['netns', 'del', NAMESPACE]);
  return undefined;
}

const reason = missing();
if (reason) {
  console.error(`The tests did not run: ${reason}`);
  process.exit(1);
}
const command = ['scripts/test.mjs', '--runInBand', '--testMatch', '**/test/network/*.network-spec.ts'];
const { status } = spawnSync(process.execPath, [...command, ...process.argv.slice(2)], { stdio: 'inherit' });
process.exit(status ?? 1);
