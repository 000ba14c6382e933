import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { VERBS } from '../../../src/verbs.ts';

const DIR = resolve(import.meta.dirname, '../../../docs/playbooks');
const pages = readdirSync(DIR).filter((name) => name.endsWith('.md') && name !== 'README.md');
const read = (name: string) => readFileSync(resolve(DIR, name), 'utf8');
const index = read('README.md');

/** Where a page leads, without addresses of the world outside. */
function links(text: string): string[] {
  return [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** The flags of a command as somebody types it; undefined where there is no such verb. */
async function flagsOf(words: readonly string[]): Promise<(string | undefined)[] | undefined> {
  let found = VERBS.find(({ name }) => name === words[0]);
  for (const word of words.slice(1)) {
    const deeper: typeof found = found?.verbs?.find(({ name }) => name === word);
    if (deeper === undefined) break;
    found = deeper;
  }
  if (found === undefined) return undefined;
  const command = new Command();
  (await found.load?.())?.define(command);
  return [...command.options.map(({ long }) => long), '--json', '--help'];
}

describe('the playbooks', () => {
  it('are all in the index, once', () => {
    const listed = links(index);
    expect(new Set(listed).size).toBe(listed.length);
    expect(pages.filter((page) => !listed.includes(page))).toEqual([]);
  });

  it.each(['README.md', ...pages])('%s leads to pages that exist', (page) => {
    const missing = links(read(page)).filter((target) => !existsSync(resolve(DIR, target)));
    expect(missing).toEqual([]);
  });

  it.each(pages)('%s says how it is noticed, and what undoes it', (page) => {
    const text = read(page);
    expect(text).toMatch(/^# \S/);
    expect(text).toMatch(/notice|`status` says/);
    expect(text).toContain('**Undo.**');
  });

  it.each(pages)('%s names commands and flags that exist', async (page) => {
    const typed = [...read(page).matchAll(/`clinicmaster-cdc ([^`]+)`/g)].map(([, rest = '']) => rest);
    const wrong: string[] = [];
    for (const rest of typed) {
      const known = await flagsOf(rest.split(/\s+/));
      const used = [...rest.matchAll(/(?<=\s)--[a-z-]+/g)].map(([flag]) => flag);
      if (known === undefined || used.some((flag) => !known.includes(flag))) wrong.push(rest);
    }
    expect(wrong).toEqual([]);
  });
});
