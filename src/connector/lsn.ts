/**
 * Debezium's `commit_lsn` (three groups of hexadecimal digits, `00000027:00000ac0:0003`) as SQL Server writes a binary(10):
 * `0x0000002700000AC00003`. Two LSNs in this form compare as texts.
 * @returns undefined for anything else, such as Debezium's `NULL`
 */
export function lsnHex(commitLsn: string): string | undefined {
  const match = /^([0-9a-f]{8}):([0-9a-f]{8}):([0-9a-f]{4})$/i.exec(commitLsn);
  return match === null ? undefined : `0x${match.slice(1).join('')}`.toUpperCase().replace('0X', '0x');
}

/** The other way round: `0x0000002700000AC00003` as Debezium writes it. @throws RangeError for anything else */
export function commitLsn(hex: string): string {
  const match = /^0x([0-9a-f]{8})([0-9a-f]{8})([0-9a-f]{4})$/i.exec(hex);
  if (match === null) throw new RangeError(`${hex} is no binary(10)`);
  return match.slice(1).join(':').toLowerCase();
}
