import { describe, expect, it } from 'vitest';
import type { Remedy } from '../../../src/checks/types.ts';
import { fail, unknown, warn } from '../../../src/checks/verdicts.ts';

const remedy: Remedy = { text: 'Do something.', who: 'you' };

describe('a remedy', () => {
  it.each([
    [fail('sql-offset-window-lost', '', { remedy }), 'docs/playbooks/retention-passed.md'],
    [warn('sql-offset-window-idle-lost', '', { remedy }), 'docs/playbooks/idle-facility.md'],
    [fail('stream-columns-missed', '', { remedy }), 'docs/playbooks/column-change.md'],
    [unknown('kafka-dns-unanswered', '', { remedy }), undefined],
    [warn('sql-offset-window-lost', '', { remedy: { ...remedy, doc: 'docs/sql.md' } }), 'docs/sql.md'],
  ])('names the playbook of its code: %o', (verdict, doc) => {
    expect(verdict.remedy?.doc).toBe(doc);
  });

  it('is none where there is nothing to do', () => {
    expect(fail('sql-offset-window-lost', 'x').remedy).toBeUndefined();
  });
});
