import type { DockerPort } from '../../adapters/docker-port.ts';
import { FIGURES_RULES, FIGURES_URL, parseMetrics, type WorkerMetrics } from '../../connector/metrics.ts';
import { sizeText, spanText } from '../../units.ts';
import type { FacilityCheck } from '../context.ts';
import type { Remedy, Verdict } from '../types.ts';
import { counted, pass, skip, unknown, warn } from '../verdicts.ts';

const ID = 'stream-metrics';

/** The worker answers in milliseconds; the first time after its start in a good half second. */
const PATIENCE_S = '3';
/** Of a program that its time limit has ended. */
const TERMINATED = 143;
/** What the container answers where its image is of a time before the figures. */
const NO_EXPORTER = 'no exporter in the image';
/** A queue that is fuller than this holds Debezium up. */
const FULL = 0.9;

export type MetricsFacts = {
  metrics: WorkerMetrics | null;
  /** Why there are none; null when there are. */
  why: string | null;
  nowMs: number;
};

/** What the worker counts since its task was started. That RUNNING hides errors and a queue that does not empty, they tell. */
export const streamMetrics: FacilityCheck<MetricsFacts> = {
  id: ID,
  title: 'The worker counts no errors',
  area: 'pipeline',
  when: ['daily'],
  needs: ['docker-container-state'],
  timeoutMs: 5000,

  async probe(context) {
    const nowMs = context.clock.now();
    return { ...(await workerFigures(await context.docker(), context.names.container)), nowMs };
  },

  judge({ metrics, why, nowMs }) {
    if (metrics !== null) return judgeMetrics(metrics, nowMs);
    if (why === NO_EXPORTER) {
      return skip(`${ID}-none`, 'The image is an older one, which gives no figures; `upgrade` brings them.');
    }
    return unknown(`${ID}-unanswered`, 'The worker did not give its figures.', {
      current: why ?? 'no answer',
      remedy: {
        text: 'It streams without them. Just after a start they come within seconds; else the log says why they do not.',
        commands: ['clinicmaster-cdc logs'],
        who: 'you',
      },
    });
  },
};

/** Looks from inside the container: the figures are on its own loopback. */
export async function workerFigures(
  docker: DockerPort,
  container: string,
): Promise<Omit<MetricsFacts, 'nowMs'>> {
  const wget = `exec /bin/busybox timeout ${PATIENCE_S} /bin/busybox wget -q -O - ${FIGURES_URL}`;
  const script = `[ -e ${FIGURES_RULES} ] || { echo ${NO_EXPORTER}; exit 1; }; ${wget}`;
  const { exitCode, output } = await docker.exec(container, ['/bin/sh', '-c', script]);
  const metrics = exitCode === 0 ? parseMetrics(output) : null;
  if (metrics !== null) return { metrics, why: null };
  return { metrics, why: reason(exitCode, output) };
}

function reason(exitCode: number, output: string): string {
  if (exitCode === 0) return 'an answer without figures';
  if (exitCode === TERMINATED) return `no whole answer in ${PATIENCE_S} s`;
  return output.trim().split('\n').at(-1) || `exit code ${exitCode}`;
}

function judgeMetrics(metrics: WorkerMetrics, nowMs: number): Verdict {
  const { task, sent, countedFromMs } = metrics;
  if (task === null || sent === null) return pass('no task runs, so nothing is counted');
  const seconds = countedFromMs === null ? null : Math.max(0, (nowMs - countedFromMs) / 1000);
  const since = seconds === null ? '' : ` in ${spanText(seconds)}, since the task started`;
  return (
    erroneous(metrics, since) ??
    refused(metrics, since) ??
    uncommitted(metrics) ??
    full(metrics) ??
    pass(`${counted(task.written ?? 0, 'record')}, ${sizeText(sent.bytes ?? 0)} sent${since}`)
  );
}

const SEE_LOGS: Remedy = {
  text: 'The log names the event and the reason.',
  commands: ['clinicmaster-cdc logs'],
  who: 'you',
};

function erroneous({ stream, snapshot }: WorkerMetrics, since: string): Verdict | undefined {
  const count = (stream?.erroneous ?? 0) + (snapshot?.erroneous ?? 0);
  if (count === 0) return undefined;
  return warn(`${ID}-erroneous`, `Debezium could not make a record of ${counted(count, 'event')}.`, {
    current: `${count}${since}`,
    required: 'none',
    remedy: SEE_LOGS,
  });
}

function refused({ sent, task }: WorkerMetrics, since: string): Verdict | undefined {
  const errors = sent?.errors ?? 0;
  const failures = task?.recordFailures ?? 0;
  if (errors === 0 && failures === 0) return undefined;
  return warn(`${ID}-retries`, 'Kafka did not take every record.', {
    current: `${counted(errors, 'record')} given up, ${counted(failures, 'failure')}, ${sent?.retries ?? 0} sent again${since}`,
    required: 'no record given up',
    remedy: {
      text: 'The position does not move past a record that was not taken: it is sent again after a restart. The log names the reason.',
      commands: ['clinicmaster-cdc logs', 'clinicmaster-cdc doctor --only kafka'],
      who: 'you',
    },
  });
}

function uncommitted({ task }: WorkerMetrics): Verdict | undefined {
  const ratio = task?.offsetCommitFailureRatio ?? 0;
  if (ratio === 0) return undefined;
  return warn(`${ID}-offset-commits`, 'The position could not be stored every time.', {
    current: `${Math.round(ratio * 100)} % of the attempts of the last minute failed`,
    required: 'none',
    remedy: {
      text: 'After a restart what came since the stored position is sent a second time; the warehouse keeps one row of it.',
      commands: ['clinicmaster-cdc doctor --only kafka'],
      who: 'you',
    },
  });
}

/** While tables are copied the queue is full wherever SQL Server is faster than the line, as it should be. */
function full({ stream, snapshot }: WorkerMetrics): Verdict | undefined {
  const { queueTotal = null, queueFree = null, queueBytes = null, queueMaxBytes = null } = stream ?? {};
  const records = queueTotal && queueFree !== null ? (queueTotal - queueFree) / queueTotal : 0;
  const bytes = queueMaxBytes && queueBytes !== null ? queueBytes / queueMaxBytes : 0;
  const used = Math.max(records, bytes);
  if (used < FULL || snapshot?.running === true) return undefined;
  return warn(`${ID}-queue-full`, 'Changes come faster than they are sent to Kafka.', {
    current: `the queue is ${Math.round(used * 100)} % full`,
    required: `below ${FULL * 100} %`,
    remedy: {
      text: 'Nothing is lost: they wait in SQL Server. If it lasts, the line or Kafka is too slow.',
      commands: ['clinicmaster-cdc doctor --only kafka-throughput --deep'],
      who: 'network-admin',
    },
  });
}
