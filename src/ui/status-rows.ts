import type { StatusReport } from '../checks/status-report.ts';
import { sizeText, spanText } from '../units.ts';

const UNKNOWN = 'not known';

/** The numbers of a report in words, each with its head: for the terminal and for the page. */
export function statusRows(report: StatusReport): [string, string][] {
  return [
    ['Container', containerText(report.container, report.at)],
    ['Worker', workerText(report.worker)],
    ['Connector', connectorText(report)],
    ['Capture', captureText(report.capture)],
    ['Behind', lagText(report)],
    ['Heartbeat', heartbeatText(report)],
    ['Headroom', headroomText(report.headroom)],
    ...sentRow(report.sent),
    ...lastChange(report.tables),
    ...firstCopyRow(report.firstCopy),
    ...copiesRow(report.copies),
  ];
}

function containerText(container: StatusReport['container'], at: string): string {
  if (container === null) return UNKNOWN;
  const { name, status, health, startedAt, image, restarts, exitCode, outOfMemory } = container;
  if (status === 'absent') return `${name}, absent`;
  const since =
    status === 'running' && startedAt !== null
      ? ` for ${spanText((Date.parse(at) - Date.parse(startedAt)) / 1000)}`
      : '';
  return [
    `${name}, ${status}${since}${health === null ? '' : ` (${health})`}`,
    ...(exitCode === null ? [] : [`exit code ${exitCode}`]),
    ...(outOfMemory ? ['killed for its memory'] : []),
    ...(restarts > 0 ? [`restarted by Docker ${restarts} ${restarts === 1 ? 'time' : 'times'}`] : []),
    // Where it is from matters to doctor, not to a screen.
    ...(image === null ? [] : [image.slice(image.lastIndexOf('/') + 1)]),
  ].join(', ');
}

function workerText(worker: StatusReport['worker']): string {
  if (worker === null) return UNKNOWN;
  return `${worker.state}, Kafka Connect ${worker.version ?? '?'}, ${worker.url}`;
}

function connectorText({ connector, tasks }: StatusReport): string {
  if (connector === null) return UNKNOWN;
  const states = tasks.map(({ id, state }) => `task ${id} ${state}`).join(', ');
  return `${connector.name} ${connector.state}, ${states || 'no task'}`;
}

function captureText(capture: StatusReport['capture']): string {
  if (capture === null) return UNKNOWN;
  const { wroteSeconds, latencySeconds } = capture;
  if (wroteSeconds === null) return 'SQL Server has captured nothing yet';
  const latency = latencySeconds === null ? '' : `, ${spanText(latencySeconds)} after the commit`;
  return `SQL Server last wrote ${spanText(wroteSeconds)} ago${latency}`;
}

function lagText({ lag, position }: StatusReport): string {
  if (position?.copying === true) return 'the first copy is under way';
  if (lag === null) return position?.commitLsn === null ? 'no position stored yet' : UNKNOWN;
  const lsn = position?.commitLsn == null ? '' : `, position ${position.commitLsn}`;
  if (lag.waiting === 0) return `nothing waits${lsn}`;
  return `${spanText(lag.seconds)}, ${lag.waiting} ${lag.waiting === 1 ? 'transaction waits' : 'transactions wait'}${lsn}`;
}

function heartbeatText({ heartbeat, endToEnd }: StatusReport): string {
  if (heartbeat === null) return UNKNOWN;
  const { at, ageSeconds } = heartbeat;
  if (ageSeconds === null) return 'none yet';
  const row =
    endToEnd === null ? '' : `; a row written ${spanText(endToEnd.ageSeconds)} ago has gone the whole way`;
  return `${spanText(ageSeconds)} ago in Kafka (${at?.slice(0, 19)}Z)${row}`;
}

function headroomText(headroom: StatusReport['headroom']): string {
  if (headroom === null) return UNKNOWN;
  const { keptSeconds, assumed, leftSeconds, lost } = headroom;
  const kept = `changes are kept ${assumed ? 'at least ' : ''}${spanText(keptSeconds)}`;
  if (lost) return `none: changes that were not read have been deleted (${kept})`;
  return `${spanText(leftSeconds)} until unread changes are lost (${kept}${assumed ? '; the login may not see how long' : ''})`;
}

/** Only where the image counts. */
function sentRow(sent: StatusReport['sent']): [string, string][] {
  if (sent === null) return [];
  const { records, bytes, sinceSeconds, recordsPerSecond, bytesPerDay } = sent;
  const rate = recordsPerSecond === null ? '' : ` (${frequency(recordsPerSecond)})`;
  const day = bytesPerDay === null ? '' : ` (${sizeText(bytesPerDay)} a day)`;
  return [
    [
      'Sent',
      `${records} records${rate}, ${sizeText(bytes)}${day} in ${spanText(sinceSeconds)} since the task started`,
    ],
  ];
}

/** `3.4 a second`, `12 a minute`, `11 an hour`: of the three the one that is at least one. */
function frequency(perSecond: number): string {
  if (perSecond >= 1) return `${Number(perSecond.toPrecision(2))} a second`;
  if (perSecond * 60 >= 1) return `${Math.round(perSecond * 60)} a minute`;
  return `${Math.round(perSecond * 3600)} an hour`;
}

function firstCopyRow(copy: StatusReport['firstCopy']): [string, string][] {
  if (copy === null) return [];
  const { tables, tablesLeft, rows, rowsInAll, percent, secondsLeft } = copy;
  const share =
    rowsInAll === null ? `${rows} rows` : `${rows} of about ${rowsInAll} rows (${percent ?? 0} %)`;
  const left = secondsLeft === null ? '' : `; about ${spanText(secondsLeft)} left`;
  return [['First copy', `${share}, ${tables - tablesLeft} of ${tables} tables${left}`]];
}

/** The latest of all, and what has been quiet for longest among those that ever changed. */
function lastChange(tables: StatusReport['tables']): [string, string][] {
  if (tables === null || tables.length === 0) return [];
  const changed = tables.filter(({ lastChangeSeconds }) => lastChangeSeconds !== null);
  const [first] = changed;
  if (first === undefined) return [['Changes', `none of ${tables.length} tables in what SQL Server keeps`]];
  const latest = `${first.table} ${spanText(first.lastChangeSeconds ?? 0)} ago`;
  return [
    ['Changes', `${latest}; ${changed.length} of ${tables.length} tables changed in what SQL Server keeps`],
  ];
}

/** Only while something is copied beside the stream. */
function copiesRow(copies: StatusReport['copies']): [string, string][] {
  if (copies === null) return [];
  const [first, ...more] = copies.tables;
  const names = more.length === 0 ? first : `${first} and ${more.length} more`;
  const hours = copies.hours === null ? '' : `, the first copy in its hours ${copies.hours}`;
  const far = copies.percent === null ? '' : `, ${copies.percent} %`;
  const left = copies.secondsLeft === null ? '' : `, about ${spanText(copies.secondsLeft)} left`;
  return [['Copying', `${names}${far}${left}${hours}: clinicmaster-cdc snapshot --status`]];
}
