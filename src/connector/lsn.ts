/**
 * Debezium's `commit_lsn` (three groups of hexadecimal digits, `00000027:00000ac0:0003`) as SQL Server writes a binary(10):
 * `0x0000002700000AC00003`. Two LSNs in this form compare as texts.
 * @returns undefined for anything else, such as Debezium's `NULL`
 */
export function lsnHex(commitLsn: string): string | undefined {
  const match = /^([0-9a-f]{8}):([0-9a-f]{8}):([0-9a-f]{4})$/i.exec(commitLsn);
  return match === null ? undefined : `0x${match.slice(1).join('')}`.toUpperCase().replace('0X', '0x');
}
