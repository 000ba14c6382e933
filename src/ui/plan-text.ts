import type { Style } from './output.ts';

interface ShownChange {
  name: string;
  before: string | null;
  after: string | null;
  hidden?: 'set' | 'changed' | 'removed';
}

interface ShownPlan {
  steps: readonly {
    title: string;
    action: 'nothing' | 'do' | 'stop' | 'unknown';
    what: string;
    changes: readonly ShownChange[];
  }[];
  changes: boolean;
  stream: string;
  validation: {
    state: 'accepted' | 'refused' | 'old-settings' | 'not-asked';
    why?: string;
    problems: readonly { setting: string; errors: readonly string[] }[];
  };
}

const LONGEST = 120;
const SYMBOL = { nothing: 'skip', do: 'pass', stop: 'fail', unknown: 'unknown' } as const;
const WORD = { nothing: 'nothing to do', do: 'to do', stop: 'would stop here', unknown: 'cannot tell' };

/** What would be done, step by step, then what Connect says and what it means for the stream. */
export function planText(plan: ShownPlan, style: Style): string {
  const steps = plan.steps.flatMap((step) => {
    const line = `${step.title}: ${WORD[step.action]}, ${step.what}`;
    const mark = step.action === 'do' ? style.bold('>') : style.symbol(SYMBOL[step.action]);
    return [
      `${mark} ${style.wrap(line, 2).trimStart()}`,
      ...step.changes.map((one) => changeLine(one, style)),
    ];
  });
  return [...steps, '', ...validationLines(plan.validation, style), style.wrap(plan.stream)].join('\n');
}

function changeLine({ name, before, after, hidden }: ShownChange, style: Style): string {
  const text =
    hidden !== undefined
      ? `${name}: ${hidden} (hidden)`
      : before === null
        ? `${name}: ${short(after)} (new)`
        : after === null
          ? `${name}: removed (was ${short(before)})`
          : `${name}: ${short(before)} -> ${short(after)}`;
  return style.wrap(text, 6);
}

function validationLines({ state, why, problems }: ShownPlan['validation'], style: Style): string[] {
  const list = problems.map(({ setting, errors }) => style.wrap(`${setting}: ${errors.join(' ')}`, 4));
  switch (state) {
    case 'accepted':
      return [`${style.symbol('pass')} Connect accepts the connector's configuration.`];
    case 'refused':
      return [`${style.symbol('fail')} Connect refuses the connector's configuration:`, ...list];
    case 'old-settings':
      return [
        `${style.symbol('warn')} ${style.wrap('With the settings of the container that runs now, Connect refuses the configuration. It is asked again with the new ones:', 2).trimStart()}`,
        ...list,
      ];
    default:
      return [style.wrap(`Connect was not asked about the connector: ${why ?? 'no reason'}.`)];
  }
}

/** Long lists of tables would hide the rest. */
function short(value: string | null): string {
  const text = value ?? '';
  const line = text.includes('\n') ? `${text.split('\n')[0]} …` : text;
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST)}… (${line.length} characters)`;
}
