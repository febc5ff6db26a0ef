import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openChatServer } from "#support/renewals/post-office.ts";
import { freshFolder, run } from "#support/commands/program.ts";
import { TestTenant } from "#support/tenant/tenant.ts";

const DAY_MS = 86_400_000;

/** 9 o'clock in Tokyo. */
const START = Date.parse("2026-11-28T00:00:00Z");

const NIGHTS = 400;

const CONTEXTS = ["minato", "aoba", "yamabiko", "kisaragi", "hayate", "mizuho", "tokiwa", "sazanami"];

const KINDS = ["push-certificate", "ade-token", "vpp-token", "android-owner", "custom"] as const;

/** Days before the expiry from which an item may be renewed: most in time, some on the last day or too late. */
const RENEWED = [40, 20, 12, 5, 0, -3];

const STAGES = [90, 60, 30, 15, 7, 3, 1, 0];

interface Watched {
  readonly name: string;
  readonly tenant: TestTenant;
  readonly id: string;
  /** night on whose day the item expires */
  expires: number;
}

const endOf = (night: number): string =>
  new Date(START + night * DAY_MS).toISOString().replace(/T.*/, "T14:59:59.000Z");

const createDice = (seed: number) => {
  let state = seed;
  return (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};

test(
  "400 nights of eight tenants: each reminder once, nothing on a quiet night, at most 6 lines on average otherwise",
  { timeout: 600_000 },
  async () => {
    const [home, chat, dice] = [freshFolder(), await openChatServer(), createDice(66)];
    onTestFinished(() => chat.close());
    writeFileSync(join(home, "chat-url"), chat.url, { mode: 0o600 });
    const settings = "recipients: [{name: chat, way: webhook, url-file: chat-url}]\n";
    writeFileSync(join(home, "notify.yaml"), settings, { mode: 0o600 });
    const tenants = new Map<string, TestTenant>();
    const items: Watched[] = [];
    for (const [at, context] of CONTEXTS.entries()) {
      await run(`context add ${context} --embedded`, { home });
      mkdirSync(join(home, "tenants", context), { recursive: true });
      const tenant = new TestTenant();
      onTestFinished(() => tenant[Symbol.asyncDispose]());
      tenants.set(context, tenant);
      for (const [number, kind] of KINDS.entries()) {
        const [name, expires] = [`${context}-${number}`, 2 + at * 11 + number * 57];
        const { id } = await tenant.client.renewals.add({ kind, name, expiresAt: endOf(expires) });
        items.push({ name, tenant, id, expires });
      }
    }
    const fetches = Object.fromEntries([...tenants].map(([context, { fetch }]) => [context, fetch]));
    const told = new Map<string, number>();

    /** Returns the names of the items of which somebody with a book would remind, and writes them down. */
    const remind = (night: number): readonly string[] =>
      items.flatMap(({ name, expires }) => {
        const days = expires - night;
        const stage = days < 0 ? days : STAGES.findLast((one) => one >= days);
        const key = `${name} ${expires}`;
        if (stage === undefined || (told.get(key) ?? Infinity) <= stage) return [];
        told.set(key, stage);
        return [name];
      });

    const printed: number[] = [];
    let month = "";
    let reminders = 0;
    for (let night = 0; night < NIGHTS; night += 1) {
      const now = new Date(START + night * DAY_MS);
      for (const { surroundings } of tenants.values()) surroundings.time = now.getTime();
      const luck = dice();
      for (let time = luck < 0.04 ? 1 : luck < 0.08 ? -1 : 0; time < 1; time += 1) {
        const due = remind(night);
        reminders += due.length;
        const isFirst = now.toISOString().slice(0, 7) !== month;
        month = now.toISOString().slice(0, 7);
        const { exit, stdout, stderr } = await run("status --notify --lang ja", { home, tenants: fetches, now });
        const lines = stdout.split("\n").slice(0, -1);
        const said = chat.posted.splice(0).map(({ body }) => (JSON.parse(body) as { text: string }).text);
        const named = said.flatMap((text) => [...text.matchAll(/^- \w+: .*「([\w-]+)」/gm)].map(([, name]) => name));
        expect(new Set(named), `night ${night}`).toEqual(new Set(due));
        expect(named).toHaveLength(due.length);
        expect(said).toHaveLength((due.length > 0 ? 1 : 0) + (isFirst ? 1 : 0));
        const isDue = (line: string): boolean => due.some((name) => line.includes(`「${name}」`));
        // tenants of which the same is said are one line
        const monthly = lines.filter((line) => !isDue(line));
        const about = monthly.map((line) => Number(/^正常 (\d+) テナント: /.exec(line)?.[1] ?? 1));
        expect(
          about.reduce((sum, tenants) => sum + tenants, 0),
          `night ${night}`,
        ).toBe(isFirst ? CONTEXTS.length : 0);
        expect(lines).toHaveLength(due.length + monthly.length);
        const next = Math.min(...items.map(({ expires }) => expires)) - night;
        expect([exit, stderr]).toEqual([next <= 30 ? 2 : next <= 90 ? 1 : 0, ""]);
        if (lines.length > 0) printed.push(lines.length);
      }
      for (const [at, item] of items.entries()) {
        if (item.expires - night > (RENEWED[at % RENEWED.length] ?? 0) || dice() < 0.5) continue;
        item.expires = night + 365;
        await item.tenant.client.renewals.edit(item.id, { expiresAt: endOf(item.expires) });
      }
    }
    expect(reminders).toBeGreaterThan(250);
    expect(printed.length).toBeLessThan(NIGHTS * 0.75);
    expect(printed.reduce((sum, lines) => sum + lines, 0) / printed.length).toBeLessThanOrEqual(6);
  },
);
