import { expect, test } from "vitest";
import type { Import } from "../../lib/client/index.ts";
import { toCommittedPlan, createRowsResponder, listOperations, rowOf } from "#support/commands/imports/plans.ts";
import { run as runAtHome } from "#support/cli/home.ts";
import { freshDesk } from "#support/cli/import-desk.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { example, type Answers } from "#support/commands/tenant.ts";

const PLAN = example<Import>("planDeletion");
const [HANAKO] = example<{ items: readonly { id: string; name: string; emails: readonly string[] }[] }>(
  "findUsers",
).items;
const ID = HANAKO?.id ?? "";

const gone = rowOf({ row: 0, action: "delete" });
const tenantWith = (more: Answers, plan: Import = PLAN): Answers => ({
  findUsers: example("findUsers"),
  planDeletion: plan,
  tenant: example("tenant", { mirroredAt: null }),
  importRows: createRowsResponder(gone),
  ...more,
});
const commits = (plan = PLAN): Answers => ({ commitImport: toCommittedPlan(plan) });

test("shows the users, and deletes them after their number is confirmed", async () => {
  const tenant = tenantWith(commits());
  const { en, ja } = await runInBoth("users delete hanako@example.co.jp --confirm-deletions 1 --format json", {
    tenant,
  });
  expect(en.exit).toBe(0);
  expect(en.stderr).toBe(
    [
      "plan for kanto (context local): users, delete",
      "user: delete 1 of 120",
      "  - hanako@example.co.jp 髙橋 花子",
      "import 17: delete 1",
      "undo: clomoctl undo 17",
      "",
    ].join("\n"),
  );
  expect(ja.stderr).toContain("ユーザー、削除\nユーザー: 削除 1(全 120 件)\n  - hanako@example.co.jp 髙橋 花子\n");
  expect(ja.stderr).toContain("インポート 17: 削除 1\n取り消すには: clomoctl undo 17\n");
  expect(JSON.parse(en.stdout)).toMatchObject({ number: "17", mode: "delete", delete: 1, committed: true });
  expect(ja.stdout).toBe(en.stdout);
  expect(listOperations(en.requests)).toEqual(["findUsers", "planDeletion", "importRows", "tenant", "commitImport"]);
  expect(en.requests[1]?.json).toEqual({ kind: "users", ids: [ID], called: "hanako@example.co.jp" });
  expect(en.requests.at(-1)).toMatchObject({ json: { etag: PLAN.etag } });
});

test("accepts a file with one name per line", async () => {
  const desk = await freshDesk();
  const people = "氏名,メールアドレス,社員コード\n髙橋 花子,hanako@example.jp,E0042\n";
  await desk.write("people.csv", people);
  expect((await desk.run("users import people.csv --yes")).code).toBe(0);
  const lines = "退職者\r\n\r\nhanako@example.jp\r\nhanako@example.jp\r\nE0042";
  await desk.write("mail.txt", `\ufeff${lines}`);
  expect(await desk.run("users delete --file mail.txt --confirm-deletions 1")).toMatchObject({
    code: 3,
    stderr: expect.stringMatching(/^mail\.txt:1: .*"退職者".*\nerror: 1 problem in the list; nothing was changed\n/),
  });
  await desk.write("mail.txt", lines.split("\r\n").slice(1).join("\n"));
  const done = await desk.run("users delete --file mail.txt --confirm-deletions 1");
  expect(done).toMatchObject({ code: 0, stderr: expect.stringContaining("user: delete 1 of 1\n") });
  expect((await desk.run("imports show last --format json")).text).toContain('"fileName": "mail.txt"');
  await desk.run("undo last --yes");
  const stdin = await runAtHome("users delete --file - --confirm-deletions 1".split(" "), {
    home: desk.home,
    stdin: "E0042\n",
  });
  expect(stdin.code).toBe(0);
  await desk.write("list.bin", "\u0001\0\0");
  expect((await desk.run("users delete --file list.bin")).code).toBe(3);
  await desk.write("none.txt", "\n \n");
  expect(await desk.run("users delete --file none.txt")).toMatchObject({
    code: 2,
    stderr: "error: no records were specified\n  none.txt\n",
  });
});

test("reports names with no match or several, and nothing happens", async () => {
  const other = { ...HANAKO, id: "019a9f3c-5a00-7abc-8def-000000000099" };
  const tenant = {
    findUsers: ({ query = {} }: { query?: Readonly<Record<string, string>> }) => ({
      items: query["name"] === "E1" ? [HANAKO, other] : [],
    }),
  };
  const { en } = await runInBoth("users delete hanaco hanako2", { tenant });
  expect(en).toMatchObject({ exit: 6, stderr: expect.stringContaining('no user matches "hanaco, hanako2"\n') });
  const several = await run("users delete hanaco E1", { tenant });
  expect(several.exit).toBe(2);
  expect(several.stderr).toContain('"E1" matches 2 records: 髙橋 花子 <hanako@example.co.jp>');
});

test("in a mirror, names the console task and warns if the administrators are not confirmed", async () => {
  const mirrored = example<object>("tenant", { administratorsKnown: [] });
  const tenant = tenantWith({ tenant: mirrored, commitImport: { ...toCommittedPlan(PLAN), consoleTask: 3 } });
  const named = await runInBoth("users delete hanako@example.co.jp --confirm-deletions 1", { tenant });
  expect(named.en.exit).toBe(0);
  expect(named.en.stderr).toContain("warning: the list of administrators is not confirmed");
  expect(named.en.stderr).toContain("still to be done in the console: clomoctl console show 3\n");
});
