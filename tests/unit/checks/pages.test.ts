import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CENTRAL_CHECKS } from '../../../src/central/checks/registry.ts';
import { FACILITY_CHECKS } from '../../../src/checks/registry.ts';

const DOCS = new URL('../../../docs/', import.meta.url);
const text = (path: string) => readFileSync(new URL(path, DOCS), 'utf8');

describe('the registry, the pages and their list', () => {
  const pages = readdirSync(new URL('checks/', DOCS)).map((name) => name.replace(/\.md$/, ''));
  const checks = [...FACILITY_CHECKS, ...CENTRAL_CHECKS].map(({ id }) => id);

  it('hold the same checks: a page without a check says why there is none', () => {
    const unexplained = pages.filter(
      (id) => !checks.includes(id) && !/\bnot (?:a check|checked|done)\b/i.test(text(`checks/${id}.md`)),
    );
    expect(unexplained).toEqual([]);
    expect(checks.filter((id) => !pages.includes(id))).toEqual([]);
  });

  it('name every check of a facility in docs/doctor.md, under a link that leads there', () => {
    const linked = [...text('doctor.md').matchAll(/\[([\w-]+)\]\(checks\/([\w-]+)\.md\)/g)];
    expect(linked.filter(([, name, target]) => name !== target)).toEqual([]);
    const names = linked.map(([, name]) => name);
    expect(FACILITY_CHECKS.map(({ id }) => id).filter((id) => !names.includes(id))).toEqual([]);
    expect(names.filter((name) => name !== undefined && !pages.includes(name))).toEqual([]);
  });
});
