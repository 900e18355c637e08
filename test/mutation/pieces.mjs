const STAGES =
  '{lane-claimer,lane-reader,lane-releaser,lane-renewals,lane-sweep,lane-upkeep,request-reader,scheduled-looks}';
/** With a second file of tests: `lane-claimer-times.spec.ts`. */
const STAGE_TESTS = STAGES.replace('lane-claimer', 'lane-claimer,lane-claimer-times');
const LANES = 'lib/delivery/lanes';
const LANE_TESTS = '<rootDir>/test/unit/delivery/lanes';

/**
 * The pieces of a mutation run: the code that is changed, and the tests that have to fail. Each piece has a report of its own. It runs only
 * the tests that belong to its code, because loading others takes longer than the tests.
 */
export const PIECES = {
  domain: {
    // The other files of the folder contain types and tables only.
    mutate: ['lib/domain/**/*.ts', '!lib/domain/{notification,delivery-status,stored-secrets,mask}.ts'],
    tests: ['<rootDir>/test/unit/domain/**/*.spec.ts'],
  },
  egress: {
    mutate: ['lib/egress/*-policy.ts', 'lib/egress/{allow-list,allowed-hosts,deny-list}.ts'],
    tests: ['<rootDir>/test/unit/egress/**/*.spec.ts'],
  },
  // What a lane knows and decides. The random schedules of `lane-model.spec.ts` find a mutant by chance, and take seconds per mutant.
  lanes: {
    mutate: [`${LANES}/**/*.ts`, `!${LANES}/${STAGES}.ts`],
    tests: [`${LANE_TESTS}/!(lane-model|${STAGE_TESTS.slice(1, -1).replaceAll(',', '|')}).spec.ts`],
  },
  // What calls the database for many lanes. The tests wait for results, so a mutant takes longer.
  stages: {
    mutate: [`${LANES}/${STAGES}.ts`],
    tests: [`${LANE_TESTS}/${STAGE_TESTS}.spec.ts`],
  },
};

/** The piece that this process runs: the environment variable `MUTATION_PIECE`. */
export const piece = () => PIECES[process.env.MUTATION_PIECE];
