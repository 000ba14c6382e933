/** Data type bytes of TYPE_INFO (MS-TDS 2.2.5.4). */
export const WIRE = {
  null: 0x1f,
  image: 0x22,
  text: 0x23,
  guid: 0x24,
  intN: 0x26,
  date: 0x28,
  time: 0x29,
  datetime2: 0x2a,
  datetimeOffset: 0x2b,
  int1: 0x30,
  bit: 0x32,
  int2: 0x34,
  int4: 0x38,
  datetime4: 0x3a,
  float4: 0x3b,
  money8: 0x3c,
  datetime8: 0x3d,
  float8: 0x3e,
  ntext: 0x63,
  bitN: 0x68,
  decimalN: 0x6a,
  numericN: 0x6c,
  floatN: 0x6d,
  moneyN: 0x6e,
  datetimeN: 0x6f,
  money4: 0x7a,
  int8: 0x7f,
  varbinary: 0xa5,
  varchar: 0xa7,
  binary: 0xad,
  char: 0xaf,
  nvarchar: 0xe7,
  nchar: 0xef,
  xml: 0xf1,
} as const;

/** Maximum length that announces a PLP ("max") value. */
export const PLP_LENGTH = 0xffff;
/** NULL of the types with a two-byte length. */
export const NULL_LENGTH = 0xffff;
export const PLP_NULL = 0xffffffffffffffffn;
export const PLP_UNKNOWN_LENGTH = 0xfffffffffffffffen;
/** Maximum length of text and image; ntext counts two bytes a character. */
export const LOB_LENGTH = 0x7fffffff;

/**
 * Latin1_General_100_BIN2_UTF8: comparison by code point, varchar as UTF-8.
 * u32 little-endian: LCID 0x0409, flags BIN2 (bit 25) and UTF-8 (bit 26), version 2 (bits 28–31); then sort id 0.
 */
export const COLLATION = Buffer.from([0x09, 0x04, 0x00, 0x26, 0x00]);
/** UTF-8 flag within the fourth byte of a collation. */
export const COLLATION_UTF8 = 0x04;
