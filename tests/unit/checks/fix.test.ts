import { describe, expect, it } from 'vitest';
import { applyCure, curesFor, riskNames } from '../../../src/checks/fix.ts';
import { FACILITY_CHECKS } from '../../../src/checks/registry.ts';
import { runChecks } from '../../../src/checks/runner.ts';
import type { Check, Fix } from '../../../src/checks/types.ts';
import { fail, pass } from '../../../src/checks/verdicts.ts';

interface Plant {
  broken: boolean;
  /** Seconds that a cure takes to show. */
  slow: number;
  applied: number;
}
type PlantCheck = Check<Plant, boolean, null>;
type PlantFix = Fix<Plant, boolean, null>;

const cure = (changes: Partial<PlantFix> = {}): PlantFix => ({
  cures: ['pump-broken'],
  risk: 'safe',
  says: () => 'Mend the pump.',
  apply: async (plant) => {
    plant.applied++;
    if (plant.slow === 0) plant.broken = false;
  },
  ...changes,
});
const pump = (fix: PlantFix): PlantCheck => ({
  id: 'pump',
  title: 'The pump runs',
  area: 'host',
  when: ['daily'],
  needs: [],
  timeoutMs: 1000,
  fixes: [fix],
  probe: async ({ broken }) => broken,
  judge: (broken) => (broken ? fail('pump-broken', 'It stands.') : pass('It runs.')),
});
const flood: PlantCheck = {
  ...pump(cure()),
  id: 'flood',
  fixes: [],
  judge: () => fail('flood-high', 'Water.'),
};

const plant = (changes: Partial<Plant> = {}): Plant => ({ broken: true, slow: 0, applied: 0, ...changes });
const signal = new AbortController().signal;

function ports(context: Plant) {
  let now = 0;
  return {
    context,
    signal,
    progress: () => {},
    clock: {
      now: () => now,
      sleep: async (ms: number) => {
        now += ms;
        if (context.slow > 0 && now >= context.slow * 1000 && context.applied > 0) context.broken = false;
      },
    },
  };
}

async function heal(context: Plant, fix = cure()) {
  const checks = [pump(fix)];
  const [found] = curesFor(checks, await runChecks(checks, context, null), null);
  return applyCure(found!, checks, null, ports(context));
}

describe('the cures for what was found', () => {
  it('are those of findings that have one, named and not done', async () => {
    const context = plant();
    const checks = [pump(cure()), flood];
    const found = curesFor(checks, await runChecks(checks, context, null), null);
    expect(found.map(({ check, risk, says }) => ({ check, risk, says }))).toEqual([
      { check: 'pump', risk: 'safe', says: 'Mend the pump.' },
    ]);
    expect(context.applied).toBe(0);
    const well = await runChecks(checks, plant({ broken: false }), null);
    expect(curesFor(checks, well, null)).toEqual([]);
  });

  it('are riskier while another check fails', async () => {
    const fix = cure({ riskier: { when: ['flood'], risk: 'drown' } });
    const risks = async (...checks: PlantCheck[]) =>
      curesFor(checks, await runChecks(checks, plant(), null), null).map(({ risk }) => risk);
    expect(await risks(pump(fix), flood)).toEqual(['drown']);
    expect(await risks(pump(fix))).toEqual(['safe']);
    expect(riskNames([pump(fix), flood])).toEqual(['drown']);
  });
});

describe('a cure', () => {
  it('is applied once and checked again', async () => {
    const context = plant();
    expect(await heal(context)).toMatchObject({ outcome: 'cured', after: 'It runs.' });
    expect(context.applied).toBe(1);
  });
  it('may take its time, but not for ever', async () => {
    expect(await heal(plant({ slow: 20 }))).toMatchObject({ outcome: 'cured' });
    expect(await heal(plant({ slow: 40 }))).toMatchObject({ outcome: 'not-cured', after: 'It stands.' });
    const patient = cure({ until: { checks: ['pump'], ms: 60_000 } });
    expect(await heal(plant({ slow: 40 }), patient)).toMatchObject({ outcome: 'cured' });
  });
  it('is not believed while what it mended breaks again', async () => {
    const flapping = async (holdsMs: number) => {
      const context = plant();
      const { clock, ...rest } = ports(context);
      const checks = [pump(cure({ until: { checks: ['pump'], ms: 20_000, holdsMs } }))];
      const [found] = curesFor(checks, await runChecks(checks, context, null), null);
      // Mended, it runs for ten seconds.
      const sleep = async (ms: number) => {
        await clock.sleep(ms);
        context.broken = clock.now() >= 10_000;
      };
      return (await applyCure(found!, checks, null, { ...rest, clock: { ...clock, sleep } })).outcome;
    };
    expect([await flapping(0), await flapping(5_000), await flapping(12_000)]).toEqual([
      'cured',
      'cured',
      'not-cured',
    ]);
  });
  it('ends as soon as what it mended is broken again', async () => {
    const context = plant();
    const { clock, ...rest } = ports(context);
    const checks = [pump(cure({ until: { checks: ['pump'], ms: 600_000, holdsMs: 30_000 } }))];
    const [found] = curesFor(checks, await runChecks(checks, context, null), null);
    const sleep = async (ms: number) => {
      await clock.sleep(ms);
      context.broken = clock.now() >= 10_000;
    };
    const report = await applyCure(found!, checks, null, { ...rest, clock: { ...clock, sleep } });
    expect([report.outcome, report.after, clock.now()]).toEqual(['not-cured', 'It stands.', 10_000]);
  });
  it('needs every proof', async () => {
    const fix = cure({ until: { checks: ['pump', 'flood'], ms: 5_000 } });
    const checks = [pump(fix), flood];
    const context = plant();
    const [found] = curesFor(checks, await runChecks(checks, context, null), null);
    const report = await applyCure(found!, checks, null, ports(context));
    expect(report).toMatchObject({ outcome: 'not-cured', after: 'Water.' });
  });
  it('that breaks down says why', async () => {
    const fix = cure({ apply: () => Promise.reject(new Error('no spanner')) });
    expect(await heal(plant(), fix)).toMatchObject({ outcome: 'failed', after: 'no spanner' });
  });
  it('is left when the finding has gone meanwhile', async () => {
    const context = plant();
    const checks = [pump(cure())];
    const [found] = curesFor(checks, await runChecks(checks, context, null), null);
    context.broken = false;
    expect(await applyCure(found!, checks, null, ports(context))).toMatchObject({ outcome: 'gone' });
    expect(context.applied).toBe(0);
  });
});

describe('the cures of a facility', () => {
  const fixes = FACILITY_CHECKS.flatMap(({ id, fixes = [] }) => fixes.map((fix) => ({ id, fix })));
  it('cure findings of their own check, and no finding twice', () => {
    const codes = fixes.flatMap(({ id, fix }) => fix.cures.map((code) => [id, code] as const));
    expect(codes.filter(([id, code]) => !code.startsWith(`${id}-`))).toEqual([]);
    expect(new Set(codes.map(([, code]) => code)).size).toBe(codes.length);
  });
  it('wait for checks that exist', () => {
    const ids = FACILITY_CHECKS.map(({ id }) => id);
    expect(fixes.flatMap(({ fix }) => fix.until?.checks ?? []).filter((id) => !ids.includes(id))).toEqual([]);
  });
  it('copy tables again by name only', () => {
    const lost = fixes.filter(({ fix }) =>
      fix.cures.some((code) => /position-lost|history-missing/.test(code)),
    );
    expect(lost.map(({ fix }) => fix.risk)).toEqual(['resnapshot']);
    expect(riskNames(FACILITY_CHECKS)).toEqual(['forget', 'resnapshot', 'resume']);
  });
});
