import { expect, test } from "vitest";
import { Failure } from "../../lib/errors/index.ts";
import { inBoth, run } from "#support/commands/program.ts";
import { testWrongLines } from "#support/commands/refusals.ts";
import { example } from "#support/commands/tenant.ts";

test("shows number and hash of the last record, as one line to keep", async () => {
  const head = example<{ seq: number; hash: string }>("auditHead");
  const { requests, stdout } = await run("audit head --format tsv --fields seq,hash", { tenant: { auditHead: head } });
  expect(requests).toEqual([{ operation: "auditHead" }]);
  expect(stdout).toBe(`seq\thash\n42\t${head.hash}\n`);
  const { ja } = await inBoth("audit head", { tenant: { auditHead: head }, terminal: {} });
  expect(ja.stdout).toMatch(/ハッシュ +8f14e45f/);
});

test("where nothing was changed yet there is none", async () => {
  const auditHead = new Failure("not-found", { what: { en: "no record yet", ja: "記録はまだありません" } });
  const { en, ja } = await inBoth("audit head", { tenant: { auditHead } });
  expect(en).toMatchObject({ exit: 6, stderr: "error: no record yet\n" });
  expect(ja).toMatchObject({ exit: 6, stderr: "エラー: 記録はまだありません\n" });
});

testWrongLines(["audit head x"]);
