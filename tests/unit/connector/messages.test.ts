import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FACILITY_CHECKS } from '../../../src/checks/registry.ts';
import { WRAPPERS } from '../../../src/connector/causes/worker.ts';
import { explainTrace } from '../../../src/connector/trace.ts';
import { TRACE_CAUSES } from '../../../src/connector/trace-causes.ts';
import { MESSAGE_SAMPLES } from '../../fakes/messages.ts';

const ALL = [...TRACE_CAUSES, ...WRAPPERS];

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
