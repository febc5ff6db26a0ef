import { expect, test } from "vitest";
import type { UserHistory } from "../../lib/client/index.ts";
import { TestTenant } from "#support/tenant/tenant.ts";
import { inBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const [hanako] = example<{ items: readonly [UserHistory] }>("userHistory").items;
const of = (...items: readonly UserHistory[]) => ({ userHistory: { items } });
const LINE = "users history hanako@example.co.jp";

test("asks for what was typed, and gives programs every import with all values", async () => {
  const { exit, stdout, requests } = await run(`${LINE} --format json`, { tenant: of(hanako) });
  expect(exit).toBe(0);
  expect(requests).toEqual([{ operation: "userHistory", query: { name: "hanako@example.co.jp" } }]);
  const [event] = JSON.parse(stdout) as readonly object[];
  const { changed: _, ...told } = hanako.events[0] ?? { changed: [] };
  const { events: _events, ...user } = hanako;
  expect(event).toEqual({ ...told, user, changes: [{ field: "title", before: "主任", after: "課長" }] });
});

test("a terminal shows the number, when, who and what, in the language and the context's zone", async () => {
  const { en, ja } = await inBoth(LINE, { tenant: of(hanako), terminal: {} });
  expect(en.stdout).toMatch(
    /^change +at +by +action +changes\n +17 +2026-11-20 10:23 +owner \(hanako\) +update +役職: 主任 → 課長\n$/,
  );
  expect(ja.stdout).toMatch(
    /^変更番号 +日時 +実行者 +動作 +変更内容\n +17 +2026-11-20 10:23 .* 更新 +役職: 主任 → 課長\n$/,
  );
});

const NOT_LISTED =
  "changes by hand and by handover apply are not listed here: clomoctl audit list --object hanako@example.co.jp\n";
const NOT_LISTED_JA =
  "手作業と handover apply による変更は、ここには表示されません。確認: clomoctl audit list --object hanako@example.co.jp\n";

test("says at its end what it leaves out, and how to see that, also beside JSON", async () => {
  const { en, ja } = await inBoth(LINE, { tenant: of(hanako) });
  expect([en.stderr, ja.stderr]).toEqual([NOT_LISTED, NOT_LISTED_JA]);
  expect((await run(`${LINE} --format json --lang en`, { tenant: of(hanako) })).stderr).toBe(NOT_LISTED);
});

test("says that a user was deleted, and where no import touched one", async () => {
  const { en, ja } = await inBoth(LINE, { tenant: of({ ...hanako, deleted: true, events: [] }) });
  expect(en.stderr).toBe(`髙橋 花子 <hanako@example.co.jp> was deleted\nno import touched this user\n${NOT_LISTED}`);
  expect(ja.stderr).toBe(
    `髙橋 花子 <hanako@example.co.jp> は削除されています\nこのユーザーを変更したインポートはありません\n${NOT_LISTED_JA}`,
  );
});

test("who does not see every import is told only of those, in both languages", async () => {
  const whoami = example<object>("whoami");
  const line = `${LINE} --as hanako`;
  const { en, ja } = await inBoth(line, { tenant: { ...of({ ...hanako, events: [] }), whoami } });
  expect([en.exit, ja.exit]).toEqual([0, 0]);
  expect(en.stderr).toBe(
    "no import that you may see touched this user\nchanges by hand and by handover apply are not listed here\n",
  );
  expect(ja.stderr).toBe(
    "このユーザーを変更したインポートのうち、この権限で表示できるものはありません\n手作業と handover apply による変更は、ここには表示されません\n",
  );
  const reading = { operation: "audit.read", reach: "all" };
  const system = { ...whoami, role: "system", scheme: null, orgs: null, operations: [reading] };
  const all = await run(`${line} --lang en`, { tenant: { ...of({ ...hanako, events: [] }), whoami: system } });
  expect(all.stderr).toContain("no import touched this user\n");
  expect(all.stderr).toContain("clomoctl audit list --object hanako@example.co.jp");
});

test.each([undefined, {}])(
  "after an edit and a move the command at its end lists both: terminal %o",
  async (terminal) => {
    await using own = new TestTenant();
    await own.client.orgs.create({ name: "営業部", code: "S01" });
    await own.import({ kind: "users" }, [
      ["氏名", "メールアドレス"],
      ["山田", "yamada@x.jp"],
    ]);
    const desk = { tenant: own.fetch, ...(terminal && { terminal: { columns: 300 } }) };
    for (const line of ["users edit yamada@x.jp --title 課長", "users move yamada@x.jp --org S01"])
      expect(await run(`${line} --yes`, desk)).toMatchObject({ exit: 0 });
    const { stdout, stderr } = await run("users history yamada@x.jp --lang en", desk);
    expect(stdout).not.toContain("課長");
    const listed = /changes by hand and by handover apply are not listed here: clomoctl (audit list .*)\n$/.exec(
      stderr,
    );
    expect((await run(`${listed?.[1]} --format json`, desk)).stdout).toMatch(/"users\.move"[^]*"users\.edit"/);
  },
);

test("none is not found", async () => {
  const { en, ja } = await inBoth(LINE, { tenant: { ...of(), users: { items: [], next: null } } });
  expect(en.stderr).toContain("clomoctl users list --search hanako@example.co.jp\n");
  expect([en.exit, ja.exit, en.stdout]).toEqual([6, 6, ""]);
});

test("of a name that several had, all of them are told, by time and each by name and address", async () => {
  const [event] = hanako.events;
  const gone = { ...hanako, id: hanako.id.replace(/2$/, "9"), name: "退職 太郎", email: "info@x.jp", deleted: true };
  const events = [9, 19].flatMap((change) => (event === undefined ? [] : [{ ...event, change }]));
  const tenant = of({ ...gone, events }, hanako, { ...hanako, name: "新任 次郎", events: [] });
  const { exit, stdout, stderr } = await run(LINE, { tenant, terminal: { columns: 140 } });
  expect(exit).toBe(0);
  expect(stdout).toMatch(
    /^change .* user .*\n +9 .*退職 太郎 <info@x.jp>.*\n +17 .*髙橋 花子 <hanako@example.co.jp>.*\n +19 .*退職 太郎 <info@x.jp>.*\n$/,
  );
  expect(stderr).toBe(
    "3 users have or had this: 退職 太郎 <info@x.jp>, 髙橋 花子 <hanako@example.co.jp>, 新任 次郎 <hanako@example.co.jp>\n退職 太郎 <info@x.jp> was deleted\n新任 次郎 <hanako@example.co.jp>: no import touched this user\n" +
      NOT_LISTED,
  );
});
