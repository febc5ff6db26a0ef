import type { AttemptLimit, SharedState } from "../tenant/store/change-log.ts";
import { type Content, readParts, storeParts } from "./parts.ts";
import type { Connections } from "./postgres.ts";
import type { SealingKeys } from "./sealer.ts";

/** Attempts are counted in a window that begins with the first one. */
const COUNT = `
insert into clomoctl.attempt as a (tenant, subject, count, until) values ($1, $2, 1, now() + $3 * interval '1 minute')
on conflict (tenant, subject) do update set
  count = case when a.until <= now() then 1 else a.count + 1 end,
  until = case when a.until <= now() then excluded.until else a.until end
returning count, extract(epoch from until - now())::float8 * 1000 as "leftMs"`;

const FORGET = `
update clomoctl.attempt set count = count - 1 where tenant = $1 and subject = $2 and count > 0 and until > now()`;

export class PostgresState implements SharedState {
  readonly #id: string;
  readonly #connections: Connections;
  readonly #keys: SealingKeys;

  constructor(id: string, connections: Connections, keys: SealingKeys) {
    [this.#id, this.#connections, this.#keys] = [id, connections, keys];
  }

  async countAttempt(limits: readonly AttemptLimit[]): Promise<number | undefined> {
    await using transaction = await this.#connections.begin();
    for (const { subject, max, minutes } of limits) {
      const values = [this.#id, subject, minutes];
      const [counted] = (await transaction.query<{ count: number; leftMs: number }>(COUNT, values)).rows;
      if (counted !== undefined && counted.count > max) return counted.leftMs;
    }
    await transaction.commit();
    return undefined;
  }

  forgetAttempt(limits: readonly AttemptLimit[]): Promise<unknown> {
    // one statement would lock them in another order than an attempt that is counted
    return Promise.all(limits.map(({ subject }) => this.#connections.query(FORGET, [this.#id, subject])));
  }

  async keepPlan(id: string, content: Content): Promise<void> {
    await using transaction = await this.#connections.begin();
    await storeParts(transaction, this.#keys, { tenant: this.#id, plan: id }, content);
    await transaction.commit();
  }

  getPlan(id: string): Content {
    return readParts(this.#connections, this.#keys, { tenant: this.#id, plan: id });
  }

  dropPlan(id: string): Promise<unknown> {
    return this.#connections.query("delete from clomoctl.part where tenant = $1 and plan = $2", [this.#id, id]);
  }
}
