import type { KafkaPort } from '../../../adapters/kafka-port.ts';
import type { Context } from '../../../context.ts';
import { CliError, EXIT } from '../../../errors.ts';
import { JOURNAL_FILE } from '../../../install/facility-folder.ts';
import { heldStep } from '../../../install/recovery/stop-steps.ts';
import { runSteps } from '../../../install/run-steps.ts';
import type { Step, StepResult } from '../../../install/step.ts';
import { runningStep } from '../../../install/steps/connector.ts';
import { startStep } from '../../../install/steps/start.ts';
import { workerStep } from '../../../install/steps/worker.ts';
import { planText, type RecoveryPlan } from '../../../ui/recover-text.ts';
import { agree } from '../agree.ts';
import { type Life, proofOf, requireContainer } from '../life.ts';
import type { Options } from '../module.ts';
import { acceptedStartRisks } from '../start-guard.ts';

/**
 * Brings the worker up, does the work of one playbook, and ends when the stream is proven.
 * @param work steps between the worker that is up and the connector that runs; where there are none, the connector may start
 * with the worker
 */
export async function runRecovery(
  command: string,
  again: string,
  life: Life,
  context: Context,
  work: (kafka: KafkaPort) => readonly Step[],
): Promise<StepResult[]> {
  const { names, ports, settings } = life;
  await requireContainer(life);
  const kafka = await context.kafka(settings.kafka, `cdc.${settings.facilityId}.cli`);
  try {
    const proof = proofOf(life, kafka, context);
    await proof.since();
    const own = work(kafka);
    const steps = [
      ...(own.length === 0 ? [] : [heldStep(names, kafka, ports)]),
      startStep(names.container, ports.docker),
      workerStep(names.container, ports),
      ...own,
      runningStep(names.connector, names.container, ports),
      proof.step,
    ];
    return await runSteps(steps, {
      ...context,
      command,
      again,
      journalPath: `${settings.dir}/${JOURNAL_FILE}`,
    });
  } finally {
    await kafka.close();
  }
}

/**
 * Shows the plan; the risks that it has must be accepted by name, and somebody must say yes.
 * @throws CliError when a risk is not accepted, nobody can be asked, or the answer is no
 */
export async function agreed(
  plan: RecoveryPlan,
  needs: readonly { risk: 'resnapshot' | 'skip-changes'; why: string }[],
  again: string,
  options: Options,
  context: Context,
): Promise<void> {
  context.out.block((style) => planText(plan, style));
  const accepted = acceptedStartRisks(options);
  const open = needs.filter(({ risk }) => !accepted.has(risk));
  if (open.length > 0) {
    throw new CliError(
      'recover.risk',
      'This has a price that must be accepted by name. Nothing was changed.',
      {
        exitCode: EXIT.usage,
        seen: open.map(({ risk, why }) => `${risk}: ${why}`).join('\n'),
        needed: 'The plan above, read, and the risk in the command.',
        commands: [`${again}${needs.map(({ risk }) => ` --accept-risk ${risk}`).join('')}`],
      },
    );
  }
  await agree({ question: 'Do this now?', preset: false }, options, context);
}

/** The file that the positions of before were saved in; null where none was. */
export function savedIn(steps: readonly StepResult[]): string | null {
  const step = steps.find(({ id }) => id === 'saved');
  return step?.outcome === 'changed' ? step.detail : null;
}
