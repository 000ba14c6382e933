/** After one of these a text shows values: the key that was there twice, the value that does not fit, the whole record. */
const MARKERS: readonly RegExp[] = [
  // Kafka Connect and its clients: SourceRecord{…}, SinkRecord{…}, ProducerRecord(…), Struct{…}
  /\b(?:Source|Sink|Connect|Change|Producer|Consumer)Record\s*[({[]/,
  /\bStruct\s*\{/,
  /\brecord\s*(?:is|was)\s*[={:]/i,
  /\b(?:key|value|headers|before|after|row|payload|parameters)\s*=\s*(?=\S)/,
  /"(?:key|value|before|after|payload)"\s*:/,
  /\bError converting (?:message|value|key)\b/i,
  // Jackson and Java show what they could not read.
  /\((?:byte\[\]|String|StringReader|ByteArrayInputStream)\)"/,
  /\bUnrecognized token '/,
  /\bFor input string: /,
  /\bUnparseable \w+: /i,
  /\bText '(?=.*could not be parsed)/,
  // Debezium: "Failed to properly convert data value for 'x' of type y for row [...]:"
  // Debezium's converters: "Failed to convert value 'x' from column y", "Value 'x' is outside the representable range"
  /\bconvert value '/i,
  /\bValue '(?=.*representable range)/,
  /\bfor row\b/i,
  /\brow:? \[/i,
  // SQL Server 2601, 2627, 245, 2628, 8114
  /\bduplicate key value is\b/i,
  /\bconverting the \w+ value\b/i,
  /\bconversion of the \w+ value\b/i,
  /\bTruncated value:/i,
  // PostgreSQL
  /\bKey \([^)]*\)=/,
  /\bFailing row contains\b/i,
  /\binvalid input (?:syntax|value)[^:"]*:/i,
  /\bvalue out of range: /i,
  /\bvalue "/i,
  /\bCOPY [^:]+: "/,
  // Statements with their values.
  /\bINSERT INTO\b.*?\bVALUES\b/i,
  /\bUPDATE\b.*?\bSET\b/,
  /\bDELETE FROM\b.*?\bWHERE\b/,
];

/** What the reader of a trace needs, and what cannot be a part of a value that runs over several lines. */
const STRUCTURE =
  /^\d{4}-\d\d-\d\dT\S+ +\w+ +\S+|^\s+at [\w$.<>/-]+\(.*\)|^\s*Caused by: |^\s*Suppressed: |^\s*\.\.\. \d+ /;

/**
 * Takes rows of patients out of texts that quote them (SQL Server, PostgreSQL, Kafka Connect, Debezium): a line ends where it begins to show some, and the lines on which such a value goes on are left out.
 */
export function withoutRecords(text: string): string {
  const kept: string[] = [];
  let inValue = false;
  for (const line of text.split('\n')) {
    if (inValue && !STRUCTURE.test(line)) continue;
    const end = firstValue(line);
    inValue = end !== undefined;
    kept.push(end === undefined ? line : `${line.slice(0, end).trimEnd()} (values left out)`);
  }
  return kept.join('\n');
}

/**
 * The same for a fact. One that is a JSON document as a whole is no message that quotes a row: its check has asked for it, and judges
 * what stands in it (the key of a heartbeat).
 */
export function withoutQuotedRecords(text: string): string {
  return isJson(text) ? text : withoutRecords(text);
}

function isJson(text: string): boolean {
  if (!/^\s*[{[]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Where a line begins to show values. */
function firstValue(line: string): number | undefined {
  const ends = MARKERS.flatMap((marker) => {
    const found = marker.exec(line);
    return found === null ? [] : [found.index + found[0].length];
  });
  return ends.length === 0 ? undefined : Math.min(...ends);
}
