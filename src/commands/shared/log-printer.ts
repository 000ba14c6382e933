import { type FoldedEntry, liveFold } from '../../connector/log-fold.ts';
import { withoutRecords } from '../../connector/record-free.ts';
import type { TraceExplanation } from '../../connector/trace.ts';
import {
  atLeast,
  explainEntry,
  hasTrace,
  type LogEntry,
  entryText as rawText,
  rewritten,
} from '../../connector/worker-log.ts';
import type { FacilitySettings } from '../../settings/facility.ts';
import { hideLikelySecrets, redactor, secretsOf } from '../../settings/redact.ts';
import { entryText, reportText, type ShownEntry } from '../../ui/log-text.ts';
import type { Output } from '../../ui/output.ts';
import type { LogWishes } from './log-wishes.ts';

/** An entry that may be seen, and what it means. */
export interface CleanEntry extends LogEntry {
  explained?: TraceExplanation;
}

export interface LogPrinter {
  /** The entry without secrets and rows; undefined when it was not asked for. */
  wanted(entry: LogEntry): CleanEntry | undefined;
  print(folded: FoldedEntry<CleanEntry>): void;
  /** Shows an entry as it comes, and folds it into those before. */
  follow(entry: LogEntry): void;
  /** Says what is still owed of the entries that were folded. */
  flush(): void;
}

export function logPrinter(settings: FacilitySettings, wishes: LogWishes, out: Output): LogPrinter {
  const secret = redactor(secretsOf(settings));
  const clean = (text: string) => hideLikelySecrets(secret(withoutRecords(text)));
  const folds = !wishes.raw && out.format === 'text';
  const live = liveFold();
  const given = new Set<string>();

  const wanted = (entry: LogEntry): CleanEntry | undefined => {
    const { since, until, level, grep, explain } = wishes;
    if (level !== undefined && !atLeast(entry, level)) return undefined;
    if ((since !== undefined && entry.at < since) || (until !== undefined && entry.at > until))
      return undefined;
    const seen = rewritten(entry, clean);
    // Only what may be seen can be searched.
    if (grep !== undefined && !grep.test(rawText(seen))) return undefined;
    const explained = explain ? explainEntry(entry) : undefined;
    if (explained === undefined) return seen;
    return { ...seen, explained: { ...explained, evidence: clean(explained.evidence) } };
  };
  const show = ({ entry, count, lastAt }: FoldedEntry<CleanEntry>): ShownEntry => {
    const { explained, ...rest } = entry;
    const shown = { ...rest, isTrace: hasTrace(entry), count, lastAt };
    if (explained === undefined) return shown;
    const again = given.has(explained.code);
    given.add(explained.code);
    return { ...shown, explanation: { ...explained, again } };
  };
  const print = (folded: FoldedEntry<CleanEntry>) => {
    const { isTrace, more, count: _count, lastAt: _lastAt, explanation, ...said } = show(folded);
    const { again: _again, ...meaning } = explanation ?? { again: false };
    const data = { ...said, more, trace: isTrace, ...(explanation && { explanation: meaning }) };
    out.event(data, (_, style) =>
      wishes.raw
        ? rawText(folded.entry)
        : entryText(
            {
              ...said,
              more,
              isTrace,
              count: folded.count,
              lastAt: folded.lastAt,
              ...(explanation && { explanation }),
            },
            style,
            out.verbose,
          ),
    );
  };
  const report = (folded: FoldedEntry) => out.event(folded, (_, style) => reportText(show(folded), style));
  return {
    wanted,
    print,
    follow(entry) {
      const seen = wanted(entry);
      if (seen === undefined) return;
      const fold = folds ? live.push(seen) : { show: seen };
      if (fold === undefined) return;
      if ('report' in fold) report(fold.report);
      else print({ entry: seen, count: 1, lastAt: seen.at });
    },
    flush: () => live.flush().forEach(report),
  };
}
