import type { Outcome } from '../checks/types.ts';
import type { CheckStream, Style } from './output.ts';
import { beginStep, fitted, type Screen } from './progress.ts';
import { OUTCOME_WORD } from './verdict-text.ts';

/** So many of the latest results stand on the terminal while the others run. */
const SHOWN = 8;
const FRAME_MS = 120;
/** Fast checks do not flicker: nothing is drawn before this. */
const DELAY_MS = 150;
const UP = (lines: number) => `\u001b[${lines}A`;
const CLEAR_BELOW = '\r\u001b[0J';

/**
 * Results as they come. On a terminal the latest stand below each other and make room for the answer at the end; elsewhere one line
 * says how many there were.
 */
export function checkStream(title: string, screen: Screen, style: Style, unicode: boolean): CheckStream {
  if (!screen.live) {
    const step = beginStep(title, screen, style, unicode);
    let finished = 0;
    return {
      add: (_, check) => step.update(`${++finished}: ${check}`),
      end: () => step.succeed(`${finished} done`),
    };
  }
  const started = performance.now();
  const lines: string[] = [];
  let finished = 0;
  let drawn = 0;
  const seconds = () => Math.round((performance.now() - started) / 1000);
  const erase = () => (drawn === 0 ? '' : `${UP(drawn)}${CLEAR_BELOW}`);
  const draw = () => {
    const block = [...lines, fitted(`  ${title}: ${finished} done, ${seconds()} s`, style.width - 1)];
    screen.write(`${erase()}${block.join('\n')}\n`);
    drawn = block.length;
  };
  const ticker = setInterval(() => {
    if (performance.now() - started >= DELAY_MS) draw();
  }, FRAME_MS);
  return {
    add: (outcome, check, summary) => {
      finished++;
      lines.push(oneLine(outcome, check, summary, style));
      if (lines.length > SHOWN) lines.shift();
    },
    end: () => {
      clearInterval(ticker);
      const line = `${title}: done, ${finished} done`;
      screen.write(`${erase()}${style.symbol('pass')} ${line}\n`);
    },
  };
}

function oneLine(outcome: Outcome, check: string, summary: string, style: Style): string {
  return `${style.symbol(outcome)} ${fitted(`${check}: ${OUTCOME_WORD[outcome]}. ${summary}`, style.width - 3)}`;
}
