import { describe, expect, it } from 'vitest';
import type { FacilityCheck } from '../../src/checks/context.ts';
import { pass } from '../../src/checks/verdicts.ts';
import { thisSite } from '../../src/commands/shared/site.ts';
import { createOutput } from '../../src/ui/terminal-output.ts';
import { surroundings } from '../fakes/run-cli.ts';
import { settingsOfFake, streamingFacility } from '../fakes/streaming-facility.ts';

const order: string[] = [];

function check(id: string, more: Partial<FacilityCheck> = {}): FacilityCheck {
  return {
    id,
    title: `Title of ${id}`,
    area: 'kafka',
    when: ['daily'],
    needs: [],
    timeoutMs: 1000,
    probe: async () => {
      order.push(`ran ${id}`);
      return true;
    },
    judge: () => pass('fine'),
    ...more,
  };
}

const CHECKS = [
  check('plain'),
  check('leaves', { touches: 'writes one record to cdc.A.heartbeat' }),
  check('canary', { deep: true, touches: 'makes a topic and removes it again' }),
];

async function look(deep: boolean, only: string[] = []): Promise<string[]> {
  order.length = 0;
  const out = createOutput({
    format: 'text',
    verbose: false,
    color: false,
    unicode: true,
    width: 80,
    stdout: () => {},
    stderr: { live: false, write: (text) => order.push(text.trim()) },
  });
  const context = {
    ...surroundings(streamingFacility()),
    ...{
      out,
      signal: new AbortController().signal,
      version: '0.1.0',
      packageRoot: process.cwd(),
      interactive: false,
    },
  };
  await thisSite(CHECKS, await settingsOfFake(), deep, context).look(only, true);
  return order;
}

describe('what checks leave behind', () => {
  it('is named before any of them runs', async () => {
    expect(await look(true)).toEqual([
      'Title of leaves: writes one record to cdc.A.heartbeat',
      'Title of canary: makes a topic and removes it again',
      'ran plain',
      'ran leaves',
      'ran canary',
      '✔ Checks: done, 3 done',
    ]);
  });

  it('is named only of those that run: without --deep no deep one', async () => {
    expect(await look(false)).toEqual([
      'Title of leaves: writes one record to cdc.A.heartbeat',
      'ran plain',
      'ran leaves',
      '✔ Checks: done, 2 done',
    ]);
    expect(await look(false, ['plain'])).toEqual(['ran plain', '✔ Checks: done, 1 done']);
  });
});
