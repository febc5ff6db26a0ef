import { createHmac, timingSafeEqual } from "node:crypto";

/** How far a fetch has come: places from `from` up to `end`; the changes from `change` on are left to the sync. */
export interface FetchCursor {
  readonly phase: "fetch";
  readonly from: number;
  readonly end: number;
  readonly change: number;
}

/** How far the changes were told. */
export interface SyncCursor {
  readonly phase: "sync";
  readonly change: number;
}

export type Cursor = FetchCursor | SyncCursor;

/** A cursor that came back, and when it was given, in milliseconds of the simulator's clock. */
export type ReturnedCursor = Cursor & { readonly givenAt: number };

const CODE_LENGTH = 12;

/** Writes cursors as opaque texts that nobody else can write, and reads them. */
export class Cursors {
  readonly #key: string;

  constructor(key: string) {
    this.#key = key;
  }

  /** @param server whose devices it is about: with another server's token it is none */
  write(server: number, cursor: Cursor, now: number): string {
    const places = cursor.phase === "fetch" ? [cursor.from, cursor.end] : [];
    const said = [cursor.phase, server, now, cursor.change, ...places].join(":");
    return Buffer.from(`${said}:${this.#code(said)}`).toString("base64url");
  }

  /** undefined where it is none of ours */
  read(server: number, written: string): ReturnedCursor | undefined {
    const whole = Buffer.from(written, "base64url").toString("latin1");
    const said = whole.slice(0, -CODE_LENGTH - 1);
    const [given, expected] = [Buffer.from(whole.slice(-CODE_LENGTH)), Buffer.from(this.#code(said))];
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
    const [phase, owner = -1, givenAt = 0, change = 0, from = 0, end = 0] = said
      .split(":")
      .map((part, at) => (at === 0 ? part : Number(part))) as [string, ...number[]];
    if (owner !== server) return undefined;
    return phase === "fetch" ? { phase, from, end, change, givenAt } : { phase: "sync", change, givenAt };
  }

  #code(said: string): string {
    return createHmac("sha256", this.#key).update(said).digest("base64url").slice(0, CODE_LENGTH);
  }
}
