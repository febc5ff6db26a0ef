import { expect } from "vitest";
import { startApple, type AppleDouble } from "./support/apple-double.ts";
import { chance, killAfter } from "./support/chance.ts";
import { FULL, story, type Story } from "./support/story.ts";
import * as w from "./words.ts";

const FILLED: Readonly<Record<string, string>> = {
  NAME: "Office",
  USER: "hanako@example.jp",
  SERIAL: "C02A00001",
  URL: "http://127.0.0.1:1",
  "HTTPS-URL": "https://mdm.example.jp/enrol",
  NUMBER: "3",
  CODE: "全社",
};
const SETTINGS = {
  fill: (placeholder: string, proposal: string) =>
    placeholder === "FILE" ? (proposal.startsWith("clomoctl ade ") ? "token.p7m" : "users.csv") : FILLED[placeholder],
};

const serialsFrom = (prefix: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, at) => `${prefix}${String(at + 1).padStart(5, "0")}`);

async function connect(s: Story, devices: readonly string[]): Promise<AppleDouble> {
  const apple = await startApple(s);
  await apple.buy(devices);
  await s.write("users.csv", "氏名,メールアドレス\n山田 花子,hanako@example.jp\n");
  await s.run(w.addTenant("lab", "--use"));
  await s.run(w.ade.setEndpoint(apple.url));
  await s.run(w.ade.createKey("-o", "key.pem"));
  await apple.downloadToken("key.pem", "token.p7m");
  await s.run(w.ade.setToken("token.p7m"));
  return apple;
}

/** The serial numbers of all device records of the tenant, sorted. */
const registered = async (s: Story): Promise<readonly string[]> => {
  const rows = await s.json<{ serialNumber: string }[]>(w.devices.list("--fields", "serialNumber"));
  return rows.map(({ serialNumber }) => serialNumber).toSorted();
};

/** Failures that happen once: the same sync gets over them, or the next one does. */
const PASSING = [
  "unavailable",
  "rate-limited",
  "cut-json",
  "reset",
  "stuck-cursor",
  "expired-cursor",
  "duplicate-device",
  "unauthorized-once",
];
/** Failures that last until somebody does something. */
const LASTING = ["terms", "token-rejected", "inactive", "clock", "access-denied", "signature-invalid"];

story(
  "devices are bought, moved and missed, and every sync has each of them once",
  async (s) => {
    const old = serialsFrom("C02A", FULL ? 20_000 : 1500);
    const apple = await connect(s, old);
    interface Sync {
      readonly created: number;
      readonly released: number;
    }
    const sync = async (kind: "--full" | "--delta", code = 0): Promise<readonly [number, number]> => {
      const { created, released } = await s.json<Sync>(w.ade.sync(kind), { code });
      return [created, released];
    };
    expect(await sync("--full")).toEqual([old.length, 0]);
    expect(await w.assignedSerials(s)).toEqual(old);
    expect(await registered(s)).toEqual(old);
    expect(await sync("--full")).toEqual([0, 0]);
    expect(await sync("--delta")).toEqual([0, 0]);

    // a delta finds what Apple tells, a full sync finds all
    await apple.buy(["C02B00001", "C02B00002"]);
    await apple.buy(["C02B00003"], "silent");
    await apple.takeAway(["C02A00001"]);
    await apple.takeAway(["C02A00002"], "silent");
    expect(await sync("--delta")).toEqual([2, 1]);
    expect(await sync("--full")).toEqual([1, 1]);
    const bought = ["C02B00001", "C02B00002", "C02B00003"];
    expect(await w.assignedSerials(s)).toEqual([...old.slice(2), ...bought]);
    // what is no longer assigned keeps its record and its owner
    await s.run(w.users.import("users.csv", "--yes"));
    await s.run(w.devices.setOwner("C02A00001", "--user", "hanako@example.jp"));
    await apple.giveBack(["C02A00001", "C02A00002"]);
    expect(await sync("--delta")).toEqual([2, 0]);
    expect(await registered(s)).toEqual([...old, ...bought]);
    const owned = await s.json<{ serialNumber: string }[]>(w.devices.list("--owner", "hanako@example.jp"));
    expect(owned.map(({ serialNumber }) => serialNumber)).toEqual(["C02A00001"]);

    // every device gets the ADE profile, also one that is bought later; what was done to a device stays
    const ade = ["--kind", "ade", "--org", "全社", "--ade-setting", "監視対象モード:設定する"];
    await s.run(w.profiles.create("ADE", ...ade));
    expect((await w.setUpStates(s))[10]).toBe("open");
    await apple.buy(["C02B00004"]);
    await apple.takeAway(["C02A00001"]);
    expect(await sync("--delta")).toEqual([1, 1]);
    await s.run(w.profiles.create("Kiosk", "--kind", "single-app", "--device", "C02A00001", "--device", "C02B00004"));
    await s.run(w.devices.rename("C02A00001", "Kiosk 1"));
    await s.run(w.devices.message("Back to the office", "C02A00001", "C02B00001"));
    expect(await w.profilesOn(s, "C02B00004")).toEqual(["ADE", "Kiosk"]);
    expect(await w.profilesOn(s, "C02B00001")).toEqual(["ADE"]);
    await apple.giveBack(["C02A00001"]);
    await apple.takeAway(["C02B00004"]);
    expect(await sync("--delta")).toEqual([1, 1]);
    const done = await s.json<{ serialNumber: string; kind: string }[]>(w.devices.actions());
    expect(done.map(({ serialNumber, kind }) => `${serialNumber} ${kind}`)).toEqual([
      "C02B00001 message",
      "C02A00001 message",
      "C02A00001 rename",
    ]);
    const { 10: installed, 12: afterwards } = await w.setUpStates(s);
    expect([installed, afterwards]).toEqual(["done", "done"]);

    // a tenth of all is gone: a limit stops it, and it may come back
    const gone = old.slice(0, old.length / 10);
    await apple.takeAway(gone, "silent");
    expect(await sync("--full", 10)).toEqual([0, 0]);
    await apple.giveBack(gone);
    expect(await sync("--full")).toEqual([0, 0]);
    expect(await w.assignedSerials(s)).toEqual([...old, ...bought]);
    await apple.takeAway(gone, "silent");
    await s.run(w.ade.sync("--full", "--max-deletions", String(gone.length)));
    expect(await w.assignedSerials(s)).toEqual([...old.slice(gone.length), ...bought]);
    expect(await registered(s)).toEqual([...old, ...bought, "C02B00004"]);

    // a mirror has no key of its own at Apple
    await s.run(w.addTenant("mirror"));
    await s.run(w.users.take("users.csv", "--yes", "--context", "mirror"));
    const { code } = await s.run(w.ade.useApple("--context", "mirror"), { code: "any" });
    expect(code).not.toBe(0);
  },
  SETTINGS,
);

story(
  "failures and kill -9 during a sync lose nothing and double nothing",
  async (s) => {
    const old = serialsFrom("C02A", FULL ? 20_000 : 1100);
    const apple = await connect(s, old);
    const next = chance("failures during a sync");
    let count = 0;
    let now = [...old];
    const bought = [...old];
    /** all of them, or two by chance */
    const some = <T>(all: readonly T[]): readonly T[] =>
      all
        .map((one) => ({ one, at: next() }))
        .toSorted((one, other) => one.at - other.at)
        .slice(0, FULL ? all.length : 2)
        .map(({ one }) => one);
    /** one device comes and one goes, and Apple fails with one of the pages */
    const disturb = async (fault: string, ...more: readonly string[]): Promise<void> => {
      count += 1;
      const serial = `C02Z${String(count).padStart(5, "0")}`;
      await apple.buy([serial]);
      bought.push(serial);
      await apple.takeAway(now.slice(0, 1));
      now = [...now.slice(1), serial];
      await apple.fail(fault, ...more);
    };
    const kind = (): string => (next() < 0.5 ? "--full" : "--delta");
    const after = (): string => String(Math.trunc(next() * 3));

    await s.run(w.ade.sync("--full"));
    for (const fault of some(LASTING)) {
      await disturb(fault);
      const before = await registered(s);
      await s.run(w.ade.sync(kind()), { code: 4 });
      expect(await registered(s)).toEqual(before);
      await apple.recover();
      await s.run(w.ade.sync(kind()));
      expect(await w.assignedSerials(s)).toEqual(now);
    }
    for (const fault of some(PASSING)) {
      await disturb(fault, "--count", "1", "--after", after());
      const words = w.ade.sync(kind());
      const { code } = await s.run(words, { code: [0, 7] });
      await apple.recover();
      if (code !== 0) await s.run(w.ade.sync());
      expect([words, fault, await w.assignedSerials(s)]).toEqual([words, fault, now]);
    }
    // Apple down for longer than a sync waits; a record that cannot be read
    await disturb("reset", "--always");
    await s.run(w.ade.sync("--full"), { code: 7 });
    await apple.recover();
    await s.run(w.ade.sync("--full"));
    expect(await w.assignedSerials(s)).toEqual(now);
    const kept = now;
    await disturb("unreadable-device", "--serial", now[5] ?? "");
    await s.run(w.ade.sync("--full"), { code: 7 });
    expect(await w.assignedSerials(s)).toEqual(kept);
    await apple.recover();
    await s.run(w.ade.sync("--full"));
    expect(await w.assignedSerials(s)).toEqual(now);

    for (let kill = 0; kill < (FULL ? 20 : 2); kill += 1) {
      const more = serialsFrom(`K${kill}X`, 500);
      await apple.buy(more);
      now.push(...more);
      bought.push(...more);
      const { code } = await killAfter(s, w.ade.sync("--full"), 100 + next() * 900);
      if (code !== 0) {
        const half = await registered(s);
        expect(half).toEqual([...new Set(half)]);
        await s.run(w.audit.verify());
      }
      await s.run(w.ade.sync());
      expect(await w.assignedSerials(s)).toEqual(now.toSorted());
    }
    expect(await registered(s)).toEqual(bought.toSorted());
  },
  SETTINGS,
);
