import type { FacilitySettings } from './facility.ts';
import type { Field, Values } from './field.ts';

/** A setting by which an installation stays or begins anew, and that is about to change. */
export interface MoveEffect {
  key: string;
  before: string;
  after: string;
  /** What becomes of the stream, in one sentence. */
  effect: string;
}

/**
 * What a change of these settings means for the position. Position and topics are named after database and facility id,
 * the container after the instance; nothing is named after the facility's name.
 * @param before values of the `.env` that stands; undefined where there is none
 */
export function moveEffects(
  fields: readonly Field[],
  before: Values | undefined,
  after: FacilitySettings,
): MoveEffect[] {
  if (before === undefined) return [];
  const was = (key: string) => before[key] ?? fields.find((field) => field.key === key)?.default ?? '';
  const all = [
    {
      key: 'DB_NAME',
      before: was('DB_NAME'),
      after: after.database.name,
      same: was('DB_NAME').toLowerCase() === after.database.name.toLowerCase(),
      effect: 'begins anew: position and topics are named after the database, and every table is copied.',
    },
    {
      key: 'SNAPSHOT_MODE',
      before: was('SNAPSHOT_MODE'),
      after: after.snapshotMode,
      effect: 'the stream goes on; the mode only says what happens where the position is lost.',
    },
    {
      key: 'INSTANCE',
      before: was('INSTANCE').replace(/^-/, ''),
      after: after.instance.replace(/^-/, ''),
      effect: 'the stream goes on in a container of another name; the old container has to go first.',
    },
    {
      key: 'FACILITY_NAME',
      before: was('FACILITY_NAME'),
      after: after.facilityName,
      effect: 'the stream goes on; rows from now on carry the new name.',
    },
  ];
  return all
    .filter(({ before: old, after: now, same }) => !(same ?? old === now))
    .map(({ key, before: old, after: now, effect }) => ({ key, before: old, after: now, effect }));
}
