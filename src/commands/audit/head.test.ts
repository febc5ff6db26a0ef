import { expect, test } from "vitest";
import { runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

test("shows the number and hash of the last record on one line to keep", async () => {
  const head = example<{ seq: number; hash: string }>("auditHead");
  const { requests, stdout } = await run("audit head --format tsv --fields number,hash", {
    tenant: { auditHead: head },
  });
  expect(requests).toEqual([{ operation: "auditHead" }]);
  expect(stdout).toBe(`number\thash\n42\t${head.hash}\n`);
  const { ja } = await runInBoth("audit head", { tenant: { auditHead: head }, terminal: {} });
  expect(ja.stdout).toMatch(/ハッシュ +8f14e45f/);
});
