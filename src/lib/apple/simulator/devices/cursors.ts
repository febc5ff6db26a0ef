import { createHmac, timingSafeEqual } from "node:crypto";

/** Progress of a full fetch: places from `from` up to `end` remain; the sync then starts with change `change`. */
export interface FetchCursor {
  readonly phase: "fetch";
  readonly from: number;
  readonly end: number;
  readonly change: number;
}

/** Progress of a sync: the number of the next change to report. */
export interface SyncCursor {
  readonly phase: "sync";
  readonly change: number;
}

export type Cursor = FetchCursor | SyncCursor;

/** A cursor that a client sent back, with the time when it was issued, in milliseconds of the simulator's clock. */
export type ReturnedCursor = Cursor & { readonly givenAt: number };

const CURSOR_SIGNATURE_LENGTH = 12;

/** Encodes cursors as opaque, signed text that clients cannot forge, and decodes them. */
export class CursorCodec {
  readonly #key: string;

  constructor(key: string) {
    this.#key = key;
  }

  /** Encodes a cursor.  @param server number of the server whose devices are fetched; others cannot use the cursor */
  write(server: number, cursor: Cursor, now: number): string {
    const places = cursor.phase === "fetch" ? [cursor.from, cursor.end] : [];
    const said = [cursor.phase, server, now, cursor.change, ...places].join(":");
    return Buffer.from(`${said}:${this.#code(said)}`).toString("base64url");
  }

  /** Decodes a cursor. Returns undefined if the cursor is invalid. */
  read(server: number, written: string): ReturnedCursor | undefined {
    const whole = Buffer.from(written, "base64url").toString("latin1");
    const said = whole.slice(0, -CURSOR_SIGNATURE_LENGTH - 1);
    const [given, expected] = [Buffer.from(whole.slice(-CURSOR_SIGNATURE_LENGTH)), Buffer.from(this.#code(said))];
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
    const [phase, owner = -1, givenAt = 0, change = 0, from = 0, end = 0] = said
      .split(":")
      .map((part, at) => (at === 0 ? part : Number(part))) as [string, ...number[]];
    if (owner !== server) return undefined;
    return phase === "fetch" ? { phase, from, end, change, givenAt } : { phase: "sync", change, givenAt };
  }

  #code(said: string): string {
    return createHmac("sha256", this.#key).update(said).digest("base64url").slice(0, CURSOR_SIGNATURE_LENGTH);
  }
}
