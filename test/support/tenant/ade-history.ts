import fc from "fast-check";
import type { AdeSync } from "../../../src/lib/contract/index.ts";
import type { SyncKind } from "../../../src/lib/model/ade.ts";
import { Failure } from "../../../src/lib/errors/index.ts";
import { expectSame } from "./audited-history.ts";
import { Rehearsal } from "./rehearsal.ts";
import type { TestTenant } from "./tenant.ts";

/**
 * An action in Apple's portal on devices. `at` lists the positions of the devices among all devices that ever existed.
 */
type PortalAction = "add" | "release" | "take" | "give" | "activate";

/** A step of a history. */
export type AdeStep =
  | { readonly move: PortalAction; readonly at: readonly number[]; readonly silent: boolean }
  | { readonly fault: string; readonly after: number; readonly count: number }
  | { readonly laterMs: number }
  | { readonly sync: SyncKind | undefined; readonly most: number | undefined; readonly killAt: number | undefined };

const FAULTS = [
  "terms",
  "unauthorized-once",
  "rate-limited",
  "unavailable",
  "reset",
  "slow",
  "cut-json",
  "stuck-cursor",
  "expired-cursor",
  "duplicate-device",
  "unreadable-device",
  "quoted",
  "inactive",
  "token-rejected",
] as const;

const HOUR_MS = 3_600_000;

export const someAdeStep: fc.Arbitrary<AdeStep> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      move: fc.constantFrom<PortalAction>("add", "add", "release", "take", "give", "activate"),
      at: fc.array(fc.nat({ max: 30 }), { minLength: 1, maxLength: 8 }),
      silent: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      fault: fc.constantFrom(...FAULTS),
      after: fc.nat({ max: 6 }),
      count: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ laterMs: fc.constantFrom(HOUR_MS, 26 * HOUR_MS, 8 * 24 * HOUR_MS) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      sync: fc.constantFrom<SyncKind | undefined>(undefined, undefined, "full", "delta"),
      most: fc.constantFrom(undefined, undefined, 0, 100),
      killAt: fc.option(fc.nat({ max: 12 }), { nil: undefined }),
    }),
  },
);

/** Options that all histories share. They contain the keys after these were generated once, because this is slow. */
const SHARED_KEYS: Parameters<Rehearsal["setUp"]>[0] = {};

/** A history of Apple's portal and a tenant that syncs with it. The history checks that both have the same devices. */
export class AdeHistory {
  readonly #tenant: TestTenant;
  readonly #rehearsal: Rehearsal;
  /**
   * devices with a change that Apple did not report, each with the step of the last such change; an entry is removed by
   * a full sync that began later
   */
  readonly #untold = new Map<string, number>();
  /** the step in which each sync began, by the id of the sync */
  readonly #began = new Map<string, number>();
  #step = 0;
  /** serial numbers of all devices that ever existed, in order */
  readonly #all: string[] = [];

  constructor(tenant: TestTenant, options: { readonly devices: number; readonly pageSize: number }) {
    this.#tenant = tenant;
    this.#rehearsal = new Rehearsal(options, tenant);
  }

  async begin(): Promise<void> {
    this.#all.push(...this.#rehearsal.simulated().keys());
    await this.#rehearsal.setUp(SHARED_KEYS);
  }

  /**
   * Does a step.
   *
   * @returns a short description of the outcome
   */
  async do(step: AdeStep): Promise<string> {
    this.#step += 1;
    if ("move" in step) return this.#move(step);
    if ("fault" in step) {
      await this.#rehearsal.fault(step.fault, { after: step.after, count: step.count });
      return step.fault;
    }
    if ("laterMs" in step) {
      this.#tenant.surroundings.time += step.laterMs;
      return "later";
    }
    return this.#sync(step);
  }

  async #move({ move, at, silent }: Extract<AdeStep, { readonly move: PortalAction }>): Promise<string> {
    if (move === "add") {
      const added = await this.#rehearsal.add({ count: at.length, silent });
      this.#all.push(...added);
      for (const serial of silent ? added : []) this.#untold.set(serial, this.#step);
      return silent ? "silent" : "added";
    }
    const serials = [...new Set(at.map((place) => this.#all[place % Math.max(1, this.#all.length)] ?? ""))];
    const paths = { release: "/release", take: "/assign", give: "/assign", activate: "/activate" };
    const more = move === "take" ? { none: true } : {};
    let done = 0;
    for (const serial of serials) {
      const before = this.#rehearsal.simulated().get(serial);
      const asked = { serials: [serial], ...(move === "activate" ? {} : { silent }), ...more };
      try {
        await this.#rehearsal.control("POST", `/devices${paths[move]}`, asked);
      } catch (error) {
        // the device was removed permanently
        if (!(error instanceof Failure)) throw error;
        continue;
      }
      if (this.#rehearsal.simulated().get(serial) !== before) {
        done += 1;
        if (silent) this.#untold.set(serial, this.#step);
      }
    }
    if (done === 0) return "nothing";
    return silent ? "silent" : move === "release" ? "released" : "assigned";
  }

  async #sync({ sync, most, killAt }: Extract<AdeStep, { readonly sync: unknown }>): Promise<string> {
    const { ade } = this.#tenant.client;
    let asked = 0;
    this.#rehearsal.fate = () => ((asked += 1) - 1 === killAt ? "killed" : undefined);
    const before = await this.#rehearsal.devices();
    let begun: AdeSync;
    try {
      begun = await ade.sync({ ...(sync && { kind: sync }), ...(most !== undefined && { most: { count: most } }) });
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      // a delta sync without an earlier full sync is rejected
      expectSame(error.code, "input-rejected");
      expectSame(await this.#rehearsal.devices(), before);
      return "refused";
    }
    if (!this.#began.has(begun.id)) this.#began.set(begun.id, this.#step);
    const run = await this.#until(begun, () => killAt !== undefined && asked > killAt);
    if (run === undefined) {
      this.#rehearsal.crash();
      await this.#noteUnreadable(begun);
      this.#rehearsal.fate = () => undefined;
      return "killed";
    }
    return this.#judge(run);
  }

  /** Returns the sync after it has ended, or undefined if its process was killed. */
  async #until(begun: AdeSync, isKilled: () => boolean): Promise<AdeSync | undefined> {
    for (;;) {
      const run = await this.#tenant.client.ade.findSync(begun.id);
      if (run.state !== "running") return run;
      // let all other work finish first; only the request without a response remains
      for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      const now = await this.#tenant.client.ade.findSync(begun.id);
      if (now.state === "running" && now.pages === run.pages && isKilled()) return undefined;
    }
  }

  async #judge(run: AdeSync): Promise<string> {
    if (run.kind === "full" && run.state !== "failed") this.#forgetUntold(run);
    await this.#noteUnreadable(run);
    if (run.state === "failed") {
      expectSame(run.error === null, false);
      return "failed";
    }
    expectSame(["done", "unconfirmed"].includes(run.state), true);
    await this.#expectSame();
    return run.state === "unconfirmed" ? "unconfirmed" : `${run.kind} done`;
  }

  /** Remembers the devices that could not be read. Only a full sync that begins later can read them. */
  async #noteUnreadable({ id }: AdeSync): Promise<void> {
    for (const { serialNumber } of await this.#tenant.client.ade.unreadable(id)) {
      if (serialNumber !== null) this.#untold.set(serialNumber, this.#step);
    }
  }

  /**
   * Forgets unreported changes that were made before a full sync began. Changes during an interrupted sync are kept,
   * because the sync may have missed them.
   */
  #forgetUntold({ id }: AdeSync): void {
    const began = this.#began.get(id) ?? 0;
    for (const [serial, step] of this.#untold) {
      if (step < began) this.#untold.delete(serial);
    }
  }

  /**
   * Expects that the tenant agrees with Apple after a completed sync, except for unreported changes, and that each
   * device has exactly one record in the tenant.
   */
  async #expectSame(): Promise<void> {
    const [here, there] = [await this.#rehearsal.devices(), this.#rehearsal.simulated()];
    for (const serial of this.#untold.keys()) {
      (here as Map<string, string>).delete(serial);
      (there as Map<string, string>).delete(serial);
    }
    expectSame(here, there);
    const records = (await this.#tenant.devices()).map(({ serialNumber }) => serialNumber);
    expectSame(new Set(records).size, records.length);
    expectSame(new Set(records).isSupersetOf(new Set(here.keys())), true);
  }

  /** Ends all faults, and expects that two syncs make the tenant agree with Apple. */
  async end(): Promise<readonly string[]> {
    this.#rehearsal.fate = () => undefined;
    await this.#rehearsal.control("DELETE", "/faults");
    this.#step += 1;
    // the first sync resumes an interrupted sync, if any
    const seen = [await this.#sync({ sync: undefined, most: 100, killAt: undefined })];
    this.#rehearsal.fate = () => undefined;
    const run = await this.#rehearsal.sync({ kind: "full", most: { count: 100 } });
    expectSame([run.kind, run.state, run.missing], ["full", "done", 0]);
    this.#untold.clear();
    await this.#expectSame();
    const again = await this.#rehearsal.sync();
    expectSame([again.created, again.changed, again.released, again.registered], [0, 0, 0, 0]);
    await this.#rehearsal.bury();
    return seen;
  }
}
