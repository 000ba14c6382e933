import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FACILITY_CHECKS } from '../../../src/checks/registry.ts';
import { WRAPPERS } from '../../../src/connector/causes/worker.ts';
import { explainTrace } from '../../../src/connector/trace.ts';
import { TRACE_CAUSES } from '../../../src/connector/trace-causes.ts';
import { MESSAGE_SAMPLES } from '../../fakes/messages.ts';
import { NUMBERED_MESSAGES, type Source } from '../../fakes/numbered-messages.ts';

const ALL = [...TRACE_CAUSES, ...WRAPPERS];

const PAGE = readFileSync(resolve(import.meta.dirname, '../../../docs/messages.md'), 'utf8');
const SAID_BY: Record<Source, string> = {
  provoked: 'the real part',
  classes: 'the image’s classes',
  sqlserver: 'SQL Server',
  java: 'Java',
  later: 'a later Debezium',
};

describe('the account of the 55', () => {
  it('has each number once, in order, with causes that exist', () => {
    expect(NUMBERED_MESSAGES.map(({ number }) => number)).toEqual(
      Array.from({ length: 55 }, (_, i) => i + 1),
    );
    const known = new Set(ALL.map(({ code }) => code));
    expect(NUMBERED_MESSAGES.flatMap(({ codes }) => codes).filter((code) => !known.has(code))).toEqual([]);
  });

  it('has a text that was not provoked word for word, from whom it says', () => {
    const authors: Partial<Record<Source, readonly string[]>> = {
      classes: ['facility image', 'central image'],
      sqlserver: ['sqlserver', 'facility image'],
      java: ['java'],
      later: ['later'],
    };
    const wrong = NUMBERED_MESSAGES.filter(({ source, codes }) => {
      const from = authors[source];
      return (
        from !== undefined &&
        !MESSAGE_SAMPLES.some(({ code, author }) => codes.includes(code) && from.includes(author))
      );
    });
    expect(wrong).toEqual([]);
  });

  it('stands in the docs, row by row', () => {
    const rows = NUMBERED_MESSAGES.map(
      ({ number, message, codes, source, note = '' }) =>
        `| ${number} | ${message} | ${codes.map((code) => `\`${code}\``).join(', ')} | ${SAID_BY[source]} | ${note} |`,
    );
    const table = PAGE.split('\n').filter((line) => /^\| \d+ \|/.test(line));
    expect(table).toEqual(rows);
    const real = NUMBERED_MESSAGES.filter(({ source }) => source === 'provoked').length;
    expect(PAGE).toContain(`55 messages, all recognised; ${real} of them from the real part`);
  });
});

describe('the catalogue of messages', () => {
  it.each(MESSAGE_SAMPLES.map(({ code, text }) => [code, text] as const))('%s: %s', (code, text) => {
    expect(explainTrace(text).code).toBe(code);
  });

  it('has each cause once, with a row in the docs', () => {
    const page = readFileSync(resolve(import.meta.dirname, '../../../docs/messages.md'), 'utf8');
    const codes = ALL.map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
    expect(codes.filter((code) => !page.includes(`| \`${code}\` |`))).toEqual([]);
  });

  it('sends nobody to a check that does not exist', () => {
    const known = new Set<string>(FACILITY_CHECKS.flatMap(({ id, area }) => [id, area]));
    const named = ALL.flatMap(({ commands }) => commands).flatMap(
      (line) => /--only (\S+)/.exec(line)?.[1]?.split(',') ?? [],
    );
    expect(named.length).toBeGreaterThan(30);
    expect(named.filter((id) => !known.has(id))).toEqual([]);
  });
});
