import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { LONG_TIMEOUT } from "#support/drawn.ts";
import { TestTenant } from "#support/tenant/tenant.ts";
import { dayOf } from "../../model/time.ts";
import { createDeliverer } from "./deliver.ts";
import { loadReminders, type ReminderClient } from "./tenant.ts";
import { deliverReminders, type DeliverMessage } from "./send.ts";
import type { NotifySettings } from "./settings-schema.ts";
import { openChatServer, openPostOffice } from "#support/renewals/post-office.ts";
import { findReachedStage } from "../stages.ts";
import { freshFolder } from "#support/folder.ts";

const TOKYO = "Asia/Tokyo";
const HOUR_MS = 3_600_000;
const START = Date.parse("2026-11-20T00:00:00Z");
const DAYS = 400;

class Dice {
  #state = 20_261_120;

  roll(): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#state / 2 ** 32;
  }

  below(limit: number): number {
    return Math.floor(this.roll() * limit);
  }
}

/** A run that is killed at one of its steps: what it awaits there never comes. */
class Victim {
  readonly killed = Promise.withResolvers<void>();
  /** the step it died at */
  at: string | undefined;
  #steps: number;

  constructor(steps: number) {
    this.#steps = steps;
  }

  async step(name: string): Promise<void> {
    this.#steps -= 1;
    if (this.#steps !== 0) return;
    this.at = name;
    this.killed.resolve();
    await new Promise(() => undefined);
  }

  client({ renewals, ...client }: ReminderClient): ReminderClient {
    return {
      ...client,
      renewals: {
        notices: () => renewals.notices(),
        claimNotice: async (key) => {
          await this.step("before claim");
          const claim = await renewals.claimNotice(key);
          await this.step("after claim");
          return claim;
        },
        settleNotice: async (id, outcome) => {
          await this.step("before settle");
          await renewals.settleNotice(id, outcome);
          await this.step("after settle");
        },
      },
    };
  }

  deliver(deliver: DeliverMessage): DeliverMessage {
    return async (...message) => {
      await this.step("before send");
      const delivery = await deliver(...message);
      await this.step("after send");
      return delivery;
    };
  }
}

interface Life {
  readonly name: string;
  readonly kind: "push-certificate" | "ade-token" | "vpp-token" | "android-owner" | "custom";
  readonly owner: string | null;
  readonly expiries: readonly (readonly [hour: number, expiresAt: string])[];
}

const day = (days: number): number => days * 24;

/** Renewed in time, renewed late, renewed twice, never renewed in time, recorded late. */
const LIVES: readonly Life[] = (
  [
    ["本社", "push-certificate", "IT@example.jp", { 0: "2027-02-10T03:00:00.000Z", 80: "2028-02-08T03:00:00.000Z" }],
    [
      "ABM サーバー",
      "ade-token",
      "tanto@example.jp",
      { 0: "2027-01-05T14:59:59.000Z", 53: "2027-07-04T15:00:00.000Z", 240: "2028-07-04T15:00:00.000Z" },
    ],
    ["大阪支社", "vpp-token", null, { 0: "2027-06-30T23:30:00.000Z", 222: "2028-06-30T23:30:00.000Z" }],
    ["第一所有者", "android-owner", "総務課", { 0: "2027-12-01T00:00:00.000Z" }],
    ["example.jp", "custom", null, { 100: "2027-04-01T00:00:00.000Z", 140: "2028-04-01T00:00:00.000Z" }],
  ] as const
).map(([name, kind, owner, expiries]) => ({
  name,
  kind,
  owner,
  expiries: Object.entries(expiries).map(([days, expiresAt]) => [day(Number(days)), expiresAt] as const),
}));

type Run = "missed" | "once" | "twice" | "killed" | "refused";

const BUSY_HOURS: readonly number[] = [0, 6, 15, 16, 17, 18, 19];

/** The same where the latest stages are days old: what is left over, and that nothing is sent again. */
const QUIET_HOURS: readonly number[] = [0, 15];

const stagesAt = (hour: number): string =>
  LIVES.map((life) => {
    const expiresAt = expiryAt(life, hour);
    const clock = { now: new Date(START + hour * HOUR_MS), timezone: TOKYO };
    return `${expiresAt} ${expiresAt === undefined ? "" : findReachedStage(expiresAt, clock)}`;
  }).join();

/** Whether an hour gets a run: in most hours nothing can happen that the run before has not done. */
const hasRun = (hour: number): boolean =>
  (stagesAt(hour) === stagesAt(hour - day(1)) ? QUIET_HOURS : BUSY_HOURS).includes(hour % 24);

/** What each hour brings; three gaps last for days. */
function* hours(dice: Dice): Generator<Run> {
  for (let hour = 0; hour < day(DAYS); hour += 1) {
    const gap = [12, 71, 200].some((first) => hour >= day(first) && hour < day(first + 3) + 5);
    const roll = dice.roll();
    // stages begin at midnight of Tokyo: that is when it hurts
    const delicate = hour % 24 >= 15 && hour % 24 < 19;
    if (delicate && !gap) {
      if (roll < 0.15) yield "missed";
      else if (roll < 0.35) yield "twice";
      else if (roll < 0.8) yield "killed";
      else yield roll < 0.9 ? "refused" : "once";
    } else if (gap || roll < 0.2) yield "missed";
    else if (roll < 0.3) yield "twice";
    else if (roll < 0.5) yield "killed";
    else if (roll < 0.53) yield "refused";
    else yield "once";
  }
}

const expiryAt = ({ expiries }: Life, hour: number): string | undefined =>
  expiries.findLast(([from]) => from <= hour)?.[1];

interface Got {
  readonly to: string;
  readonly key: string;
  readonly messageId: string;
  readonly hour: number;
}

test(
  "400 days of missed, doubled and killed runs: each stage reaches everybody once, at most one run late",
  LONG_TIMEOUT,
  async () => {
    await using tenant = new TestTenant();
    const [office, chat] = [await openPostOffice(), await openChatServer()];
    const settings: NotifySettings = {
      language: "ja",
      smtp: { host: "127.0.0.1", port: office.port, security: "none", from: "CLOMO <renewals@example.jp>" },
      recipients: [
        { name: "it", way: "mail", address: "it@example.jp", language: "ja" },
        { name: "en", way: "mail", address: "ops@example.com", language: "en" },
        { name: "chat", way: "webhook", "url-file": "chat", language: "en" },
      ],
    };
    const people = (life: Life): readonly string[] => [
      "it@example.jp",
      "chat",
      "ops@example.com",
      ...(life.owner === "tanto@example.jp" ? [life.owner] : []),
    ];
    const folder = freshFolder();
    writeFileSync(join(folder, "chat"), chat.url, { mode: 0o600 });
    const deliver = createDeliverer(settings, { folder, userId: 1000 });
    const dice = new Dice();
    const { client, surroundings } = tenant;
    const ids = new Map<string, string>();
    const got: Got[] = [];
    /** hours in which nothing stood in the way, and those in which something did */
    const undisturbed: number[] = [];
    const deaths = new Map<string, number>();
    const warnings: string[] = [];
    let runs = 0;
    let quiet = 0;

    const once = async (hour: number, victim: Victim): Promise<void> => {
      runs += 1;
      const now = new Date(START + hour * HOUR_MS);
      const place = { context: "本番", tenant: "本番", timezone: TOKYO, client: victim.client(client) };
      const load = async () => loadReminders(place, await client.renewals.list(), now);
      const seen = office.delivered.length + chat.posted.length;
      const run = load().then((tenant) =>
        deliverReminders({ tenants: [tenant], settings, now, deliver: victim.deliver(deliver) }),
      );
      const failed = await Promise.race([run, victim.killed.promise]);
      for (const { recipient, reason } of failed ?? []) warnings.push(`${recipient.name}: ${reason.en}`);
      if (failed?.length === 0 && office.delivered.length + chat.posted.length === seen) quiet += 1;
      if (victim.at !== undefined) deaths.set(victim.at, (deaths.get(victim.at) ?? 0) + 1);
    };

    /** Reads what came, by its text alone. */
    const collect = (hour: number): void => {
      const now = new Date(START + hour * HOUR_MS);
      const came = [
        ...office.delivered.splice(0).map(({ to, mail }) => ({ to, text: mail.text, id: mail.messageId })),
        ...chat.posted.splice(0).map(({ body, headers }) => ({
          to: "chat",
          text: (JSON.parse(body) as { text: string }).text,
          id: String(headers["idempotency-key"]),
        })),
      ];
      for (const { to, text, id } of came) {
        const due = LIVES.filter((life) => new RegExp(`^- .*[ 「]${life.name}(?:」| expire)`, "m").test(text));
        expect(due.length).toBeGreaterThan(0);
        for (const life of due) {
          const expiresAt = expiryAt(life, hour) ?? "";
          const stage = findReachedStage(expiresAt, { now, timezone: TOKYO });
          got.push({ to, key: `${life.name} ${expiresAt} ${stage}`, messageId: id, hour });
          const on = dayOf(expiresAt, TOKYO);
          expect(text).toMatch(new RegExp(`^- 本番: .*[ 「]${life.name}(?:」| expire).* ${on}`, "m"));
        }
        expect(text).not.toContain("金庫の電話");
      }
    };

    for (const [hour, kind] of [...hours(dice)].entries()) {
      for (const life of LIVES) {
        const change = life.expiries.find(([from]) => from === hour);
        if (change === undefined) continue;
        const [, expiresAt] = change;
        const id = ids.get(life.name);
        if (id === undefined) {
          const { name, kind, owner } = life;
          ids.set(name, (await client.renewals.add({ name, kind, owner, expiresAt, phoneHolder: "金庫の電話" })).id);
        } else await client.renewals.edit(id, { expiresAt });
      }
      if (kind === "missed" || !hasRun(hour)) continue;
      surroundings.time = START + hour * HOUR_MS;
      const endless = (): Victim => new Victim(Infinity);
      if (kind === "refused") {
        office.refused.set("it@example.jp", "451 try again later");
        chat.status = 503;
      }
      if (kind === "twice") await Promise.all([once(hour, endless()), once(hour, endless())]);
      else await once(hour, kind === "killed" ? new Victim(1 + dice.below(12)) : endless());
      if (kind === "refused") {
        office.refused.clear();
        chat.status = 200;
      } else if (kind !== "killed") undisturbed.push(hour);
      collect(hour);
    }

    const killedAfterSend =
      (deaths.get("after send") ?? 0) + (deaths.get("before settle") ?? 0) + (deaths.get("after settle") ?? 0);
    const identities = new Map<string, Set<string>>();
    for (const { to, key, messageId } of got) {
      const known = identities.get(`${to} ${key}`) ?? new Set();
      identities.set(`${to} ${key}`, known.add(messageId));
    }
    // once: what came twice, after a kill between sending and settling, was the very same message
    expect([...identities].filter(([, known]) => known.size > 1)).toEqual([]);
    const messages = new Set(got.map(({ to, messageId }) => `${to} ${messageId}`));
    const arrivals = new Set(got.map(({ to, messageId, hour }) => `${to} ${messageId} ${hour}`));
    expect(arrivals.size - messages.size).toBeLessThanOrEqual(killedAfterSend);

    // everybody, and in time: by the first run of a stage that nothing stood in the way of
    const arrived = new Map<string, number>();
    for (const { to, key, hour } of got)
      arrived.set(`${to} ${key}`, Math.min(hour, arrived.get(`${to} ${key}`) ?? hour));
    const owed = new Map<string, number>();
    for (const hour of undisturbed) {
      for (const life of LIVES) {
        const expiresAt = expiryAt(life, hour);
        if (expiresAt === undefined) continue;
        const stage = findReachedStage(expiresAt, { now: new Date(START + hour * HOUR_MS), timezone: TOKYO });
        if (stage === undefined) continue;
        for (const to of people(life)) {
          const key = `${to} ${life.name} ${expiresAt} ${stage}`;
          if (!owed.has(key)) owed.set(key, hour);
        }
      }
    }
    expect([...owed].filter(([key, hour]) => (arrived.get(key) ?? Infinity) > hour)).toEqual([]);
    expect(runs).toBeGreaterThan(1200);
    expect(quiet).toBeGreaterThan(900);
    for (const at of ["after claim", "before send", "after send", "before settle", "after settle"]) {
      expect(deaths.get(at), at).toBeGreaterThan(0);
    }
    expect(owed.size).toBeGreaterThan(250);
    // nothing due, no connection
    expect(office.connections()).toBeLessThan(2 * arrivals.size);
    expect(new Set(warnings)).toEqual(
      new Set(["it: 451 try again later", `chat: ${new URL(chat.url).host}: HTTP 503`]),
    );
    await Promise.all([office.close(), chat.close()]);
  },
);
