import { expect, test } from "vitest";
import { Failure } from "../../lib/errors/index.ts";
import { same } from "../../lib/text/index.ts";
import { inBoth, run } from "../testing/program.ts";
import { testWrongLines } from "../testing/refusals.ts";
import { committed, ID, planOf } from "./testing/plans.ts";

const OTHER = ID.replace(/5$/, "6");
const tenant = {
  imports: {
    items: [
      planOf({ id: OTHER, kind: "docs", mode: "replace", rows: 21, create: 3, update: 4, delete: 5, invalid: 6 }),
      committed(),
    ],
  },
};

test("lists every import with what it did, the same in both languages", async () => {
  const { en, ja } = await inBoth("imports list", { tenant });
  expect(en).toMatchObject({ exit: 0, stderr: "", requests: [{ operation: "imports" }] });
  expect(en.stdout.split("\n")).toEqual([
    "id\tkind\tmode\tstate\tcreatedAt\tfileName\trows\tcreate\tupdate\tdelete\tinvalid",
    `${OTHER}\tdocs\treplace\tplanned\t2026-11-20T01:23:45.000Z\tpeople.csv\t21\t3\t4\t5\t6`,
    `${ID}\tusers\tappend\tcommitted\t2026-11-20T01:23:45.000Z\tpeople.csv\t2\t1\t1\t0\t0`,
    "",
  ]);
  expect(ja.stdout).toBe(en.stdout);
});

test("is a table on a terminal, its headers in the person's language and its numbers at the end", async () => {
  const { en, ja } = await inBoth("imports list", { tenant, terminal: { columns: 200 } });
  const [header = "", first = ""] = en.stdout.split("\n");
  expect(header).toMatch(/^import +kind +mode +state +created at +file +rows +create +update +delete +invalid$/);
  expect(first).toMatch(/ {2,}21 +3 +4 +5 +6$/);
  expect(first.length).toBe(header.length);
  expect(ja.stdout).toMatch(
    /^インポート ID +種類 +インポート方法 +状態 +作成日時 +ファイル +行数 +追加 +更新 +削除 +不正\n/,
  );
});

test.each([
  [0, 0],
  [1, 1],
  [3, 2],
])("--limit %i lists the newest %i", async (limit, count) => {
  const { stdout } = await run(`imports list --limit ${limit} --format json --fields id`, { tenant });
  expect(JSON.parse(stdout)).toEqual([{ id: OTHER }, { id: ID }].slice(0, count));
});

test("says why there is no answer, in both languages", async () => {
  const locked = new Failure("locked", { what: { en: "locked by 7", ja: "7 が使用中" }, hint: same("wait") });
  const { en, ja } = await inBoth("imports list", { tenant: locked });
  expect(en).toMatchObject({ exit: 5, stdout: "", stderr: "error: locked by 7\n  wait\n" });
  expect(ja).toMatchObject({ exit: 5, stdout: "", stderr: "エラー: 7 が使用中\n  wait\n" });
});

testWrongLines(["imports list --limit -1"], ["imports list --limit all"], ["imports list users"]);
