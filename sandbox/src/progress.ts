import { stripVTControlCharacters } from 'node:util';
import { say } from './output.ts';

/** Receives the newest detail of a long step, e.g. `Step 4/12 : RUN apt-get update`. */
export type Report = (detail: string) => void;

const ANNOUNCE_AFTER_MS = 1_000;
const REMIND_EVERY_MS = 15_000;
const DETAIL_LENGTH = 90;

/**
 * Runs one step and shows it as lines: a short one as a single `✓ title (0.4 s)`; a longer one is announced, and
 * every 15 s a line tells how long it has taken and what it is doing. Rethrows what `work` throws, after a `✗` line.
 */
export async function step<T>(title: string, work: (report: Report) => Promise<T>): Promise<T> {
  const start = performance.now();
  const seconds = (digits: number) => ((performance.now() - start) / 1000).toFixed(digits);
  let detail = '';
  let announced = false;
  const announce = setTimeout(() => {
    announced = true;
    say(`  ${title} …`);
  }, ANNOUNCE_AFTER_MS);
  const remind = setInterval(() => {
    say(`    ${seconds(0)} s${detail === '' ? '' : `  ${detail}`}`);
  }, REMIND_EVERY_MS);
  try {
    const result = await work((text) => {
      const plain = stripVTControlCharacters(text).replace(/\s+/g, ' ').trim();
      if (plain !== '') detail = plain.slice(0, DETAIL_LENGTH);
    });
    say(`✓ ${title} (${seconds(announced ? 0 : 1)} s)`);
    return result;
  } catch (error) {
    say(`✗ ${title} (${seconds(0)} s)`);
    throw error;
  } finally {
    clearTimeout(announce);
    clearInterval(remind);
  }
}
