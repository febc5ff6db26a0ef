import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Failure } from "../../lib/errors/index.ts";
import { text } from "../../lib/text/index.ts";
import { freshFolder, inBoth, run } from "#support/commands/program.ts";

const CSV = "組織名,組織コード,上位組織コード,上位組織パス\r\n営業部,S01,,\r\n";
const tenant = { exportOrgs: CSV };

test("the console's file, in the encoding of the account's language, which is said", async () => {
  const { en, ja } = await inBoth("orgs export", { tenant });
  expect(en.requests).toEqual([{ operation: "exportOrgs", query: { newline: "crlf" } }]);
  expect(new TextDecoder("shift_jis", { fatal: true }).decode(en.bytes)).toBe(CSV);
  expect(en.stderr).toContain("Shift_JIS");
  expect(ja.bytes).toEqual(en.bytes);
  expect(ja.stderr).toContain("日本語");
});

test("what narrows it goes to the tenant", async () => {
  const line = "orgs export --encoding utf-8 --newline lf --filter-name 営業 --filter-id S0";
  const { requests, stderr } = await run(line, { tenant });
  expect(requests).toEqual([{ operation: "exportOrgs", query: { newline: "lf", filterName: "営業", filterId: "S0" } }]);
  expect(stderr).toBe("");
});

test("a map gives it other headers", async () => {
  const folder = freshFolder();
  writeFileSync(join(folder, "map.yaml"), "columns:\n  Name: 組織名\nconstants:\n  上位組織コード: S00\n");
  const { exit, requests } = await run("orgs export -o out.csv --encoding utf-8 --map map.yaml", { folder, tenant });
  expect(exit).toBe(0);
  expect(requests.map(({ operation }) => operation)).toEqual(["exportOrgs"]);
  expect(readFileSync(join(folder, "out.csv"), "utf8")).toBe("Name,組織コード,上位組織パス\r\n営業部,S01,\r\n");
});

test("a tenant that gives none leaves none, in both languages", async () => {
  const folder = freshFolder();
  writeFileSync(join(folder, "out.csv"), "old");
  const refusing = { exportOrgs: new Failure("not-permitted", { what: text("not yours", "権限がありません") }) };
  const { en, ja } = await inBoth("orgs export -o out.csv --encoding utf-8 --overwrite", { folder, tenant: refusing });
  expect(en).toMatchObject({ exit: 4, stdout: "", stderr: "error: not yours\n" });
  expect(ja).toMatchObject({ exit: 4, stdout: "", stderr: "エラー: 権限がありません\n" });
  expect(readFileSync(join(folder, "out.csv"), "utf8")).toBe("old");
});
