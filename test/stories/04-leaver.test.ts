import { expect } from "vitest";
import { Console, readRows } from "./support/console.ts";
import { story, type Story } from "./support/story.ts";
import * as w from "./words.ts";

const KEI = "kei@example.jp";
const HANAKO = "hanako@example.jp";
const PHONES = ["SERIAL0001", "SERIAL0002"];

/** Three screens of the console: people, two of the same name among them, their phones and their users of Docs. */
function furnish(): Readonly<Record<"users" | "devices" | "docs", Console>> {
  const [users, devices, docs] = [new Console("users"), new Console("devices"), new Console("docs")];
  users.put({ 氏名: "髙橋 圭", メールアドレス: KEI, 社員コード: "0001", CLOMOアカウント名: "kei01" });
  users.put({ 氏名: "佐藤 花子", メールアドレス: HANAKO, 社員コード: "0002", CLOMOアカウント名: "hanako01" });
  users.put({ 氏名: "髙橋 圭", メールアドレス: "kei2@example.jp", 社員コード: "0003" });
  const phones = [
    ["SERIAL0001", "iOS", "090-0000-0001", KEI],
    ["SERIAL0002", "Android", "090-0000-0002", KEI],
    ["SERIAL0003", "iOS", "090-0000-0003", HANAKO],
  ] as const;
  for (const [serial, platform, number, owner] of phones)
    devices.put({
      シリアルナンバー: serial,
      プラットフォーム: platform,
      ステータス: "管理中",
      電話番号: number,
      所有者メールアドレス: owner,
    });
  docs.put({ 表示名: "髙橋 圭", ユーザーID: "kei01" });
  docs.put({ 表示名: "髙橋 圭", ユーザーID: "takahashikei" });
  docs.put({ 表示名: "佐藤 花子", ユーザーID: "hanako01" });
  return { users, devices, docs };
}

/** Takes the exports of all screens. */
async function takeAll(s: Story, { users, devices, docs }: ReturnType<typeof furnish>): Promise<void> {
  await s.run(w.users.take(await s.write("users.csv", users.export()), "--yes"));
  await s.run(w.devices.take(await s.write("devices.csv", devices.export()), "--yes"));
  await s.run(w.securedUsers.take(await s.write("docs.csv", docs.export()), "--app", "docs", "--yes"));
}

/** Runs what must change nothing. */
async function unchanged(s: Story, run: () => Promise<unknown>): Promise<void> {
  const before = await w.lastChange(s, "local");
  await run();
  expect(await w.lastChange(s, "local")).toBe(before);
}

/** Returns the serial numbers of all devices with the address of their owner. */
async function owners(s: Story): Promise<Readonly<Record<string, string | null>>> {
  const rows = await s.json<{ serialNumber: string; ownerEmail: string | null }[]>(w.devices.list());
  return Object.fromEntries(rows.map(({ serialNumber, ownerEmail }) => [serialNumber, ownerEmail]));
}

story(
  "a leaver with two phones, a user of Docs and an administrator's account",
  async (s) => {
    const panel = furnish();
    await s.write("users.csv", panel.users.export());
    await takeAll(s, panel);
    for (const [user, account] of [
      [KEI, "kei01"],
      [HANAKO, "hanako01"],
    ] as const) {
      await s.run(w.users.markAdministrator(user, "--yes"));
      await s.run(w.accounts.edit(account, "--role", "system", "--password-in-console"));
    }
    await s.run(w.consoleTasks.confirm(...(await w.openTasks(s))));

    // nobody may be left without an administrator; before the last day, and to look, nothing is changed
    await unchanged(s, () => s.run(w.users.leave(KEI, HANAKO, "--confirm-deletions", "2"), { code: 3 }));
    // everybody is named, and so is the user of Docs who may be somebody else of the same name
    const all = { account: 1, device: 2, secured: 2, user: 1 };
    await unchanged(s, async () => {
      expect(await w.leaving(s, 8, "kei01", "--dry-run")).toMatchObject(all);
      expect(await w.leaving(s, 0, "0001", "--on", "2099-03-31")).toMatchObject(all);
    });

    // the last day
    expect(await w.leaving(s, 8, KEI, "--report", "collect.csv", "--confirm-deletions", "1")).toMatchObject(all);
    const list = readRows(await s.read("collect.csv"), "utf-8");
    expect(list).toHaveLength(3);
    for (const [at, serial] of PHONES.entries()) expect(list[at + 1]).toContain(serial);
    expect(list.slice(1).map((row) => row.filter((cell) => cell.startsWith("090-")))).toEqual([
      ["090-0000-0001"],
      ["090-0000-0002"],
    ]);
    const kei = await s.json<{ role: string }>(w.accounts.show("kei01"));
    expect(kei.role).toBe("none");
    const inDocs = await s.json<{ userId: string }[]>(w.securedUsers.list("--app", "docs"));
    expect(inDocs.map(({ userId }) => userId)).toEqual(["hanako01", "takahashikei"]);
    expect(await owners(s)).toEqual({ SERIAL0001: KEI, SERIAL0002: KEI, SERIAL0003: HANAKO });

    // the same command again, while the phones are out
    await unchanged(s, () => w.leaving(s, 8, KEI, "--confirm-deletions", "1"));

    // the console: the user of Docs is deleted by hand, role and tags cannot be seen in exports
    expect(await w.openTasks(s)).not.toEqual([]);
    panel.docs.delete("kei01");
    for (const serial of PHONES) panel.devices.put({ シリアルナンバー: serial, タグ: "回収待ち" });
    await takeAll(s, panel);
    await s.run(w.consoleTasks.confirm(...(await w.openTasks(s))));
    await unchanged(s, () => w.leaving(s, 8, KEI, "--confirm-deletions", "1"));

    // one phone comes back, then the other, which is Android and must be wiped
    await s.run(w.devices.setOwner("SERIAL0001", "--none"));
    expect(await w.leaving(s, 8, KEI, "--confirm-deletions", "1")).toMatchObject({ device: 1, user: 1 });
    await unchanged(s, () => s.run(w.devices.setOwner("SERIAL0002", "--none"), { code: 3 }));
    await s.run(w.devices.setOwner("SERIAL0002", "--none", "--confirm-wipes", "1"));
    for (const serial of PHONES) panel.devices.put({ シリアルナンバー: serial, 所有者メールアドレス: [], タグ: [] });
    await takeAll(s, panel);
    await s.run(w.consoleTasks.confirm(...(await w.openTasks(s))), { code: [0, 2] });
    expect(await w.openTasks(s)).toEqual([]);

    // now the same command deletes the person, but only with the number
    await unchanged(s, () => s.run(w.users.leave(KEI, "--yes"), { code: 3 }));
    expect(await w.leaving(s, 0, KEI, "--confirm-deletions", "1")).toMatchObject({ device: 0, user: 1 });
    await s.run(w.users.show(KEI), { code: 6 });
    panel.users.delete(KEI);
    await takeAll(s, panel);
    expect(await w.openTasks(s)).toEqual([]);
    expect(await owners(s)).toEqual({ SERIAL0001: null, SERIAL0002: null, SERIAL0003: HANAKO });
    const left = await s.json<{ emails: string[] }[]>(w.users.list());
    expect(left.flatMap(({ emails }) => emails).toSorted()).toEqual([HANAKO, "kei2@example.jp"]);
  },
  {
    fill: {
      USER: HANAKO,
      PERSON: HANAKO,
      MAIL: HANAKO,
      NAME: "hanako01",
      ACCOUNT: "hanako01",
      FILE: "users.csv",
      DATE: "2099-03-31",
    },
  },
);
