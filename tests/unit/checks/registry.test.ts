import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { FACILITY_CHECKS } from '../../../src/checks/registry.ts';
import { tables } from '../../../src/commands/tables.ts';
import { facilityFields } from '../../../src/settings/fields.ts';

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

describe('the commands in remedies', () => {
  const sources = ['../../../src/checks', '../../../src/connector'].flatMap((dir) => {
    const root = new URL(`${dir}/`, import.meta.url);
    return readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => readFileSync(new URL(file, root), 'utf8'));
  });
  const commands = sources.flatMap((text) => [...text.matchAll(/clinicmaster-cdc (\w+)([^`'"]*)/g)]);
  const tablesCommand = new Command();
  tables.define(tablesCommand);
  const flags = new Set([
    ...tablesCommand.options.map(({ long }) => long),
    ...facilityFields('0').flatMap(({ flag }) => (flag === undefined ? [] : [flag.split(' ')[0]])),
    '--kafka-ca',
    '--only',
    '--fix',
    '--list',
    '--dir',
    '--deep',
    '--fix',
    '--accept-risk',
  ]);

  it('name verbs that exist', () => {
    expect([...new Set(commands.map(([, verb]) => verb))].sort()).toEqual([
      'doctor',
      'init',
      'snapshot',
      'sql',
      'status',
      'tables',
    ]);
  });
  it('name flags that exist', () => {
    const used = commands.flatMap(([, , rest]) => rest?.match(/--[a-z-]+/g) ?? []);
    expect(used.length).toBeGreaterThan(10);
    expect(used.filter((flag) => !flags.has(flag))).toEqual([]);
  });
  it('name checks that exist', () => {
    const names = commands.flatMap(([, , rest]) => /--only ([\w-]+)/.exec(rest ?? '')?.[1] ?? []);
    const known = FACILITY_CHECKS.flatMap(({ id, area }) => [id, area as string]);
    expect(names.filter((name) => !known.includes(name))).toEqual([]);
  });
});
