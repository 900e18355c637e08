const STAGES = [
  'lane-claimer',
  'lane-reader',
  'lane-releaser',
  'lane-renewals',
  'lane-sweep',
  'lane-upkeep',
  'request-reader',
  'scheduled-looks',
];
/** Names of test files. */
const STAGE_TESTS = [...STAGES, 'lane-claimer-times'];
const LANES = 'lib/delivery/lanes';
const LANE_TESTS = 'test/unit/delivery/lanes';

/**
 * The pieces of a mutation run: the code that is changed, and the tests that have to fail (`isTest` chooses from a folder by name). Each piece has a
 * report of its own. It runs only the tests that belong to its code, because loading others takes longer than the tests.
 */
export const PIECES = {
  domain: {
    // The other files of the folder contain types and tables only.
    mutate: ['lib/domain/**/*.ts', '!lib/domain/{notification,delivery-status,stored-secrets,mask}.ts'],
    folder: 'test/unit/domain',
    isTest: () => true,
  },
  egress: {
    mutate: ['lib/egress/*-policy.ts', 'lib/egress/{allow-list,allowed-hosts,deny-list}.ts'],
    folder: 'test/unit/egress',
    isTest: (name) => !['kept-response', 'lookup-gate', 'under-way'].includes(name),
  },
  // What a lane knows and decides. The random schedules of `lane-model.spec.ts` find a mutant by chance, and take seconds per mutant.
  lanes: {
    mutate: [`${LANES}/**/*.ts`, `!${LANES}/{${STAGES.join()}}.ts`],
    folder: LANE_TESTS,
    isTest: (name) => name !== 'lane-model' && !STAGE_TESTS.includes(name),
  },
  // What calls the database for many lanes. The tests wait for results, so a mutant takes longer.
  stages: {
    mutate: [`${LANES}/{${STAGES.join()}}.ts`],
    folder: LANE_TESTS,
    isTest: (name) => STAGE_TESTS.includes(name),
  },
};

/** The piece that this process runs: the environment variable `MUTATION_PIECE`. */
export const piece = () => PIECES[process.env.MUTATION_PIECE];
