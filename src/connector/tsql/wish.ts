/** What the connector needs of a database: the goal that the facts are compared with. */
export interface DatabaseWish {
  /** As SQL Server spells it. */
  database: string;
  /** The connector's login; its user in the database gets the same name where there is none. */
  login: string;
  /** TABLE_INCLUDE_LIST. */
  tableIncludeList: string;
  /** The first copy reads row versions. */
  snapshotIsolation: boolean;
  /** Heartbeat and signal tables in a schema of our own. */
  ownSchema: boolean;
  /** Rights to see Agent, jobs and scans, which the stream itself does not need. */
  monitoring: boolean;
  /** Minutes for which changes shall be kept. */
  retention: number;
  /** A retention from here on is left as it is, in minutes. */
  enoughRetention: number;
}

const DAY = 24 * 60;
/** Two weeks: an outage over the holidays must not lose changes. SQL Server's default is three days. */
export const USUAL_RETENTION = 14 * DAY;
/** The check sql-retention is content with a week. */
export const ENOUGH_RETENTION = 7 * DAY;
