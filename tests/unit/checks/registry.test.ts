import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { FACILITY_CHECKS } from '../../../src/checks/registry.ts';
import { VERBS } from '../../../src/verbs.ts';

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
  const sources = ['checks', 'commands', 'connector', 'install', 'central'].flatMap((dir) => {
    const root = new URL(`../../../src/${dir}/`, import.meta.url);
    return readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => readFileSync(new URL(file, root), 'utf8'));
  });
  const commands = sources.flatMap((text) =>
    [...text.matchAll(/(?<=[`'"\s])clinicmaster-cdc ((?:[a-z]+ ?)+)([^`'"\n]*)/g)].map(
      ([line, words = '', rest = '']) => ({ line, words: words.trim().split(' '), rest }),
    ),
  );
  const GLOBAL = ['--json', '--no-color', '--verbose', '--help', '--version'];

  /** The flags of the command that a line names; undefined where there is no such verb. */
  async function flagsOf(words: readonly string[]): Promise<(string | undefined)[] | undefined> {
    let verb = VERBS.find(({ name }) => name === words[0]);
    for (const word of words.slice(1)) verb = verb?.verbs?.find(({ name }) => name === word) ?? verb;
    if (verb === undefined) return undefined;
    const command = new Command();
    (await verb.load?.())?.define(command);
    return [...command.options.map(({ long }) => long), ...GLOBAL];
  }

  it('name verbs and flags that exist', async () => {
    const wrong: string[] = [];
    let flags = 0;
    for (const { line, words, rest } of commands) {
      const known = await flagsOf(words);
      const used = rest.match(/(?<=\s|^)--[a-z0-9-]+/g) ?? [];
      flags += used.length;
      if (known === undefined || used.some((flag) => !known.includes(flag))) wrong.push(line);
    }
    expect(wrong).toEqual([]);
    expect([commands.length > 100, flags > 60]).toEqual([true, true]);
  });

  it('name checks that exist', () => {
    const doctors = commands.filter(({ words }) => words[0] === 'doctor');
    const names = doctors.flatMap(({ rest }) => /--only ([\w,-]+)/.exec(rest)?.[1]?.split(',') ?? []);
    const known = FACILITY_CHECKS.flatMap(({ id, area }) => [id, area as string]);
    expect(names.filter((name) => !known.includes(name))).toEqual([]);
  });
});
