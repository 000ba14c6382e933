import { describe, expect, it } from 'vitest';
import { pageText } from '../../../src/ui/page-text.ts';
import { createStyle } from '../../../src/ui/style.ts';

const STYLE = createStyle({ width: 60, color: false, unicode: true });

const PAGE = `# a-check

A paragraph with \`code\`, **weight**, a [page](sql-tcp.md) and an
[address](https://example.org/x), long enough to be wrapped.

## What to do
Who acts: you.

| finding | what to do |
|---|---|
| \`a-check-bad\` | Look at it, then look at it again until it is as it should be. |
| \`a-check-odd\` | One \\| other |

| on | operations | for |
|---|---|---|
| topics | Read | rows |

- one item that is long enough to be wrapped onto another line
  and goes on
- two
1. first

\`\`\`sql
SELECT 1 FROM a_very_long_name WHERE it_would_have_to_be_wrapped = 1;

GO
\`\`\`
`;

describe('a page for the terminal', () => {
  it('is wrapped, tables row by row, code as it is', () => {
    expect(pageText(PAGE, STYLE).split('\n')).toEqual([
      'a-check',
      '',
      'A paragraph with code, weight, a page and an address',
      '(https://example.org/x), long enough to be wrapped.',
      '',
      'What to do',
      '',
      'Who acts: you.',
      '',
      'a-check-bad',
      '    Look at it, then look at it again until it is as it',
      '    should be.',
      'a-check-odd',
      '    One | other',
      '',
      'topics',
      '    operations: Read',
      '    for: rows',
      '',
      '  - one item that is long enough to be wrapped onto another',
      '    line and goes on',
      '  - two',
      ' 1. first',
      '',
      '    SELECT 1 FROM a_very_long_name WHERE it_would_have_to_be_wrapped = 1;',
      '',
      '    GO',
    ]);
  });
});
