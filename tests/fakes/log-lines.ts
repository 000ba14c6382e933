import type { LogLine } from '../../src/adapters/docker-port.ts';

/** A log as the Engine hands it over: each line with a time, that of its entry. */
export function logLines(text: string): LogLine[] {
  let at = '2026-11-24T00:00:00.000000000Z';
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      at = /^\d{4}-\S+Z/.exec(line)?.[0].replace('Z', '000000Z') ?? at;
      return { at, stream: 'stdout' as const, text: line };
    });
}

/** The same as the Engine's answer; what is not later than `since` is left out. */
export async function* storedLog(text: string, since = ''): AsyncGenerator<LogLine> {
  for (const line of logLines(text)) if (line.at >= since) yield line;
}
