import { spawnSync } from 'node:child_process';

const BRIDGE = 'tlhbr0';
const NETWORK = '10.213.7';
/** This machine's address on the bridge. */
export const BRIDGE_ADDRESS = `${NETWORK}.1`;
export const BRIDGE_CIDR = `${NETWORK}.0/24`;

function run(command: string): void {
  const [file, ...args] = command.split(' ');
  const { status, stderr } = spawnSync(file!, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command}: ${stderr.trim()}`);
}

/** A network namespace that reaches this machine over a bridge. For the network, it is a host of its own. */
export class NetworkHost {
  private constructor(readonly namespace: string) {}

  static add(number: number): NetworkHost {
    const namespace = `tlh-host${number}`;
    const [outside, inside] = [`tlhv${number}o`, `tlhv${number}i`];
    run(`ip netns add ${namespace}`);
    run(`ip link add ${outside} type veth peer name ${inside}`);
    run(`ip link set ${inside} netns ${namespace}`);
    run(`ip link set ${outside} master ${BRIDGE} up`);
    const host = new NetworkHost(namespace);
    host.#run(`ip addr add ${NETWORK}.${10 + number}/24 dev ${inside}`);
    host.#run(`ip link set ${inside} up`);
    host.#run('ip link set lo up');
    host.#run('nft add table inet loss');
    for (const hook of ['input', 'output']) {
      host.#run(`nft add chain inet loss ${hook} { type filter hook ${hook} priority 0 ; policy accept ; }`);
    }
    return host;
  }

  /** Drops a percentage of the packets, in each direction. */
  lose(percent: number): void {
    for (const chain of ['input', 'output']) {
      this.#run(`nft add rule inet loss ${chain} numgen random mod 100 < ${percent} drop`);
    }
  }

  /** Drops every packet in both directions, without an error on either side. */
  partition(): void {
    for (const chain of ['input', 'output']) this.#run(`nft add rule inet loss ${chain} drop`);
  }

  /** Everything comes through again. */
  heal(): void {
    for (const chain of ['input', 'output']) this.#run(`nft flush chain inet loss ${chain}`);
  }

  remove(): void {
    run(`ip netns del ${this.namespace}`);
  }

  #run(command: string): void {
    run(`ip netns exec ${this.namespace} ${command}`);
  }
}

/** A bridge with some hosts on it. */
export class Network {
  private constructor(readonly hosts: readonly NetworkHost[]) {}

  static open(count: number): Network {
    run(`ip link add ${BRIDGE} type bridge`);
    run(`ip addr add ${BRIDGE_ADDRESS}/24 dev ${BRIDGE}`);
    run(`ip link set ${BRIDGE} up`);
    return new Network(Array.from({ length: count }, (_, index) => NetworkHost.add(index + 1)));
  }

  close(): void {
    for (const host of this.hosts) host.remove();
    run(`ip link del ${BRIDGE}`);
  }
}
