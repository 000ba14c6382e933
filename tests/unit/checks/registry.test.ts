import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FACILITY_CHECKS } from '../../../src/checks/registry.ts';

describe('the registry of checks', () => {
  it('has no id twice', () => {
    const ids = FACILITY_CHECKS.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.each(FACILITY_CHECKS.map((check) => [check.id, check] as const))(
    '%s needs only checks that exist and stand before it',
    (id, check) => {
      const before = FACILITY_CHECKS.slice(
        0,
        FACILITY_CHECKS.findIndex((other) => other.id === id),
      ).map((other) => other.id);
      expect(before).toEqual(expect.arrayContaining([...check.needs]));
    },
  );

  it.each(FACILITY_CHECKS.map(({ id, title }) => [id, title] as const))(
    '%s has a page that says what, why and who',
    (id) => {
      const page = new URL(`../../../docs/checks/${id}.md`, import.meta.url);
      expect(existsSync(page), `docs/checks/${id}.md`).toBe(true);
      const text = readFileSync(page, 'utf8');
      expect(text).toMatch(new RegExp(`^# ${id}\n`));
      for (const head of ['## Why it matters', '## What to do']) expect(text).toContain(head);
    },
  );
});
