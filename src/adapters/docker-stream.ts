/**
 * Reads one of the Engine's JSON streams (pull, build) to its end.
 * @throws Error with the Engine's words when a line carries an error: the HTTP status was 200 long before
 */
export async function readJsonStream(
  stream: AsyncIterable<Buffer | string>,
  onMessage: (message: EngineMessage) => void,
): Promise<void> {
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of stream) {
    rest += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(line, onMessage);
  }
  take(rest, onMessage);
}

/** One line of a pull or build stream. */
export interface EngineMessage {
  stream?: string;
  status?: string;
  id?: string;
  progressDetail?: { current?: number; total?: number };
  error?: string;
  errorDetail?: { message?: string };
}

function take(line: string, onMessage: (message: EngineMessage) => void): void {
  if (line.trim() === '') return;
  const message = JSON.parse(line) as EngineMessage;
  const error = message.errorDetail?.message ?? message.error;
  if (error !== undefined) throw new Error(error.trim());
  onMessage(message);
}

const HEADER_BYTES = 8;
const STDERR = 2;

/** One frame of a container without a terminal. */
export interface Frame {
  stream: 'stdout' | 'stderr';
  payload: Buffer;
}

/**
 * Takes the Engine's frames apart as they come, in whatever pieces: 1 byte stream, 3 zero bytes, 4 bytes length (big endian), payload.
 * @returns a function that takes a piece and gives the frames that it completes
 */
export function frameReader(): (piece: Buffer) => Frame[] {
  let rest: Buffer = Buffer.alloc(0);
  return (piece) => {
    let raw = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    const frames: Frame[] = [];
    while (raw.length >= HEADER_BYTES) {
      const end = HEADER_BYTES + raw.readUInt32BE(4);
      if (raw.length < end) break;
      const stream = raw[0] === STDERR ? 'stderr' : 'stdout';
      frames.push({ stream, payload: raw.subarray(HEADER_BYTES, end) });
      raw = raw.subarray(end);
    }
    rest = raw;
    return frames;
  };
}

/** Both streams of a container without a terminal as one text. */
export function demultiplex(raw: Buffer): string {
  const payloads = frameReader()(raw).map(({ payload }) => payload);
  return Buffer.concat(payloads).toString('utf8');
}

/** Sums up the layers of a pull: bytes of those that have begun. */
export function pullProgress(): (message: EngineMessage) => string {
  const layers = new Map<string, { current: number; total: number }>();
  return ({ id, status, progressDetail }) => {
    if (id !== undefined && progressDetail?.total !== undefined) {
      layers.set(id, { current: progressDetail.current ?? 0, total: progressDetail.total });
    }
    const current = [...layers.values()].reduce((sum, layer) => sum + layer.current, 0);
    const total = [...layers.values()].reduce((sum, layer) => sum + layer.total, 0);
    return total === 0 ? (status ?? '') : `${megabytes(current)} of ${megabytes(total)} MB`;
  };
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
