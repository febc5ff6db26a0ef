import { chmod } from "node:fs/promises";
import { expect } from "vitest";
import { FULL, story, type Story } from "./support/story.ts";
import { typed, writeTyped } from "./support/typed.ts";
import * as w from "./words.ts";

const PEOPLE = FULL ? 20_000 : 500;

const listOf = (title: string, rows: number): string =>
  [
    "氏名,メールアドレス,役職",
    ...Array.from({ length: rows }, (_, at) => `社員 ${at},p${at}@example.jp,${title}`),
    "",
  ].join("\n");

/** Returns how many people have which title. */
async function countTitles(s: Story): Promise<Record<string, number>> {
  const count: Record<string, number> = {};
  for (const { title } of await s.json<{ title: string }[]>(w.users.list(), { tried: false }))
    count[title] = (count[title] ?? 0) + 1;
  return count;
}

/** Returns the records of what was done after a number, oldest first. */
async function doneAfter(s: Story, number: number): Promise<string[]> {
  const rows = await s.json<{ number: number; actor: string }[]>(w.audit.list(), { tried: false });
  return rows
    .filter((row) => row.number > number)
    .toSorted((a, b) => a.number - b.number)
    .map(({ actor }) => actor);
}

story(
  "two administrators at once: each change is whole, is somebody's, and nothing planned is applied to something else",
  async (s) => {
    await writeTyped(s);
    await s.run(w.addTenant("minato"));
    await s.write("people.csv", listOf("係長", PEOPLE));
    await s.run(w.users.import("people.csv", "--yes"));
    await chmod(await s.write("password", "Natsu-2026-Umi"), 0o600);
    for (const [account, address] of [
      ["alice", "p0@example.jp"],
      ["bob", "p1@example.jp"],
    ] as const) {
      const role = ["--role", "system", "--password-file", "password"];
      await s.run(w.accounts.create(address, "--account", account, ...role), { tried: false });
    }

    // both import a list at the same moment: one after the other, or one of them is turned away
    let known = await w.lastChange(s, "minato");
    await s.write("alice.csv", listOf("課長", PEOPLE));
    await s.write("bob.csv", listOf("部長", PEOPLE));
    const imports = await Promise.all(
      ["alice", "bob"].map((who) => s.start(w.users.import(`${who}.csv`, "--yes", "--as", who)).ended),
    );
    for (const { code } of imports) expect([0, 5]).toContain(code);
    const importers = await doneAfter(s, known);
    expect(importers.toSorted()).toEqual(["alice", "bob"].filter((_, at) => imports[at]?.code === 0));
    expect(importers.length).toBeGreaterThan(0);
    expect(await countTitles(s)).toEqual({ [importers.at(-1) === "alice" ? "課長" : "部長"]: PEOPLE });

    // both edit the same person at the same moment
    known = await w.lastChange(s, "minato");
    const edits = await Promise.all(
      ["alice", "bob", "alice", "bob"].map(
        (who) => s.start(w.users.edit("p7@example.jp", "--title", who, "--as", who)).ended,
      ),
    );
    for (const { code } of edits) expect([0, 5]).toContain(code);
    const editors = await doneAfter(s, known);
    expect(await countTitles(s)).toMatchObject({ [editors.at(-1) ?? ""]: 1 });

    // alice plans; bob changes one of her people first, then only somebody else
    const plan = async (name: string, title: string): Promise<string> => {
      await s.write(name, listOf(title, 3));
      return (await s.json<{ number: string }>(w.users.keepPlan(name, "--as", "alice"))).number;
    };
    const crossed = await plan("crossed.csv", "主任");
    await s.run(w.users.edit("p1@example.jp", "--title", "相談役", "--as", "bob"));
    const before = await countTitles(s);
    await s.run(w.imports.commit(crossed, "--yes", "--as", "alice"), { code: 5 });
    expect(await countTitles(s)).toEqual(before);
    const kept = await plan("kept.csv", "主任");
    await s.run(w.users.edit("p9@example.jp", "--title", "顧問", "--as", "bob"));
    await s.run(w.imports.commit(kept, "--yes", "--as", "alice"));
    expect(await countTitles(s)).toMatchObject({ 主任: 3, 顧問: 1 });
    await s.run(w.imports.commit(kept, "--yes", "--as", "bob"), { code: 5 });
    await s.run(w.audit.verify());
  },
  { fill: typed },
);
