import { basename } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The ground first, since nothing stands without it; the demo, which takes longest and uses everything, last. */
const FIRST = 'sandbox.test.ts';
const LAST = 'demo.test.ts';

/**
 * Facilities of their own, with their own hospital, names and ports, that wait most of the time: several at a time. The longest
 * first, and those with a sink, of which there is one at a time, far apart.
 */
const FACILITIES = [
  'playbooks',
  'recover-history',
  'doctor-fix',
  'recover-stopped',
  'snapshot',
  'silent-identity',
  'init-killed',
  'upgrade',
  'init',
  'moves',
  'recover-gap',
  'messages-provoked',
  'handover-missed',
  'silent-capture',
  'values',
  'offline',
  'ghosts',
  'doctor-status',
  'standin-debezium',
  'wizard',
  'stop',
  'image',
  'changed-code',
  'rotate',
  'logs',
  'sql-command',
  'tables-debezium',
  'metrics',
  'own-schema',
  'bundle',
  'image-registry',
  'kafka-facility-id',
].map((name) => `tests/real/${name}.test.ts`);

class InOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const name = basename(moduleId);
      if (name === FIRST) return -1;
      if (name === LAST) return FACILITIES.length + 1;
      const at = FACILITIES.findIndex((file) => basename(file) === name);
      return at === -1 ? FACILITIES.length : at;
    };
    return files.sort((a, b) => rank(a) - rank(b) || a.moduleId.localeCompare(b.moduleId));
  }
}

/** Of every project on real parts. */
const REAL = { globalSetup: ['tests/real/setup.ts'], testTimeout: 300_000, hookTimeout: 600_000 };

export default defineConfig({
  test: {
    sequence: { sequencer: InOrder },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['tests/unit/**/*.test.ts', 'tests/cli/**/*.test.ts', 'tests/*.test.ts'],
          testTimeout: 20_000,
          // By default one core of two would stand idle.
          maxWorkers: '100%',
        },
      },
      { test: { ...REAL, name: 'facilities', include: FACILITIES, maxWorkers: 4 } },
      {
        test: {
          ...REAL,
          // Real parts share one Docker daemon and two cores: one file at a time.
          name: 'real',
          include: ['tests/real/**/*.test.ts'],
          exclude: FACILITIES,
          fileParallelism: false,
        },
      },
    ],
  },
});
