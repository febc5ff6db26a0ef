import { expect, test } from "vitest";
import { Failure } from "../../lib/errors/index.ts";
import { inBoth, run } from "../testing/program.ts";
import { testWrongLines } from "../testing/refusals.ts";
import { example } from "../testing/tenant.ts";

test("shows all of one record: before, after, from where", async () => {
  const { en, ja } = await inBoth("audit show 42", { tenant: { auditRecord: example("auditRecord") }, terminal: {} });
  expect(en.requests).toEqual([{ operation: "auditRecord", params: { seq: "42" } }]);
  expect(en.stdout).toMatch(/what +edit user\n/);
  expect(en.stdout).toMatch(/from +desk-12, clomoctl 1\.0\.0\n/);
  expect(en.stdout).toContain('{"title":"主任"}');
  expect(ja.stdout).toMatch(/操作 +ユーザーを編集\n/);
  expect(ja.stdout).toMatch(/対象 +髙橋 花子\n/);
});

test("of an import it names the command that shows its rows", async () => {
  const { record, ...rest } = example<{ record: object }>("auditRecord");
  const objects = [{ thing: "import", id: "019a9f3c-5a00-7abc-8def-000000000005", name: "12" }];
  const imported = { ...record, action: "imports.commit", objects, detail: { number: 12, create: 3 } };
  const { stderr } = await run("audit show 42", { tenant: { auditRecord: { ...rest, record: imported } } });
  expect(stderr).toBe("the rows of the import: clomoctl imports show 12 --rows\n");
});

test("one that is not there", async () => {
  const auditRecord = new Failure("not-found", {
    what: { en: "the audit has no record 9", ja: "記録 9 はありません" },
  });
  const { en, ja } = await inBoth("audit show 9", { tenant: { auditRecord } });
  expect(en).toMatchObject({ exit: 6, stdout: "", stderr: "error: the audit has no record 9\n" });
  expect(ja).toMatchObject({ exit: 6, stderr: "エラー: 記録 9 はありません\n" });
});

testWrongLines(["audit show"], ["audit show 0"], ["audit show x"]);
