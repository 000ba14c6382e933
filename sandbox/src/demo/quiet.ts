import { setTimeout as sleep } from 'node:timers/promises';
import type { Row } from '../sample/types.ts';
import { apply } from './apply.ts';
import { type Canonical, canonical } from './canonical.ts';
import type { Hospital } from './hospital.ts';
import type { LiveTable, Operation } from './operations.ts';
import type { Warehouse } from './warehouse.ts';

/** The last change of a table: once PostgreSQL shows it, everything before it has arrived too. */
export interface Marker {
  live: LiveTable;
  row: Row;
}

/** Still under way when the time was up. */
export class NotQuietError extends Error {
  readonly waitingFor: readonly string[];
  constructor(seconds: number, waitingFor: readonly string[]) {
    super(`After ${seconds} s these tables still lack changes in PostgreSQL: ${waitingFor.join('; ')}.`);
    this.name = 'NotQuietError';
    this.waitingFor = waitingFor;
  }
}

/**
 * Makes one last change in every table. A topic has one partition and the sink keeps its order, so a table has arrived in
 * full when its marker has.
 */
export async function markTables(hospital: Hospital): Promise<Marker[]> {
  const markers: Marker[] = [];
  for (const live of hospital.tables.values()) {
    const before = live.ledger.pick(hospital.random);
    const { after, columns } = visibleChange(live, before);
    live.ledger.replace(before, after);
    const operation: Operation = { kind: 'update', table: live.ledger.table, before, after, columns };
    const transaction = await hospital.source.begin();
    await apply(operation, transaction.request());
    await transaction.commit();
    markers.push({ live, row: after });
  }
  return markers;
}

/**
 * Waits until all markers and as many rows as the ledgers count stand in PostgreSQL.
 * @param onWait called after each look with what is still missing
 * @throws NotQuietError when the time is up
 */
export async function awaitQuiet(
  facilities: readonly { code: string; markers: readonly Marker[] }[],
  warehouse: Warehouse,
  options: { timeoutMs: number; onWait: (tables: number) => void },
): Promise<void> {
  const deadline = Date.now() + options.timeoutMs;
  let open = facilities.flatMap(({ code, markers }) => markers.map((marker) => ({ code, marker })));
  for (;;) {
    const missing: typeof open = [];
    for (const entry of open)
      if (!(await hasArrived(entry.code, entry.marker, warehouse))) missing.push(entry);
    open = missing;
    if (open.length === 0) return;
    if (Date.now() > deadline) {
      const waitingFor: string[] = [];
      for (const { code, marker } of open) waitingFor.push(await describeWait(code, marker, warehouse));
      throw new NotQuietError(Math.round(options.timeoutMs / 1000), waitingFor);
    }
    options.onWait(open.length);
    await sleep(500);
  }
}

async function hasArrived(code: string, { live, row }: Marker, warehouse: Warehouse): Promise<boolean> {
  const { table, size } = live.ledger;
  const seen = await warehouse.find(table, code, row);
  if (seen === undefined || !sameValues(live, seen, row)) return false;
  return (await warehouse.count(table.name, code)) === size;
}

async function describeWait(code: string, { live }: Marker, warehouse: Warehouse): Promise<string> {
  const { table, size } = live.ledger;
  return `${table.name} of ${code} (${await warehouse.count(table.name, code)} of ${size} rows)`;
}

function visibleChange({ ledger, maker }: LiveTable, before: Row): { after: Row; columns: number[] } {
  const old = ledger.table.columns.map(({ type }, i) => canonical(type, before[i] ?? null));
  for (;;) {
    const { row: after, columns } = maker.changed(before);
    if (!sameValues({ ledger, maker }, old, after)) return { after, columns };
  }
}

function sameValues({ ledger }: LiveTable, values: readonly Canonical[], row: Row): boolean {
  return ledger.table.columns.every(
    ({ type }, i) => type.name === 'rowversion' || values[i] === canonical(type, row[i] ?? null),
  );
}
