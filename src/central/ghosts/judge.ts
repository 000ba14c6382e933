import type { WarehouseTable } from '../warehouse/tables.ts';
import type { Counts } from './candidates.ts';
import type { Evidence } from './evidence.ts';

/** Risks of `central ghosts remove`. `delete-rows` is always needed. */
export const GHOST_RISKS = ['delete-rows', 'unproven-copy', 'dead-letters'] as const;
export type GhostRisk = (typeof GHOST_RISKS)[number];

/** What is known of one table of a facility since a mark. */
export interface GhostFacts {
  table: string;
  counts: Counts;
  /** Rows in the hospital at the end of its copy, as the facility reports them. */
  reported: number | null;
  evidence: Evidence;
  obstacles: WarehouseTable['obstacles'];
}

/** Why what was not rewritten may be more than ghosts. Without a risk: nobody may pass over it. */
export interface Objection {
  code: string;
  text: string;
  needed: string;
  risk?: Exclude<GhostRisk, 'delete-rows'>;
}

/** Everything that speaks against a whole copy; empty where it is proven. */
export function objections(facts: GhostFacts): Objection[] {
  return [...ofTable(facts), ...ofRows(facts), ...ofSink(facts), ...ofLetters(facts), ...ofRequest(facts)];
}

function ofTable({ obstacles, table }: GhostFacts): Objection[] {
  if (obstacles.length === 0) return [];
  return [
    {
      code: 'trigger',
      text: `public."${table}" has ${obstacles.join(', ')}: a row that the sink writes again may stay as it is.`,
      needed: 'A table without them while the copy comes; then a new mark and another copy.',
    },
  ];
}

function ofRows({ reported, counts: { rewritten } }: GhostFacts): Objection[] {
  if (reported === null) {
    return [
      {
        code: 'rows-not-reported',
        text: 'Nobody has said how many rows the hospital has.',
        needed: 'The number that the facility counts at the end of its copy, as --rows.',
        risk: 'unproven-copy',
      },
    ];
  }
  if (rewritten >= reported) return [];
  return [
    {
      code: 'rows-missing',
      text: `${reported - rewritten} of ${reported} rows of the hospital have not been written since the mark.`,
      needed: 'The rest of the copy; or, where the copy began before the mark, another one after it.',
    },
  ];
}

function ofSink({ evidence: { behind } }: GhostFacts): Objection[] {
  if (!behind.known) {
    return [
      {
        code: 'sink-unknown',
        text: `Kafka did not say how far the sink is: ${behind.why}.`,
        needed: 'An answer of Kafka to the user of KAFKA_USER.',
        risk: 'unproven-copy',
      },
    ];
  }
  if (behind.value === 0) return [];
  return [
    {
      code: 'sink-behind',
      text: `The sink has ${behind.value} records of this table before it.`,
      needed: 'A sink that has written them; it notes every 30 s how far it is.',
    },
  ];
}

function ofLetters({ evidence: { letters } }: GhostFacts): Objection[] {
  if (!letters.known) {
    return [
      {
        code: 'letters-unknown',
        text: `Nobody can tell whether rows were set aside as dead letters: ${letters.why}.`,
        needed: 'The right to read them, and Kafka keeping them.',
        risk: 'unproven-copy',
      },
    ];
  }
  const { own, anybodys } = letters.value;
  if (own + anybodys === 0) return [];
  const whose = anybodys === 0 ? '' : `, and ${anybodys} of which nobody can tell whose they are`;
  return [
    {
      code: 'dead-letters',
      text: `${own} records of this facility and table were set aside since the mark${whose}: such rows live in the hospital.`,
      needed: 'Their cause cured; then a new mark and another copy.',
      risk: 'dead-letters',
    },
  ];
}

function ofRequest({ evidence: { asked } }: GhostFacts): Objection[] {
  const risk = 'unproven-copy';
  if (!asked.known) {
    const text = `Nobody can tell whether a copy was asked for since the mark: ${asked.why}.`;
    return [{ code: 'copy-unknown', text, needed: 'Another mark, and a copy soon after it.', risk }];
  }
  const { kind, chunks, read, stopped } = asked.value;
  if (kind === 'none') {
    return [
      {
        code: 'copy-not-seen',
        text: 'Since the mark the facility has asked for no copy of this table.',
        needed:
          'snapshot or recover at the facility, after the mark. A copy of everything that Debezium makes at its start is not asked for: where it was one, accept the risk.',
        risk,
      },
    ];
  }
  if (kind === 'part') {
    const text = 'The last copy of this table took only rows for which a condition holds.';
    return [{ code: 'copy-part', text, needed: 'A copy without --where, after the mark.' }];
  }
  if (stopped) {
    const text = 'The copy was stopped before its end.';
    return [{ code: 'copy-stopped', text, needed: 'Another copy, to its end.' }];
  }
  if (read >= chunks) return [];
  const text = `The copy has read ${read} of ${chunks} chunks.`;
  return [{ code: 'copy-unfinished', text, needed: 'The rest of the copy.', risk }];
}
