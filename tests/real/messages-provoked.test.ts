import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readTopic } from '../../sandbox/src/kafka/topics.ts';
import { findDocker } from '../../src/adapters/docker.ts';
import type { CheckContext } from '../../src/checks/context.ts';
import { streamValues } from '../../src/checks/pipeline/stream-values.ts';
import type { Verdict } from '../../src/checks/types.ts';
import { explainTrace, type TraceExplanation } from '../../src/connector/trace.ts';
import type { FacilitySettings } from '../../src/settings/facility.ts';
import { NUMBERED_MESSAGES } from '../fakes/numbered-messages.ts';
import { DATABASE } from './support/hospital.ts';
import { AFTERWARDS, AT_THE_END, AT_THE_SINK, DISTURBED } from './support/provocations-later.ts';
import { AT_THE_DOOR, AT_THE_START, ELSEWHERE, type Provocation } from './support/provocations-start.ts';
import { NAMES, type ProvokedSite, startProvokedSite } from './support/provoked-site.ts';

/** What each of them said, or why it said nothing. */
const texts = new Map<Provocation, Promise<string>>();
const ALL = [
  ...AT_THE_DOOR,
  ...AT_THE_START,
  ...ELSEWHERE,
  ...AT_THE_SINK,
  ...AFTERWARDS,
  ...DISTURBED,
  ...AT_THE_END,
];

let site: ProvokedSite;
let unknown: TraceExplanation;
let converted: unknown;
let leftOut: Verdict;
let wrapped: string;

function provoke(one: Provocation): Promise<unknown> {
  const text = one.text(site);
  texts.set(one, text);
  return text.catch(() => {});
}
const together = (all: readonly Provocation[]) => Promise.all(all.map(provoke));
const inTurn = async (all: readonly Provocation[]) => {
  for (const one of all) await provoke(one);
};

/** A trace of which no line is known: the connector’s own converter is not there. */
async function unheardOf(): Promise<TraceExplanation> {
  await site.at.register(
    'p-unknown',
    site.variant('unknown', { 'exactMoments.type': 'org.example.NoSuchConverter' }),
  );
  const trace = await site.at.trace('p-unknown');
  await site.at.remove('p-unknown');
  expect(trace.split('\n').length).toBeGreaterThan(10);
  return explainTrace(trace);
}

/** The check’s answer while the log still has it. */
async function valuesLeftOut(): Promise<Verdict> {
  const engine = await findDocker({ platform: 'linux', privileged: true, home: '/root', cwd: '/', env: {} });
  const context = {
    docker: async () => engine,
    names: { container: site.at.worker.name },
    clock: { now: Date.now },
  } as unknown as CheckContext;
  const facts = await streamValues.probe(context, AbortSignal.timeout(5000));
  return streamValues.judge(facts, {} as FacilitySettings);
}

beforeAll(async () => {
  site = await startProvokedSite();
  [unknown, wrapped] = await Promise.all([
    unheardOf(),
    site.at.logged(/p-cast-0\} Task threw an uncaught and unrecoverable exception/, 90),
    together([...AT_THE_DOOR, ...AT_THE_START, ...ELSEWHERE]),
    inTurn(AT_THE_SINK),
  ]);
  const rows = await readTopic(`${NAMES.prefix}nano.${DATABASE}.dbo.AuditTrail`);
  converted = JSON.parse(rows[0]?.value?.toString() ?? '{}').payload;
  leftOut = await valuesLeftOut();
  await together(AFTERWARDS);
  await inTurn(DISTURBED);
  await inTurn(AT_THE_END);
});
afterAll(() => site?.remove());

describe('what the real parts say is explained', () => {
  test.each(ALL.map((one) => [one.number, one.what, one] as const))('%i: %s', async (_, __, one) => {
    const said = await texts.get(one);
    expect(explainTrace(said ?? '').code).toBe(one.code);
    // A password in the text of an error would be in every log.
    for (const secret of [site.hospital.database.password, site.sandbox.kafka.admin.password]) {
      expect(said).not.toContain(secret);
    }
  });

  test('the wrapper of a task that failed stands in the log, and its innermost line decides', () => {
    expect(wrapped).toContain('Task threw an uncaught and unrecoverable exception');
    expect(explainTrace(wrapped)).toMatchObject({
      code: 'task-stopped',
      evidence: expect.stringContaining('Achen'),
    });
  });

  test('a trace that is not known shows its root cause in one line', () => {
    expect(unknown).toMatchObject({ code: 'unrecognised' });
    expect(unknown.evidence).toContain('org.example.NoSuchConverter');
    expect(unknown.evidence.split('\n')).toHaveLength(1);
  });

  test('a value that cannot be carried over is left out, and the row goes on', () => {
    expect(converted).toMatchObject({ At: null, What: 'the beginning' });
    expect([leftOut.code, leftOut.current]).toEqual([
      'stream-values-left-out',
      expect.stringMatching(/^in At; the last at 20/),
    ]);
  });
});

describe('the account of the 55 messages', () => {
  test('says of each whether it was provoked here', () => {
    const said = new Set([...ALL.map(({ number }) => number), 42]);
    const claimed = NUMBERED_MESSAGES.filter(({ source }) => source === 'provoked').map(
      ({ number }) => number,
    );
    expect([...said].sort((a, b) => a - b)).toEqual(claimed);
  });

  test('names the causes that were found', () => {
    for (const { number, code } of ALL) {
      expect(NUMBERED_MESSAGES.find((row) => row.number === number)?.codes).toContain(code);
    }
  });
});
