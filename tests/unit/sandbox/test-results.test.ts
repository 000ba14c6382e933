import { expect, test } from 'vitest';
import { failedFiles, readResults, tellFailures, withSecondRun } from '../../../sandbox/src/test-results.ts';

const assertion = (status: string, fullName: string, ...failureMessages: string[]) => ({
  status,
  fullName,
  failureMessages,
});

const REPORT = JSON.stringify({
  testResults: [
    { name: '/p/tests/real/a.test.ts', status: 'passed', assertionResults: [assertion('passed', 'a one')] },
    {
      name: '/p/tests/real/b.test.ts',
      status: 'failed',
      assertionResults: [
        assertion('passed', 'b one'),
        assertion(
          'failed',
          'b two',
          '\u001b[31mAssertionError: expected 1 to be 2\u001b[39m\n    at /p/tests/real/b.test.ts:3:1\n    at x (/p/node_modules/v/i.js:1:1)',
        ),
        assertion('pending', 'b three'),
      ],
    },
    {
      name: '/p/tests/real/c.test.ts',
      status: 'failed',
      message: 'Hook timed out in 600000ms.',
      assertionResults: [assertion('skipped', 'c one'), assertion('skipped', 'c two')],
    },
  ],
});

test('counts a file whose hook failed as one failure, and its tests as not run', () => {
  expect(readResults(REPORT, '/p').map(({ failures, ...counts }) => [counts, failures.length])).toEqual([
    [{ file: 'tests/real/a.test.ts', passed: 1, skipped: 0 }, 0],
    [{ file: 'tests/real/b.test.ts', passed: 1, skipped: 1 }, 1],
    [{ file: 'tests/real/c.test.ts', passed: 0, skipped: 2 }, 1],
  ]);
  expect(readResults('{}', '/p')).toEqual([]);
});

test('tells each failure by file, name and the words that matter', () => {
  expect(tellFailures(readResults(REPORT, '/p'))).toEqual([
    'failed: tests/real/b.test.ts > b two',
    '  AssertionError: expected 1 to be 2',
    '      at /p/tests/real/b.test.ts:3:1',
    'failed: tests/real/c.test.ts',
    '  Hook timed out in 600000ms.',
  ]);
});

test('a second run has the last word on what it repeated, and on that alone', () => {
  const first = readResults(REPORT, '/p');
  const steady = { file: 'tests/real/b.test.ts', passed: 3, skipped: 0, failures: [] };
  const stray = { file: '(facilities)', passed: 0, skipped: 0, failures: [{ name: '', message: 'ended' }] };
  expect(withSecondRun(first, [steady])).toEqual([first[0], steady, first[2]]);
  expect(failedFiles(withSecondRun(first, [steady, stray])).map(({ file }) => file)).toEqual([
    'tests/real/c.test.ts',
    '(facilities)',
  ]);
});
