import { describe, expect, it } from 'vitest';
import { judgeAgain } from '../../../src/checks/judge-again.ts';
import { FACILITY_CHECKS } from '../../../src/checks/registry.ts';
import type { Check, CheckResult, Facts, Outcome } from '../../../src/checks/types.ts';
import { fail, pass, skip } from '../../../src/checks/verdicts.ts';
import type { World } from '../../fakes/check-ports.ts';
import { DIR, runCli } from '../../fakes/run-cli.ts';
import { settingsOfFake, streamingFacility } from '../../fakes/streaming-facility.ts';

/** Worlds that bring out other verdicts of as many checks as can be. */
const WORLDS: Record<string, (world: World) => void> = {
  'all is well': () => {},
  'no Docker, no Connect': (world) => {
    world.docker = undefined;
    world.connect.health = 'unreachable';
  },
  'Kafka is black-holed, SQL Server refuses': (world) => {
    world.broken['kafka-1.example.org:9093'] = { kind: 'timeout', code: 'ETIMEDOUT', message: '' };
    world.sql.login = {
      kind: 'sql',
      number: 18456,
      numbers: [18456],
      message: "Login failed for user 'cdc_reader'.",
    };
  },
  'Kafka refuses the login, the task failed with a row in its trace': (world) => {
    world.kafka.login = 'refused';
    world.connect.states = {
      connector: 'RUNNING',
      task: 'FAILED',
      trace: 'org.x.DataException: cannot take Struct{FullName=Nakato}\nNakato two\n\tat org.x.Y.z(Y.java:1)',
    };
  },
  'nobody may look': (world) => {
    const message = "The SELECT permission was denied on the object 'x'.";
    world.sql.rows = () => ({ kind: 'sql', number: 229, numbers: [229], message });
    world.kafka.heartbeat = null;
  },
  'old certificate, a stranger in the group, another configuration': (world) => {
    world.certificate = { ...world.certificate, validTo: '2026-01-02T00:00:00.000Z' };
    world.kafka.members.push({ clientId: 'cdc.other', clientHost: '/10.9.9.9', memberId: 'n' });
    world.connect.config['tasks.max'] = '2';
    world.connect.offset = null;
  },
};

async function resultsIn(change: (world: World) => void): Promise<CheckResult[]> {
  const world = streamingFacility();
  change(world);
  // JSON all the way: what comes out is what a bundle would hold.
  return JSON.parse((await runCli(world, 'doctor', '--deep', '--json', '--dir', DIR)).stdout).checks;
}

describe('judging facts again', () => {
  it.each(Object.entries(WORLDS))('gives the same verdicts: %s', async (_, change) => {
    const results = await resultsIn(change);
    const judged = judgeAgain(results, FACILITY_CHECKS, await settingsOfFake());
    expect(judged.filter(({ atSite }) => atSite !== undefined)).toEqual([]);
    expect(judged.map(({ result }) => result)).toEqual(results);
  });

  it('exercises every check of the registry with facts, and every outcome', async () => {
    const all = (await Promise.all(Object.values(WORLDS).map(resultsIn))).flat();
    const withFacts = new Set(all.filter(({ facts }) => facts !== null).map(({ id }) => id));
    // The port belongs to the time before the container is there.
    const daily = FACILITY_CHECKS.filter(({ when }) => when.includes('daily')).map(({ id }) => id);
    expect(daily.filter((id) => !withFacts.has(id))).toEqual([]);
    const outcomes: Outcome[] = ['fail', 'pass', 'skip', 'unknown', 'warn'];
    expect([...new Set(all.map(({ verdict }) => verdict.outcome))].sort()).toEqual(outcomes);
    expect(JSON.stringify(all)).not.toContain('Nakato');
  });
});

describe('a verdict', () => {
  const check = (judge: (facts: Facts) => ReturnType<typeof pass>): Check<never, Facts, null> => ({
    id: 'a',
    title: 'A',
    area: 'host',
    when: ['daily'],
    needs: [],
    timeoutMs: 1,
    probe: () => Promise.reject(new Error('a bundle was probed')),
    judge,
  });
  const result = (facts: Facts, verdict = pass('well')): CheckResult => ({
    id: 'a',
    title: 'A',
    area: 'host',
    verdict,
    facts,
    ms: 1,
  });

  it('of this version counts, and that of the site is told', () => {
    const stricter = check(() => fail('a-bad', 'bad'));
    expect(judgeAgain([result({ n: 1 })], [stricter], null)).toEqual([
      { result: result({ n: 1 }, fail('a-bad', 'bad')), atSite: pass('well') },
    ]);
  });

  it.each([
    [
      'there are no facts',
      result(null, skip('a-skipped', 'Not checked.')),
      [check(() => fail('a-bad', 'bad'))],
    ],
    ['this version has no such check', result(true), []],
    [
      'this version cannot read the facts',
      result(true),
      [
        check(() => {
          throw new TypeError('no map');
        }),
      ],
    ],
  ])('stays where %s', (_, stored, checks) => {
    expect(judgeAgain([stored], checks, null)).toEqual([{ result: stored }]);
  });
});
