import { randomUUID } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import {
  createCertificate,
  createContentToken,
  createKeys,
  createServerToken,
  type Download,
  type Keys,
} from "./support/apple-files.ts";
import {
  createDice,
  DAY_MS,
  daysBetween,
  listMailProposals,
  listReminders,
  Mailbox,
  ReminderBook,
  type WatchedItem,
} from "./support/reminders.ts";
import { fullStory, story, type Story } from "./support/story.ts";
import { typed, writeTyped } from "./support/typed.ts";
import * as w from "./words.ts";

const CONTEXTS = ["minato", "aoba", "yamabiko", "kisaragi", "hayate", "mizuho", "tokiwa", "sazanami"];
const EVERYBODY = "it@example.jp";

/** The first morning: 9:05 in Tokyo. */
const START = Date.parse("2026-11-28T00:05:00Z");

const after = (days: number, hours = 6): Date => new Date(START + days * DAY_MS + hours * 3_600_000);
const dayOf = (instant: Date): string => new Date(instant.getTime() + 9 * 3_600_000).toISOString().slice(0, 10);
/** The last second of a day in Tokyo, which is what a day without a time means. */
const endOf = (day: string): Date => new Date(`${day}T14:59:59Z`);

/** The same day a year later, also in a leap year: so long a server token is valid. */
const nextYear = (now: Date): Date => new Date(now.toISOString().replace(/^\d+/, (one) => `${Number(one) + 1}`));

interface Item extends WatchedItem {
  /** renews the item on a day, and records it */
  readonly renew: (now: Date) => Promise<void>;
}

/** Eight customers, each with the five kinds of items. */
class Customers {
  readonly items: Item[] = [];
  readonly #story: Story;
  readonly #keys: Keys;

  constructor(s: Story, keys: Keys) {
    this.#story = s;
    this.#keys = keys;
  }

  async add(context: string, at: number): Promise<void> {
    const s = this.#story;
    const here = ["--context", context];
    const owner = `owner@${context}.example.jp`;
    const files = join(s.path("files"), context);
    await mkdir(files, { recursive: true });
    const store = async ({ name, content }: Download): Promise<string> => {
      await writeFile(join(files, name), content);
      return join(files, name);
    };
    const topic = randomUUID();
    const push = async (expires: Date): Promise<Download> => ({
      name: `MDM_i3Systems,Inc._Certificate_${dayOf(expires)}.pem`,
      content: await createCertificate({ keys: this.#keys, expires, topic }),
    });
    const server = (made: Date): Promise<Download> =>
      createServerToken({ server: `${context}-ABM`, made, recipient: `CLOMO ${context}`, keys: this.#keys });
    const apps = (expires: Date): Download => createContentToken(`${context}-apps`, `${context} KK`, expires);
    const made = new Date(after(5 + at * 13).getTime() - 365 * DAY_MS);
    const [pushed, bought] = [after(2 + at * 11), after(28 + at * 17)];
    await s.run(w.addTenant(context));
    for (const file of [await push(pushed), await server(made), apps(bought)]) await store(file);
    await s.run(w.renewals.add(files, "--owner", owner, ...here), { tried: at === 0 });
    const [login, domain] = [dayOf(after(at * 7 - 340)), dayOf(after(at * 9 + 1))];
    const [gmail, page] = [`第一所有者 ${context}`, `${context}.example.jp`];
    await s.run(w.renewals.add(gmail, "--kind", "android-owner", "--last-login", login, ...here), { tried: at === 0 });
    await s.run(w.renewals.add(page, "--kind", "custom", "--expires", domain, ...here), { tried: at === 0 });

    const record = async (item: Item, file: Download, expires: Date): Promise<void> => {
      const path = await store(file);
      for (const words of w.renewals.renewAndConfirm(item.name, path, dayOf(expires), ...here)) await s.run(words);
      item.expires = expires;
    };
    const watch = (item: Omit<Item, "context" | "renew">, renew: (item: Item, now: Date) => Promise<void>): void => {
      const whole: Item = { ...item, context, renew: (now) => renew(whole, now) };
      this.items.push(whole);
    };
    const both = [EVERYBODY, owner];
    const year = (now: Date): Date => new Date(now.getTime() + 365 * DAY_MS);
    watch(
      { kind: "push-certificate", name: "push-certificate", expires: pushed, recipients: both },
      async (item, now) => record(item, await push(year(now)), year(now)),
    );
    watch({ kind: "ade-token", name: `${context}-ABM`, expires: nextYear(made), recipients: both }, async (item, now) =>
      record(item, await server(now), nextYear(now)),
    );
    watch({ kind: "vpp-token", name: `${context}-apps`, expires: bought, recipients: both }, async (item, now) =>
      record(item, apps(year(now)), year(now)),
    );
    const first = endOf(login.replace(/^\d+/, (one) => `${Number(one) + 1}`));
    watch({ kind: "android-owner", name: gmail, expires: first, recipients: [EVERYBODY] }, async (item, now) => {
      await s.run(w.renewals.signedIn(gmail, dayOf(now), ...here));
      item.expires = endOf(dayOf(now).replace(/^\d+/, (one) => `${Number(one) + 1}`));
    });
    watch({ kind: "custom", name: page, expires: endOf(domain), recipients: [EVERYBODY] }, async (item, now) => {
      await s.run(w.renewals.edit(page, "--expires", dayOf(year(now)), ...here));
      item.expires = endOf(dayOf(year(now)));
    });
  }
}

/** What happens on a morning. */
type Night = "once" | "twice" | "closed" | "killed";

interface Year {
  readonly contexts: readonly string[];
  readonly nights: Iterable<readonly [day: number, night: Night]>;
  readonly dice: () => number;
}

/** Goes through nights and compares each morning's mails with the book. Returns how many reminders were sent. */
async function watch(s: Story, { contexts, nights, dice }: Year): Promise<number> {
  s.setClock(new Date(START));
  await writeTyped(s);
  const customers = new Customers(s, await createKeys());
  for (const [at, context] of contexts.entries()) await customers.add(context, at);
  const { items } = customers;
  const mailbox = await Mailbox.open(s.home, [EVERYBODY]);
  const book = new ReminderBook();
  let sent = 0;
  for (const [day, night] of nights) {
    const now = new Date(START + day * DAY_MS);
    s.setClock(now);
    mailbox.closed = night === "closed";
    if (night === "killed") {
      const killed = s.start(w.sendReminders);
      setTimeout(() => killed.process.kill("SIGKILL"), dice() * 1200);
      await killed.ended;
    }
    for (let time = 0; time < (night === "twice" ? 2 : 1); time += 1) {
      const open = night !== "closed";
      const due = book.due(items, now, open);
      const { delivered, verdict, printed } = await w.runMorning(s);
      const mails = mailbox.take();
      expect(listReminders(mails, items), `day ${day} ${night} ${time}`).toEqual(open ? due : []);
      sent += due.length;
      for (const proposal of day > 3 ? [] : listMailProposals(mails)) await s.tryNamed(proposal);
      expect(delivered).toBe(open || due.length === 0);
      if (time === 1) expect(printed).toBe("");
      const next = Math.min(...items.map(({ expires }) => daysBetween(now, expires)));
      expect(verdict).toBe(next <= 30 ? 2 : next <= 90 ? 1 : 0);
    }
    expect(Object.fromEntries((await w.renewalItems(s)).map((item) => [nameOf(item), item.daysLeft]))).toEqual(
      Object.fromEntries(items.map((item) => [nameOf(item), daysBetween(now, item.expires)])),
    );
    // most are renewed weeks before, some on the last day, some too late
    for (const [at, item] of items.entries()) {
      const days = daysBetween(now, item.expires);
      const early = [40, 20, 12, 5, 0, -3][at % 6] ?? 0;
      if (days <= early && dice() < 0.5) await item.renew(now);
    }
  }
  return sent;
}

const nameOf = ({ context, kind, name }: w.NamedItem): string => `${context} ${kind} ${name}`;

story(
  "customers are reminded of each date once, also after missed, doubled and killed nights",
  async (s) => {
    const days = { 0: "twice", 1: "once", 2: "closed", 3: "once", 6: "killed", 30: "once", 31: "twice" } as const;
    const nights = Object.entries(days).map(([day, night]) => [Number(day), night] as const);
    const sent = await watch(s, { contexts: CONTEXTS.slice(0, 3), nights, dice: createDice(1) });
    expect(sent).toBeGreaterThan(50);
  },
  { fill: typed },
);

story(
  "a night that went wrong is named until it went well, and a clock that was ahead silences nothing",
  async (s) => {
    await writeTyped(s);
    for (const context of ["minato", "aoba"]) await s.run(w.addTenant(context));
    const mailbox = await Mailbox.open(s.home, [EVERYBODY]);
    const wrong = async (day: number): Promise<readonly string[]> => {
      s.setClock(after(day, 0));
      return w.complaints(s, "minato", () => mailbox.take().map(({ text }) => text));
    };
    const everywhere = ["status", "nagios", "prometheus", "mail"];
    const nightly = async (rows: string, code: number): Promise<void> => {
      await s.write("hr.csv", `氏名,メールアドレス\n佐藤,sato@example.jp\n${rows}`);
      await s.run(w.users.import("hr.csv", "--yes", "--context", "minato"), { code });
    };
    const item = { context: "minato", kind: "custom", name: "minato.example.jp" };

    s.setClock(after(0, 0));
    await nightly("", 0);
    // no date is recorded for a customer
    expect(await wrong(0)).toEqual(everywhere);
    await s.run(w.renewals.add(item.name, "--kind", "custom", "--expires", dayOf(after(111)), "--context", "minato"));
    expect(await wrong(1)).toEqual([]);
    // the file of a night has a row without an address
    await nightly("鈴木,\n", 3);
    expect(await wrong(2)).toEqual(everywhere);
    await nightly("", 0);
    expect(await wrong(3)).toEqual([]);

    // one night, the clock is 18 days ahead: the item seems due
    const reminded = async (day: number): Promise<readonly string[]> => {
      s.setClock(after(day, 0));
      await w.runMorning(s);
      return listReminders(mailbox.take(), [item]);
    };
    expect(await reminded(22)).toHaveLength(1);
    for (const day of [5, 6]) expect(await reminded(day)).toEqual([]);
    expect(await reminded(22)).toHaveLength(1);
  },
  { fill: typed },
);

fullStory(
  "no reminder is lost or doubled in 400 nights of eight customers",
  async (s) => {
    const seed = Date.now() % 1_000_000;
    process.stdout.write(`seed ${seed}\n`);
    const dice = createDice(seed);
    const nights = function* (): Generator<readonly [number, Night]> {
      for (let day = 0; day < 400; day += 1) {
        const luck = dice();
        if (luck < 0.04) continue;
        yield [day, luck < 0.08 ? "twice" : luck < 0.11 ? "closed" : luck < 0.16 ? "killed" : "once"];
      }
    };
    expect(await watch(s, { contexts: CONTEXTS, nights: nights(), dice })).toBeGreaterThan(400);
  },
  { fill: typed },
);
