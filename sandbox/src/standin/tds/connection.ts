import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type SecureContext, TLSSocket } from 'node:tls';
import { type Session, type SessionFactory, TsqlError } from '../types.ts';
import { agreedPacketSize, writeLoginAnswer } from './login-answer.ts';
import { type Login7, parseLogin7, TDS_7_4 } from './login7.ts';
import { MessageWriter } from './message-writer.ts';
import { type Message, PACKET, PacketParser } from './packets.ts';
import {
  agreedEncryption,
  ENCRYPTION,
  type EncryptionPolicy,
  preloginAnswer,
  requestedEncryption,
} from './prelogin.ts';
import { ProtocolError } from './protocol-error.ts';
import { RequestHandler } from './request-handler.ts';
import { TlsCarrier } from './tls-carrier.ts';
import { DONE, TOKEN, writeDone, writeError } from './tokens.ts';

/** A client that has not logged in by then is dropped. */
const LOGIN_TIMEOUT_MS = 30_000;

/** What every connection of a server shares. */
export interface ConnectionOptions {
  factory: SessionFactory;
  encryption: EncryptionPolicy;
  /** Certificate and key; needed unless `encryption` is off. */
  secureContext: SecureContext | undefined;
  report: (error: unknown) => void;
}

/** One client from its first byte to its last: PRELOGIN, TLS, LOGIN7, then requests one after another. */
export class Connection {
  /** Resolves when the socket is gone and its session is closed. */
  readonly closed: Promise<void>;
  readonly #raw: Socket;
  readonly #options: ConnectionOptions;
  readonly #writer: MessageWriter;
  readonly #parser = new PacketParser();
  readonly #waiting: Message[] = [];
  readonly #loginTimer: NodeJS.Timeout;
  #channel: Duplex;
  #session: Session | undefined;
  #handler: RequestHandler | undefined;
  #tls = false;
  #preloginDone = false;
  /** Cancels the request being served. */
  #serving: AbortController | undefined;
  #attention = false;
  #working: Promise<void> | undefined;

  constructor(raw: Socket, options: ConnectionOptions) {
    this.#raw = raw;
    this.#channel = raw;
    this.#options = options;
    this.#writer = new MessageWriter(raw);
    this.#loginTimer = setTimeout(() => this.destroy(), LOGIN_TIMEOUT_MS);
    raw.setNoDelay(true);
    raw.setKeepAlive(true, 30_000);
    this.#listen(raw);
    this.closed = new Promise<void>((resolve) => raw.once('close', resolve)).then(() => this.#release());
  }

  /** Drops the connection as a vanished server would. */
  destroy(): void {
    this.#channel.destroy();
    this.#raw.destroy();
  }

  #listen(channel: Duplex): void {
    channel.on('data', (chunk: Buffer) => this.#receive(chunk));
    // A broken connection is no news: `close` follows and releases everything.
    channel.on('error', () => this.destroy());
    channel.on('end', () => this.#serving?.abort());
  }

  async #release(): Promise<void> {
    clearTimeout(this.#loginTimer);
    this.#channel.destroy();
    this.#waiting.length = 0;
    this.#serving?.abort();
    await this.#working;
    try {
      await this.#session?.close();
    } catch (error) {
      this.#options.report(error);
    }
  }

  #receive(chunk: Buffer): void {
    try {
      for (const message of this.#parser.push(chunk)) this.#accept(message);
    } catch (error) {
      this.#fail(error);
    }
  }

  #accept(message: Message): void {
    if (!this.#preloginDone) {
      this.#prelogin(message);
    } else if (message.type === PACKET.attention) {
      this.#cancel();
    } else {
      this.#waiting.push(message);
      this.#working ??= this.#work();
    }
  }

  #prelogin(message: Message): void {
    if (message.type !== PACKET.prelogin)
      throw new ProtocolError(`a message of type ${message.type} before PRELOGIN`);
    const { encryption, factory, secureContext } = this.#options;
    const agreed = agreedEncryption(requestedEncryption(message.body), encryption);
    this.#preloginDone = true;
    this.#writer.body.bytes(preloginAnswer(factory.version, agreed));
    this.#writer.end();
    if (agreed === ENCRYPTION.notSupported || !secureContext) return;
    this.#raw.removeAllListeners('data');
    this.#tls = true;
    this.#channel = new TLSSocket(new TlsCarrier(this.#raw), { isServer: true, secureContext });
    this.#writer.moveTo(this.#channel);
    this.#listen(this.#channel);
  }

  /** ATTENTION: the running request ends early; without one it was answered already. */
  #cancel(): void {
    if (this.#serving) {
      this.#attention = true;
      this.#serving.abort();
    } else if (this.#handler) {
      this.#acknowledgeAttention();
    }
  }

  #acknowledgeAttention(): void {
    writeDone(this.#writer.body, TOKEN.done, { status: DONE.attention, currentCommand: 0 });
    this.#writer.end();
  }

  async #work(): Promise<void> {
    try {
      for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
        if (this.#handler) await this.#request(this.#handler, next);
        else await this.#login(next);
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#working = undefined;
    }
  }

  async #request(handler: RequestHandler, message: Message): Promise<void> {
    const serving = new AbortController();
    this.#serving = serving;
    const fatal = await handler.serve(message, serving.signal);
    this.#serving = undefined;
    if (this.#attention) {
      // Two messages: clients wait for the end of the request's own response before they look for the acknowledgement.
      this.#attention = false;
      writeDone(this.#writer.body, TOKEN.done, { status: DONE.error, currentCommand: 0 });
      this.#writer.end();
      this.#acknowledgeAttention();
    } else {
      this.#writer.end();
    }
    if (fatal) this.#channel.end();
  }

  async #login(message: Message): Promise<void> {
    if (message.type !== PACKET.login7)
      throw new ProtocolError(`a message of type ${message.type} instead of LOGIN7`);
    const login = parseLogin7(message.body);
    try {
      this.#session = await this.#openSession(login);
    } catch (error) {
      this.#refuse(error);
      return;
    }
    clearTimeout(this.#loginTimer);
    this.#welcome(login, this.#session);
  }

  async #openSession(login: Login7): Promise<Session> {
    if (login.tdsVersion !== TDS_7_4) {
      throw new TsqlError(
        17_828,
        `The stand-in speaks TDS 7.4 only; the client offers 0x${login.tdsVersion.toString(16)}.`,
        20,
      );
    }
    if (login.integratedSecurity) {
      const message = 'Login failed. The stand-in knows SQL Server logins only, no Windows authentication.';
      throw new TsqlError(18_452, message, 14);
    }
    return this.#options.factory.login(login.request);
  }

  #welcome(login: Login7, session: Session): void {
    const { factory, report } = this.#options;
    const packetSize = agreedPacketSize(login.packetSize, this.#tls);
    this.#writer.spid = session.spid;
    writeLoginAnswer(this.#writer.body, {
      serverName: factory.serverName,
      version: factory.version,
      database: session.database,
      packetSize,
      utf8: login.utf8,
    });
    this.#writer.end();
    this.#writer.packetSize = packetSize;
    this.#handler = new RequestHandler({
      session,
      serverName: factory.serverName,
      writer: this.#writer,
      report,
    });
  }

  /** Tells the client why, then closes; a client that is cut off without a reason would try again. */
  #refuse(error: unknown): void {
    const known = error instanceof TsqlError;
    if (!known) this.#options.report(error);
    const refusal = known
      ? error
      : new TsqlError(18_456, 'Login failed: the stand-in met an internal error.', 14);
    writeError(this.#writer.body, refusal, this.#options.factory.serverName);
    writeDone(this.#writer.body, TOKEN.done, { status: DONE.error, currentCommand: 0 });
    this.#writer.end();
    this.#channel.end();
  }

  #fail(error: unknown): void {
    this.#options.report(error);
    this.destroy();
  }
}
