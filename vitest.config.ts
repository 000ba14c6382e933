import { basename } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The ground first, since nothing stands without it; the demo, which takes longest and uses everything, last. */
const FIRST = 'sandbox.test.ts';
const LAST = 'demo.test.ts';

class GroundFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const name = basename(moduleId);
      return name === FIRST ? 0 : name === LAST ? 2 : 1;
    };
    return files.sort((a, b) => rank(a) - rank(b) || a.moduleId.localeCompare(b.moduleId));
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: GroundFirst },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['tests/unit/**/*.test.ts', 'tests/cli/**/*.test.ts', 'tests/*.test.ts'],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          // Real parts share one Docker daemon and two cores: one file at a time.
          name: 'real',
          include: ['tests/real/**/*.test.ts'],
          globalSetup: ['tests/real/setup.ts'],
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
