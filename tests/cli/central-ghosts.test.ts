import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from '../fakes/run-cli.ts';
import { streamingFacility } from '../fakes/streaming-facility.ts';

/** What is refused before the warehouse is asked; the rest runs on a real one (tests/real/ghosts*.test.ts). */
const ghosts = (...argv: string[]) => runCli(streamingFacility(), 'central', 'ghosts', ...argv);
const words = (text: string) => text.replace(/\s+/g, ' ');

const ENV = `WAREHOUSE_HOST=pg.example.org
WAREHOUSE_DB=warehouse
WAREHOUSE_USER=cdc_sink
WAREHOUSE_PASS=secret
KAFKA_BOOTSTRAP_SERVERS=kafka-1.example.org:9093
KAFKA_USER=sink
KAFKA_PASS=secret
`;
let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'central-'));
  await writeFile(join(dir, '.env'), ENV);
});
afterEach(() => rm(dir, { recursive: true, force: true }));

describe('central ghosts', () => {
  it.each([[[]], [['mark']], [['show']], [['remove']], [['restore']]])(
    '%j --help has examples and fits',
    async (verb) => {
      const { exit, stdout } = await ghosts(...verb, '--help');
      expect(exit).toBe(0);
      expect(stdout).toContain('Examples:\n  $ ');
      const wide = stdout.split('\n').filter((line) => line.length > 115);
      expect(wide).toEqual([]);
      expect(stdout.split('\n').filter((line) => line.startsWith('  -') && line.length > 80)).toEqual([]);
    },
  );

  it('says that no central site is set up', async () => {
    const { exit, stderr } = await ghosts('--dir', '/nowhere');
    expect([exit, words(stderr)]).toEqual([2, expect.stringContaining('no .env in /nowhere')]);
  });

  it.each<[string[], string]>([
    [['mark'], '--facility is missing.'],
    [['mark', '--facility', 'A'], '--tables is missing.'],
    [['show'], '--facility is missing.'],
    [['remove', '--facility', 'A'], '--table is missing.'],
    [
      ['remove', '--facility', 'A', '--table', 'Visits', '--accept-risk', 'all'],
      'There is no risk called all here.',
    ],
    [['restore'], '--mark is missing.'],
    [['restore', '--mark', 'one'], 'one is no number of a mark.'],
  ])('%j: %s', async (argv, message) => {
    const { exit, stderr } = await ghosts(...argv, '--dir', dir);
    expect([exit, words(stderr)]).toEqual([2, expect.stringContaining(message)]);
  });

  it('reads the folder that is named in front of the subcommand, too', async () => {
    const { exit, stderr } = await ghosts('--dir', '/nowhere', 'restore', '--mark', '1');
    expect([exit, words(stderr)]).toEqual([2, expect.stringContaining('no .env in /nowhere')]);
  });
});
