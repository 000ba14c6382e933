/** Tokens of answers, in hex, as the real clients were seen to accept them. */
export const DONE = 'fd000000000000000000000000';
export const DONE_MORE = 'fd010000000000000000000000';
export const DONE_ERROR = 'fd020000000000000000000000';
export const DONE_ATTENTION = 'fd200000000000000000000000';
export const DONEINPROC = 'ff010000000000000000000000';
export const DONEINPROC_INSERT = 'ff1100c3000100000000000000';
export const DONEPROC = 'fe000000000000000000000000';
export const DONEPROC_MORE = 'fe010000000000000000000000';
export const RETURNSTATUS_0 = '7900000000';
export const handle = (number: number) =>
  `ac0000000100000000000026040 4${number.toString(16).padStart(2, '0')}000000`.replaceAll(' ', '');

/** The readable part of an answer: its UTF-16 text without the zero bytes. */
export function asText(hex: string): string {
  return Buffer.from(hex, 'hex').toString('latin1').replaceAll('\0', '');
}
