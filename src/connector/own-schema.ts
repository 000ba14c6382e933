/**
 * What this program puts into the hospital's database besides change data capture itself: one schema of its own, so that
 * nothing of ours stands among ClinicMaster's tables, and one role that holds every right of the connector's login.
 */
export const OWN_SCHEMA = 'clinicmaster_cdc';
/** One row that the connector updates, so that a quiet database still shows a position that moves (domain: S7, S8). */
export const HEARTBEAT_TABLE = 'heartbeat';
/** Debezium's signals, for copying a single table again. */
export const SIGNAL_TABLE = 'debezium_signal';
/** What `sql enable` has made here, so that `sql disable` takes back that and nothing else. */
export const MADE_TABLE = 'made';
/** Owner of the rights, and the role that guards the captured changes. */
export const READER_ROLE = 'clinicmaster_cdc_reader';
