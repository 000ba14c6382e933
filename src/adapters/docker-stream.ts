import type { TransferProgress } from './docker-port.ts';

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

/** Sums up the layers of a pull or a push, line by line. */
export function transferProgress(): (message: EngineMessage) => TransferProgress {
  const layers = new Map<string, { current: number; total?: number; done: boolean }>();
  return ({ id, status = '', progressDetail }) => {
    // "Pulling from …" carries the tag as its id.
    if (id !== undefined && !/^Pulling from /.test(status)) {
      const layer = layers.get(id) ?? { current: 0, done: false };
      layers.set(id, layer);
      // Unpacking counts its own bytes; they are not the line's.
      if (/^(Downloading|Pushing)/.test(status)) {
        layer.current = progressDetail?.current ?? layer.current;
        layer.total = progressDetail?.total ?? Math.max(layer.total ?? 0, layer.current);
      }
      if (/^(Verifying|Download complete|Extracting|Pull complete|Pushed)/.test(status)) {
        layer.current = layer.total ?? layer.current;
      }
      if (/^(Pull complete|Pushed)/.test(status)) layer.done = true;
      if (/^(Already exists|Layer already exists|Mounted from)/.test(status)) {
        Object.assign(layer, { done: true, total: layer.total ?? 0 });
      }
    }
    const all = [...layers.values()];
    return {
      bytes: all.reduce((sum, { current }) => sum + current, 0),
      totalBytes: all.reduce((sum, { total = 0 }) => sum + total, 0),
      totalKnown: all.every(({ total }) => total !== undefined),
      layers: all.length,
      layersDone: all.filter(({ done }) => done).length,
      status,
    };
  };
}
