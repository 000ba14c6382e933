import type { StatusReport } from '../../checks/status-report.ts';
import type { Context } from '../../context.ts';
import type { ExitCode } from '../../errors.ts';
import { HEALTH_WORD } from '../../ui/health-words.ts';
import { statusText } from '../../ui/status-text.ts';
import { again, watchFoot } from './again.ts';

/** What a watch tells where nothing can be drawn over: the word, and why, each time one of both has changed. */
interface Turn {
  at: string;
  from: StatusReport['health'] | null;
  health: StatusReport['health'];
  findings: StatusReport['findings'];
}

/** Looks again and again until Ctrl-C. A terminal shows the latest look; elsewhere each change is one line. */
export async function watchStatus(
  look: () => Promise<StatusReport>,
  everyMs: number,
  context: Context,
): Promise<ExitCode> {
  const { out } = context;
  const redraw = out.live && out.format === 'text';
  let before: StatusReport | undefined;
  return again(everyMs, context, async () => {
    const report = await look();
    if (redraw) {
      out.redraw(report, (data, style) =>
        [statusText(data, style), style.dim(watchFoot(`${data.at.slice(0, 19)}Z`, everyMs))].join('\n\n'),
      );
    } else if (before === undefined || reasons(before) !== reasons(report)) {
      const { at, health, findings } = report;
      out.event({ at, from: before?.health ?? null, health, findings }, turnLine);
    }
    before = report;
  });
}

function reasons({ health, findings }: StatusReport): string {
  return [health, ...findings.map(({ code }) => code)].join(' ');
}

function turnLine({ at, from, health, findings }: Turn): string {
  const word = HEALTH_WORD[health].text;
  const turned = from === null || from === health ? word : `${HEALTH_WORD[from].text} -> ${word}`;
  const why = findings.map(({ summary, code }) => `${summary} (${code})`).join(' ');
  return `${at.slice(0, 19)}Z ${turned}${why === '' ? '' : `: ${why}`}`;
}
