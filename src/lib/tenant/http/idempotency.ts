import { Failure } from "../../errors/index.ts";
import { text } from "../../text/index.ts";
import { instant, sha256, type Surroundings } from "../ids.ts";
import type { Database } from "../store/sqlite/database.ts";

/** A POST that its caller may repeat. */
export interface RepeatableRequest {
  /** undefined if the caller gave none: then the work is done each time */
  readonly key: string | undefined;
  /** the path; a key identifies a request only together with it */
  readonly route: string;
  /** whatever else identifies the request: its body, the ETag */
  readonly content: string;
}

/** How to do a POST's work, and how to answer if it was done before. */
export interface Work<T> {
  readonly perform: () => T | Promise<T>;
  /** the id of the object created or changed */
  readonly subject: (answer: T) => string;
  /** the answer for work that was done; undefined if, by the tenant's current state, it was not */
  readonly replay: (subject: string) => T | undefined;
}

/** A request as stored. */
interface KeptRequest {
  readonly key: string;
  readonly route: string;
  readonly fingerprint: string;
}

/** Keys expire after this time. */
const KEY_LIFE_MS = 24 * 60 * 60 * 1000;

/**
 * Does each keyed POST once. The key is stored with its subject once the work is done. If a process died in between,
 * the work is done again; a change of an import still takes effect only once, since its ETag then no longer matches.
 */
export class IdempotencyKeys {
  readonly #database: Database;
  readonly #surroundings: Surroundings;
  readonly #underWay = new Map<string, Promise<unknown>>();

  constructor(database: Database, surroundings: Surroundings) {
    this.#database = database;
    this.#surroundings = surroundings;
  }

  /** @throws Failure `usage` if the key was used with another request before */
  async once<T>({ key, route, content }: RepeatableRequest, work: Work<T>): Promise<T> {
    if (key === undefined) return work.perform();
    const fingerprint = sha256(content);
    const subject = this.#known(key, route, fingerprint);
    const replayed = subject === undefined ? undefined : work.replay(subject);
    if (replayed !== undefined) return replayed;
    const mark = JSON.stringify([key, route, fingerprint]);
    const before = this.#underWay.get(mark);
    if (before !== undefined) return (await before) as T;
    const answer = this.#perform({ key, route, fingerprint }, work);
    this.#underWay.set(mark, answer);
    return answer.finally(() => this.#underWay.delete(mark));
  }

  async #perform<T>(request: KeptRequest, work: Work<T>): Promise<T> {
    const answer = await work.perform();
    try {
      this.#keep({ ...request, subject: work.subject(answer) });
    } catch (error) {
      // the work is done: a key that cannot be stored must not make it look undone
      if (!(error instanceof Failure && error.code === "locked")) throw error;
    }
    return answer;
  }

  #keep(request: KeptRequest & { readonly subject: string }): void {
    const forgotten = instant({ now: () => this.#surroundings.now() - KEY_LIFE_MS });
    this.#database.change(() => {
      this.#database.run("delete from repeatable where at < :forgotten", { forgotten });
      this.#database.run(
        `insert into repeatable (key, route, fingerprint, subject, at)
         values (:key, :route, :fingerprint, :subject, :at)
         on conflict (key, route) do update set fingerprint = :fingerprint, subject = :subject, at = :at`,
        { ...request, at: instant(this.#surroundings) },
      );
    });
  }

  #known(key: string, route: string, fingerprint: string): string | undefined {
    const row = this.#database.get("select fingerprint, subject from repeatable where key = :key and route = :route", {
      key,
      route,
    });
    if (row === undefined) return undefined;
    if (row["fingerprint"] === fingerprint) return String(row["subject"]);
    throw new Failure("usage", {
      what: text(
        "this Idempotency-Key was already used for another request",
        "この Idempotency-Key は別のリクエストで使用済みです",
      ),
      where: "idempotency-key",
    });
  }
}
