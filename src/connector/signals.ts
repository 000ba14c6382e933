import { literal, plainName } from './expressions.ts';
import type { TableName } from './table-selection.ts';

/**
 * Signals to Debezium, as rows of its signal table (SQL Server connector 3.6): `id` names the one who asks, `type` what
 * is asked for, `data` the rest as JSON. Debezium itself puts two rows into the same table for each chunk that it copies.
 */
export type SignalRow = {
  id: string;
  type: string;
  data: string;
};

/** `copy`: asked for by name; `first`: the first copy of all tables, in its window. */
export type CopyKind = 'copy' | 'first';
export type Control = 'pause' | 'resume' | 'stop';
/** `mark`: put in to help another signal along; nobody asked for it. */
type Asked = CopyKind | Control | 'mark';

/** The columns hold no more (`sql enable` makes the table as Debezium's manual has it). */
export const DATA_LENGTH = 2048;
/** Debezium's mark of a chunk that has been read. */
export const CHUNK_READ = 'snapshot-window-close';
export const CHUNK_BEGUN = 'snapshot-window-open';
export const EXECUTE = 'execute-snapshot';

/** What was asked for, as it stands in the row itself: it outlives this program, its folder and this machine. */
export interface CopyRequest {
  id: string;
  kind: CopyKind;
  /** Milliseconds since 1970. */
  at: number;
  /** Empty for the first copy: all that stream. */
  tables: readonly TableName[];
  where: string;
  /** Chunks that were marked as read before. */
  before: number;
  /** Chunks that this copy will read, by the row counts of then. */
  chunks: number;
  rows: number;
}

const OURS = /^cdc-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z-(copy|first|pause|resume|stop|mark)$/;

/** Sorts by time, and is told apart from signals that a person has put in by hand. */
export function signalId(what: Asked, at: number): string {
  return `cdc-${new Date(at).toISOString().replace(/[-:.]/g, '')}-${what}`;
}

/** Who asked for what when; undefined where it was not this program. */
export function parsedId(id: string): { what: Asked; at: number } | undefined {
  const match = OURS.exec(id);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, ms, what] = match;
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`);
  return Number.isNaN(at) ? undefined : { what: what as Asked, at };
}

/** The signal that begins a copy. Each table stands as an expression that matches its whole name and no other. */
export function copySignal(request: Omit<CopyRequest, 'id'>, database: string): SignalRow {
  const { kind, at, tables, where, before, chunks, rows } = request;
  const names = tables.map(({ schema, table }) => literal(`${database}.${schema}.${table}`));
  const data = {
    'data-collections': names,
    type: 'incremental',
    ...(where === ''
      ? {}
      : { 'additional-conditions': names.map((name) => ({ 'data-collection': name, filter: where })) }),
    // Debezium passes over what it does not know.
    requested: { before, chunks, rows },
  };
  return { id: signalId(kind, at), type: EXECUTE, data: asciiJson(data) };
}

/** The signal that begins the first copy: every table of dbo that streams, as the connector's own lists have it. */
export function allTablesSignal(
  { by, at, before, chunks, rows }: Pick<CopyRequest, 'at' | 'before' | 'chunks' | 'rows'> & { by: string },
  database: string,
): SignalRow {
  const data = {
    'data-collections': [`${literal(`${database}.dbo.`)}.*`],
    type: 'incremental',
    requested: { by, before, chunks, rows },
  };
  return { id: signalId('first', at), type: EXECUTE, data: asciiJson(data) };
}

/** The signal that pauses, resumes or ends the copy that is under way. */
export function controlSignal(control: Control, at: number): SignalRow {
  return { id: signalId(control, at), type: `${control}-snapshot`, data: '{"type":"incremental"}' };
}

/** A signal that helps another one along: it ends a pause, or moves the stored position by a line in the log. */
export function markSignal(type: 'resume-snapshot' | 'log', at: number): SignalRow {
  const data =
    type === 'log' ? '{"message":"clinicmaster-cdc: the copy was stopped"}' : '{"type":"incremental"}';
  return { id: signalId('mark', at), type, data };
}

/** What a row of ours asked for; undefined for any other row. */
export function parsedRequest({ id, type, data }: SignalRow): CopyRequest | undefined {
  const named = parsedId(id);
  if (type !== EXECUTE || (named?.what !== 'copy' && named?.what !== 'first')) return undefined;
  try {
    const parsed = JSON.parse(data);
    const { before, chunks, rows } = parsed.requested as { before: number; chunks: number; rows: number };
    const [condition] = (parsed['additional-conditions'] ?? []) as { filter: string }[];
    return {
      id,
      kind: named.what,
      at: named.at,
      tables: (parsed['data-collections'] as string[]).flatMap(tableOf),
      where: condition?.filter ?? '',
      before,
      chunks,
      rows,
    };
  } catch {
    return undefined;
  }
}

/** The table that an expression of ours stands for; none for that of all tables. */
function tableOf(expression: string): TableName[] {
  const [, schema, table] = /\.([^.]+)\.([^.]+)$/.exec(plainName(expression) ?? '') ?? [];
  return schema === undefined || table === undefined ? [] : [{ schema, table }];
}

/** The column is varchar: what is not ASCII would depend on the server's code page. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
