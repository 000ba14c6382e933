import type { GroupPosition } from '../../adapters/kafka-port.ts';
import { CliError, EXIT } from '../../errors.ts';
import { hasOwnSchema, MARKS, REMOVED } from '../warehouse/own-schema.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';

/** Where Kafka ended when a mark was made: by topic, by partition. */
export type KafkaEnds = Record<string, Record<number, number>>;

/**
 * A moment before a copy. Every transaction below `horizon` had ended by then, and the copy's rows are written by later ones.
 */
export interface Mark {
  id: number;
  facility: string;
  tables: string[];
  /** ISO 8601. */
  madeAt: string;
  /** 64 bits: PostgreSQL's counter of transactions with its epoch. */
  horizon: number;
  /** This PostgreSQL and this database: another one counts its transactions from another beginning. */
  cluster: string;
  kafka: KafkaEnds;
  /** Rows taken out by it that are still kept. */
  kept: number;
}

const CLUSTER = `(SELECT system_identifier::text FROM pg_control_system()) || '/' ||
  (SELECT oid FROM pg_database WHERE datname = current_database())`;

/** Notes this moment. */
export async function makeMark(
  warehouse: Warehouse,
  facility: string,
  tables: readonly string[],
  kafka: KafkaEnds,
): Promise<Mark> {
  const [made] = await warehouse.ask<{ id: string }>(
    // The oldest transaction that still runs, and not the next one: what is under way counts as later, which keeps rows.
    `INSERT INTO ${MARKS} (facility, tables, horizon, cluster, kafka)
     SELECT $1, $2::jsonb, txid_snapshot_xmin(txid_current_snapshot()), ${CLUSTER}, $3::jsonb RETURNING id`,
    [facility, JSON.stringify(tables), JSON.stringify(kafka)],
  );
  return markOf(Number(made?.id), warehouse);
}

/** Ends of partitions, as a mark keeps them. */
export function kafkaEnds(positions: readonly GroupPosition[]): KafkaEnds {
  const ends: KafkaEnds = {};
  for (const { topic, partition, end } of positions) ends[topic] = { ...ends[topic], [partition]: end };
  return ends;
}

/** All marks, the newest first. None where none was ever made. */
export async function allMarks(warehouse: Warehouse): Promise<Mark[]> {
  if (!(await hasOwnSchema(warehouse))) return [];
  type Row = {
    id: string;
    facility: string;
    tables: string[];
    made_at: Date;
    horizon: string;
    cluster: string;
    kafka: KafkaEnds;
    kept: string;
  };
  const rows = await warehouse.ask<Row>(
    `SELECT m.*, (SELECT count(*) FROM ${REMOVED} r WHERE r.mark = m.id) AS kept FROM ${MARKS} m ORDER BY m.id DESC`,
  );
  return rows.map(({ id, made_at, horizon, kept, facility, tables, cluster, kafka }) => ({
    id: Number(id),
    facility,
    tables,
    madeAt: made_at.toISOString(),
    horizon: Number(horizon),
    cluster,
    kafka,
    kept: Number(kept),
  }));
}

/** @throws CliError (usage) for a number that no mark has */
export async function markOf(id: number, warehouse: Warehouse): Promise<Mark> {
  const marks = await allMarks(warehouse);
  const mark = marks.find((one) => one.id === id);
  if (mark !== undefined) return mark;
  throw new CliError('ghosts.no-mark', `There is no mark ${id}.`, {
    exitCode: EXIT.usage,
    seen: marks.length === 0 ? 'no mark at all' : `marks ${marks.map((one) => one.id).join(', ')}`,
    needed: 'The number of a mark, as central ghosts lists it.',
    commands: ['clinicmaster-cdc central ghosts'],
  });
}

/**
 * The newest mark of a facility that covers a table.
 * @throws CliError when there is none
 */
export async function newestMark(facility: string, table: string, warehouse: Warehouse): Promise<Mark> {
  const marks = await allMarks(warehouse);
  const mark = marks.find((one) => one.facility === facility && one.tables.includes(table));
  if (mark !== undefined) return mark;
  throw new CliError('ghosts.no-mark', `No mark of ${facility} covers ${table}.`, {
    needed: 'A mark that was made before the copy. Without one, make it now and have the table copied again.',
    commands: [`clinicmaster-cdc central ghosts mark --facility ${facility} --tables ${table}`],
    who: 'central-team',
  });
}

/** So many transactions later the short numbers in the rows could be taken for others. */
const MOST_SINCE = 2 ** 31;

/**
 * How many transactions have begun since a mark.
 * @throws CliError where the mark says nothing of this database any more
 */
export async function sinceMark(mark: Mark, warehouse: Warehouse): Promise<number> {
  const [row] = await warehouse.ask<{ next: string; cluster: string }>(
    `SELECT txid_snapshot_xmax(txid_current_snapshot()) AS next, ${CLUSTER} AS cluster`,
  );
  const since = Number(row?.next) - mark.horizon;
  if (row?.cluster === mark.cluster && since >= 0 && since <= MOST_SINCE) return since;
  throw new CliError('ghosts.mark-void', `Mark ${mark.id} says nothing of this warehouse any more.`, {
    seen:
      row?.cluster === mark.cluster
        ? `${since} transactions since the mark`
        : 'the warehouse was restored or moved since then',
    needed: 'A new mark, and another copy of the tables after it.',
    commands: [
      `clinicmaster-cdc central ghosts mark --facility ${mark.facility} --tables ${mark.tables.join(',')}`,
    ],
    who: 'central-team',
  });
}
