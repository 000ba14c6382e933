/**
 * A start of the task makes Debezium compare its position with what SQL Server still has. While one of these checks says
 * that the position is lost, `snapshot.mode=when_needed` copies every table again, over the hospital's line.
 */
export const COPY_AGAIN = {
  when: ['sql-offset-window', 'sql-lsn-regressed', 'sql-db-restored'],
  risk: 'resnapshot',
};
