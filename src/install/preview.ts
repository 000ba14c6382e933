import type { ConfigProblem, ConnectorConfig, ConnectPort } from '../adapters/connect-port.ts';
import { CliError } from '../errors.ts';
import type { Change, Step, StepResult } from './step.ts';

/** What a run would do, from looking alone. Holds no secret. */
export interface InstallPlan {
  steps: PlannedStep[];
  /** Something would be changed. */
  changes: boolean;
  /** A run would not get to its end: a step would stop, or Connect refuses the configuration. */
  refused: boolean;
  /** What it means for the stream. */
  stream: string;
  validation: Validation;
}

export interface PlannedStep {
  id: string;
  title: string;
  action: 'nothing' | 'do' | 'stop' | 'unknown';
  /** What is so, what would be done, or why that cannot be told. */
  what: string;
  changes: readonly Change[];
}

/** What Connect itself says of the wanted connector configuration. */
export interface Validation {
  /** `old-settings`: the container that answered would be made anew; with its settings it refuses, which may change. */
  state: 'accepted' | 'refused' | 'old-settings' | 'not-asked';
  /** Why it was not asked. */
  why?: string;
  problems: ConfigProblem[];
}

/** What decides the sentence on the stream. */
export interface StreamFacts {
  /** The facility has streamed before: Kafka holds its heartbeats. Null: Kafka did not tell. */
  known: boolean | null;
}

/** Steps whose answer of today says nothing once an earlier one is done. */
const FOLLOWS: Record<string, { after: readonly string[]; what: string }> = {
  worker: { after: ['container'], what: 'wait until it is healthy' },
  running: { after: ['container', 'connector'], what: 'wait until both run' },
};

/**
 * Asks each step what is left to do. Nothing is changed.
 * @param validate asks Connect even where the connector would stay as it is
 */
export async function previewSteps(
  steps: readonly Step[],
  connector: { config: ConnectorConfig; connect: ConnectPort },
  facts: StreamFacts,
  validate: boolean,
): Promise<InstallPlan> {
  const planned: PlannedStep[] = [];
  for (const step of steps) planned.push(await previewStep(step, planned));
  const todo = (id: string) => planned.some((step) => step.id === id && step.action !== 'nothing');
  const validation =
    validate || todo('connector')
      ? await validated(connector, todo('container'))
      : { state: 'not-asked' as const, why: 'its configuration stays as it is', problems: [] };
  return {
    steps: planned,
    changes: planned.some(({ action }) => action !== 'nothing'),
    refused: planned.some(({ action }) => action === 'stop') || validation.state === 'refused',
    stream: streamText(planned, facts),
    validation,
  };
}

async function previewStep(step: Step, before: readonly PlannedStep[]): Promise<PlannedStep> {
  const { id, title } = step;
  const planned = (action: PlannedStep['action'], what: string, changes: readonly Change[] = []) => ({
    id,
    title,
    action,
    what,
    changes,
  });
  const follows = FOLLOWS[id];
  const waits = follows !== undefined && before.some((one) => follows.after.includes(one.id) && isOpen(one));
  if (waits) return planned('do', follows.what);
  try {
    const already = await step.done(results(before));
    if (already !== undefined) return planned('nothing', already);
    const preview = await step.preview?.();
    if (preview?.refused !== undefined) return planned('stop', preview.refused);
    return planned('do', preview?.what ?? follows?.what ?? 'to do', preview?.changes);
  } catch (cause) {
    if (!(cause instanceof CliError)) throw cause;
    // The worker does not answer because it is yet to be started.
    if (id === 'connector' && before.some((one) => one.id === 'worker' && isOpen(one)))
      return planned('do', 'register it once the worker runs, if it is not registered as wanted');
    const text = [cause.message, cause.seen, cause.needed].filter((part) => part !== undefined).join(' ');
    return cause.code === 'install.network' ? planned('stop', text) : planned('unknown', cause.message);
  }
}

function isOpen({ action }: PlannedStep): boolean {
  return action !== 'nothing';
}

/** As a run would have come out so far, for the steps that ask. */
function results(planned: readonly PlannedStep[]): StepResult[] {
  return planned.map(({ id, title, action, what }) => ({
    id,
    title,
    outcome: action === 'nothing' ? 'unchanged' : 'changed',
    detail: what,
    ms: 0,
  }));
}

/** The references of a configuration are resolved inside the container that answers: by its settings, not by new ones. */
async function validated(
  { config, connect }: { config: ConnectorConfig; connect: ConnectPort },
  remade: boolean,
): Promise<Validation> {
  if ((await connect.health()).state !== 'healthy') {
    const why = 'the worker does not run; it is asked before the connector is registered';
    return { state: 'not-asked', why, problems: [] };
  }
  try {
    const problems = await connect.validate(config);
    if (problems.length === 0) return { state: 'accepted', problems };
    return { state: remade ? 'old-settings' : 'refused', problems };
  } catch (cause) {
    if (!(cause instanceof CliError)) throw cause;
    return { state: 'not-asked', why: cause.seen ?? cause.message, problems: [] };
  }
}

const WAITING = 'changes wait in SQL Server, nothing is lost';

function streamText(planned: readonly PlannedStep[], { known }: StreamFacts): string {
  const of = (id: string) => planned.find((step) => step.id === id);
  const [container, connector] = [of('container'), of('connector')];
  if (container?.action === 'stop') return 'The stream is not touched.';
  if (container?.action === 'unknown') return 'What it means for the stream cannot be told.';
  if (container?.action === 'do') {
    if (container.what.startsWith('stop it'))
      return `The container is made anew: about 20 s without streaming; ${WAITING}.`;
    if (known === true) return 'The stream goes on from the position that is stored in Kafka.';
    if (known === null) return 'Kafka did not tell whether this facility has streamed before.';
    return 'The chosen tables are copied once, then every change is streamed.';
  }
  if (connector !== undefined && isOpen(connector))
    return `The container stays; the connector starts again by itself: some seconds without streaming; ${WAITING}.`;
  return planned.some(isOpen)
    ? 'The container and the connector stay as they are.'
    : 'The stream is not touched.';
}
