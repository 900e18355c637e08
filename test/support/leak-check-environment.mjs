import { TestEnvironment } from 'jest-environment-node';
import { TimeLog } from './time-log.mjs';

/** How long closed resources may still exist on a busy machine, in ms: sockets end and processes exit a little after they are closed. */
const GRACE_MS = 8_000;

/** Resources that keep a process alive if a test forgets to close them. File and DNS requests are not among them, because they end by themselves. */
const LEAKABLE = [
  'Timeout',
  'Immediate',
  'TCPSocketWrap',
  'TCPServerWrap',
  'PipeWrap',
  'ProcessWrap',
  'MessagePort',
  'Worker',
];

function openResources() {
  const counts = new Map();
  for (const kind of process.getActiveResourcesInfo()) {
    if (LEAKABLE.includes(kind)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

/**
 * Node's test environment, failing each test file that leaves a timer, socket, server, process or worker behind.
 * It checks this after the last `afterAll` hook, so that a file may open what it likes as long as it closes it.
 */
export default class LeakCheckEnvironment extends TestEnvironment {
  #before;
  #hasFailedTest = false;
  #times;

  constructor(config, context) {
    super(config, context);
    this.#times = new TimeLog(context.testPath);
  }

  async handleTestEvent(event) {
    this.#recordTime(event);
    if (event.name === 'run_start') this.#before = openResources();
    if (event.name === 'test_done') this.#hasFailedTest ||= event.test.errors.length > 0;
    // A failed test seldom cleans up, and an error thrown here would replace the report of that test.
    if (event.name === 'run_finish' && !this.#hasFailedTest) await this.#failIfLeaked();
  }

  #recordTime({ name, describeBlock }) {
    if (name === 'run_start') this.#times.record('(loading)');
    // The root block contains the suites of all spec files of the group.
    const isOutermost = describeBlock?.parent?.parent === undefined && describeBlock?.parent !== undefined;
    if (name === 'run_describe_finish' && isOutermost) this.#times.record(describeBlock.name);
  }

  async #failIfLeaked() {
    const deadline = Date.now() + GRACE_MS;
    let leaks = this.#leaks();
    while (leaks.length > 0) {
      if (Date.now() > deadline) throw new Error(`Left open after the last test: ${leaks.join(', ')}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
      leaks = this.#leaks();
    }
  }

  #leaks() {
    return [...openResources()]
      .map(([kind, count]) => ({ kind, more: count - (this.#before.get(kind) ?? 0) }))
      .filter(({ more }) => more > 0)
      .map(({ kind, more }) => `${more} ${kind}`);
  }
}
