import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

/** What vitest found in one file. */
export interface FileResult {
  /** From the project's folder, with `/`. */
  file: string;
  passed: number;
  skipped: number;
  failures: Failure[];
}

/** One test that failed; without a name where the file itself did (its hook, its import). */
export interface Failure {
  name: string;
  message: string;
}

/** The part of vitest's JSON report that is read here. */
interface Report {
  testResults?: {
    name: string;
    status: string;
    message?: string;
    assertionResults: { status: string; fullName: string; failureMessages?: string[] | null }[];
  }[];
}

/** As much of a failure's message as says what was expected and what was seen. */
const MESSAGE_LINES = 12;
const LINE_WIDTH = 160;

/**
 * Reads vitest's JSON report, file by file. A file that failed without a failed test counts as one failure: vitest itself counts its
 * tests as skipped.
 *
 * @param json the report; `{}` for a run that wrote none
 * @param project the folder that file names are told from
 */
export function readResults(json: string, project: string): FileResult[] {
  const { testResults = [] }: Report = JSON.parse(json);
  return testResults.map(({ name, status, message = '', assertionResults }) => {
    const of = (state: string) => assertionResults.filter((test) => test.status === state);
    const failures = of('failed').map(({ fullName, failureMessages }) => ({
      name: fullName,
      message: (failureMessages ?? []).join('\n'),
    }));
    const passed = of('passed').length;
    return {
      file: relative(project, name).replaceAll('\\', '/'),
      passed,
      skipped: assertionResults.length - passed - failures.length,
      failures: failures.length === 0 && status === 'failed' ? [{ name: '', message }] : failures,
    };
  });
}

/** The first run, with what the second run found in the files that it repeated in place of the first one's word, and whatever else it found. */
export function withSecondRun(first: readonly FileResult[], second: readonly FileResult[]): FileResult[] {
  const again = new Map(second.map((result) => [result.file, result]));
  const known = new Set(first.map(({ file }) => file));
  return [
    ...first.map((result) => again.get(result.file) ?? result),
    ...second.filter(({ file }) => !known.has(file)),
  ];
}

/** The files in which something failed. */
export function failedFiles(results: readonly FileResult[]): FileResult[] {
  return results.filter(({ failures }) => failures.length > 0);
}

/** Lines that tell each failure: at the end of a log, where they are looked for, since what runs afterwards pushes vitest's own out of sight. */
export function tellFailures(results: readonly FileResult[]): string[] {
  return failedFiles(results).flatMap(({ file, failures }) =>
    failures.flatMap(({ name, message }) => [
      `failed: ${file}${name === '' ? '' : ` > ${name}`}`,
      ...stripVTControlCharacters(message)
        .split('\n')
        .filter((line) => line.trim() !== '' && !/^\s+at .*node_modules/.test(line))
        .slice(0, MESSAGE_LINES)
        .map((line) => `  ${line.slice(0, LINE_WIDTH)}`),
    ]),
  );
}
