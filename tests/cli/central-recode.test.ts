import { describe, expect, it } from 'vitest';
import { runCli } from '../fakes/run-cli.ts';
import { streamingFacility } from '../fakes/streaming-facility.ts';

/** What is refused before the warehouse is asked; the rest runs on a real one (tests/real/changed-code.test.ts). */
const recode = (...argv: string[]) => runCli(streamingFacility(), 'central', 'recode', ...argv);
const words = (text: string) => text.replace(/\s+/g, ' ');

describe('central recode', () => {
  it('teaches by --help', async () => {
    const { exit, stdout } = await recode('--help');
    expect([exit, stdout.includes('Examples:\n  $ ')]).toEqual([0, true]);
    expect(stdout.split('\n').filter((line) => line.length > 115)).toEqual([]);
  });

  it.each<[string[], string]>([
    [['A', 'A'], 'Two codes are needed that differ.'],
    [['A'], "argument 'new'"],
    [['A', 'B', '--accept-risk', 'all'], 'There is no risk called all here.'],
    [['A', 'B', '--dir', '/nowhere'], 'no .env in /nowhere'],
  ])('%j: %s', async (argv, message) => {
    const { exit, stderr } = await recode(...argv);
    expect([exit, words(stderr)]).toEqual([2, expect.stringContaining(message)]);
  });
});
