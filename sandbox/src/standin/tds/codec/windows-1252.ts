/** 0x80 to 0x9F; everything else is ISO 8859-1. The five unassigned bytes keep their code, as Windows maps them. */
const UPPER_CONTROLS = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008DŽ\u008F\u0090‘’“”•–—˜™š›œ\u009DžŸ';

/** Text of Windows-1252 bytes. Node 20's own TextDecoder takes that encoding for ISO 8859-1. */
export function windows1252Text(bytes: Buffer): string {
  return bytes
    .toString('latin1')
    .replace(/[\x80-\x9f]/g, (character) => UPPER_CONTROLS.charAt(character.charCodeAt(0) - 0x80));
}
