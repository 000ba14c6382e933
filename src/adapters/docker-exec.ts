import { Duplex } from 'node:stream';
import type Docker from 'dockerode';
import { demultiplex, frameReader } from './docker-stream.ts';
import { failureCode } from './network-failure.ts';

/** What a program says when it gives up is a line; more is not kept. */
const MOST_COMPLAINT = 2000;

/** Runs a program in a running container to its end. */
export async function execute(
  engine: Docker,
  container: string,
  argv: readonly string[],
): Promise<{ exitCode: number; output: string }> {
  const command = await engine
    .getContainer(container)
    .exec({ Cmd: [...argv], AttachStdout: true, AttachStderr: true });
  const stream = await command.start({ hijack: true, stdin: false });
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  const { ExitCode } = await command.inspect();
  return { exitCode: ExitCode ?? -1, output: demultiplex(Buffer.concat(chunks)) };
}

/**
 * Standard input and output of a program in a running container as one stream. What is written before the program has
 * started waits for it. A program that complains on its standard error and ends, ends the stream with that complaint.
 */
export function executionStream(engine: Docker, container: string, argv: readonly string[]): Duplex {
  return new ExecutionStream(engine, container, argv);
}

class ExecutionStream extends Duplex {
  private attached: Duplex | undefined;
  private readonly frames = frameReader();
  private complaint = '';
  private readonly start: () => Promise<Duplex>;

  constructor(engine: Docker, container: string, argv: readonly string[]) {
    super();
    this.start = async () => {
      const options = { AttachStdin: true, AttachStdout: true, AttachStderr: true };
      const command = await engine.getContainer(container).exec({ Cmd: [...argv], ...options });
      return command.start({ hijack: true, stdin: true });
    };
  }

  override _construct(done: (error?: Error | null) => void): void {
    this.start().then(
      (attached) => {
        this.attached = attached;
        attached.on('data', (chunk: Buffer) => this.unframe(chunk));
        attached.once('error', (error) => this.destroy(error));
        attached.once('end', () => this.ended());
        attached.once('close', () => this.ended());
        done();
      },
      (error: Error) => done(failureCode('EEXEC', error.message)),
    );
  }

  override _read(): void {
    this.attached?.resume();
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.attached?.write(chunk, encoding, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.attached?.end(() => done());
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.attached?.destroy();
    done(error);
  }

  /** As a socket has them; this stream never keeps the process alive by itself. */
  unref(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  /** Takes the Engine's frames apart; they may arrive in any pieces. */
  private unframe(chunk: Buffer): void {
    let room = true;
    for (const { stream, payload } of this.frames(chunk)) {
      if (stream === 'stderr') this.complaint = (this.complaint + payload).slice(0, MOST_COMPLAINT);
      else room = this.push(payload);
    }
    if (!room) this.attached?.pause();
  }

  private ended(): void {
    if (this.destroyed || this.readableEnded) return;
    if (this.complaint === '') this.push(null);
    else this.destroy(complaintError(this.complaint));
  }
}

/** System errors by what busybox prints of them. */
const COMPLAINTS: readonly [RegExp, string][] = [
  [/bad address/i, 'ENOTFOUND'],
  [/connection refused/i, 'ECONNREFUSED'],
  [/timed out/i, 'ETIMEDOUT'],
  [/no route to host/i, 'EHOSTUNREACH'],
  [/network is unreachable/i, 'ENETUNREACH'],
  [/reset by peer/i, 'ECONNRESET'],
];

/** The last line of what a program complained about, as the system error that it stands for. */
export function complaintError(text: string): Error & { code: string } {
  const line = text.trim().split('\n').at(-1) ?? '';
  const code = COMPLAINTS.find(([pattern]) => pattern.test(line))?.[1] ?? 'EEXEC';
  return failureCode(code, line);
}
