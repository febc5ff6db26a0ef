import { expect, test } from "vitest";
import { TestTenant } from "#support/tenant/tenant.ts";
import { deliverReminders } from "./send.ts";
import type { NotifySettings } from "./settings-schema.ts";
import { listFailedReminders, loadReminders } from "./tenant.ts";

const DAY_MS = 86_400_000;

const NINE_IN_TOKYO = Date.parse("2027-01-01T00:00:00Z");

const STAGES = [90, 60, 30, 15, 7, 3, 1, 0];

/** Offsets in days of a clock that is wrong for one night. */
const OFFSETS = [1, 10, 30, 365, -1, -10, -30, -365];

const SETTINGS: NotifySettings = {
  language: "en",
  smtp: { host: "127.0.0.1", port: 25, security: "none", from: "a@example.jp" },
  recipients: [{ name: "it", way: "mail", address: "it@example.jp", language: "en" }],
};

interface Life {
  /** nights on whose day an item expires, half an hour after midnight */
  readonly expiries: readonly number[];
  readonly nights: readonly [first: number, last: number];
  readonly wrong: number;
  readonly offset: number;
  /** true if the tenant is on a server, whose clock stays right */
  readonly served?: boolean;
  readonly owner?: string;
}

/** Returns what a book says is missing in nights with the right clock, and what came without being due. */
async function live({ expiries, nights: [first, last], wrong, offset, served = false, owner }: Life) {
  await using tenant = new TestTenant();
  const { renewals } = tenant.client;
  for (const night of expiries) {
    const expiresAt = new Date(NINE_IN_TOKYO + night * DAY_MS - 8.5 * 3_600_000).toISOString();
    await renewals.add({ kind: "custom", name: `n${night}`, expiresAt, owner });
  }
  const settings = owner === undefined ? SETTINGS : { ...SETTINGS, recipients: [] };
  const said = new Map<number, number>();
  const [missing, further]: [string[], [number, string][]] = [[], []];
  const ids = new Set<string>();
  let early: readonly string[] = [];
  for (let night = first; night <= last; night += 1) {
    const right = NINE_IN_TOKYO + night * DAY_MS;
    const now = new Date(right + (night === wrong ? offset * DAY_MS : 0));
    tenant.surroundings.time = served ? right : now.getTime();
    const got: string[] = [];
    const loaded = await loadReminders(
      { context: "local", tenant: "local", timezone: "Asia/Tokyo", client: tenant.client },
      await renewals.list(),
      now,
    );
    expect(listFailedReminders(loaded)).toEqual([]);
    const failed = await deliverReminders({
      tenants: [loaded],
      settings,
      now,
      deliver: async (_, message) => {
        got.push(...[...message.text.matchAll(/^- .* (n\d+) expire/gm)].map(([, name = ""]) => name));
        // mail programs hide a second message with the same ID
        expect(ids).not.toContain(message.messageId);
        ids.add(message.messageId);
        return undefined;
      },
    });
    expect(failed).toEqual([]);
    if (night !== wrong) {
      const due = expiries.filter((expiry) => {
        const stage = expiry < night ? expiry - night : STAGES.findLast((one) => one >= expiry - night);
        if (stage === undefined || stage >= (said.get(expiry) ?? Infinity)) return false;
        said.set(expiry, stage);
        return true;
      });
      const names = due.map((expiry) => `n${expiry}`);
      missing.push(...names.filter((name) => ![...got, ...early].includes(name)).map((name) => `${night} ${name}`));
      further.push(...got.filter((name) => !names.includes(name)).map((name) => [night, name] as [number, string]));
    }
    // by the next run, a notice counts that came at most 24 hours too early
    if (night === wrong && (offset === 1 || served)) early = got;
    else early = [];
  }
  return { missing, further };
}

test.each(OFFSETS)(
  "with a clock that is wrong by %i days for a night, no later reminder is missing",
  async (offset) => {
    const expiries = [12, 20, 33, 47, 64, 95, 111];
    const life = { expiries, nights: [0, 70], wrong: 21, offset } as const;
    const { missing, further } = await live(life);
    expect(missing).toEqual([]);
    // twice only after the clock was wrong, and once an item
    expect(further.filter(([night]) => night < 21)).toEqual([]);
    expect(new Set(further.map(([, name]) => name)).size).toBe(further.length);
    expect((await live({ ...life, wrong: 2, served: true })).missing).toEqual([]);
  },
);

test.each(STAGES)("a clock that was wrong by as much as the first night of the stage %i is away", async (stage) => {
  const expiry = 160;
  for (const offset of [10, 30]) {
    const wrong = expiry - stage - offset;
    const life = { expiries: [expiry], nights: [wrong - 1, expiry - stage + 1], wrong, offset } as const;
    expect((await live(life)).missing, `${offset}`).toEqual([]);
    expect((await live({ ...life, owner: "owner@example.jp" })).missing, `owner ${offset}`).toEqual([]);
  }
});
