import Sequencer from '@jest/test-sequencer';

/** Runs test files in the order in which they are given: `scripts/test-groups.mjs` has put those that take long first. */
export default class ListedOrder extends Sequencer {
  sort(tests) {
    return tests;
  }
}
