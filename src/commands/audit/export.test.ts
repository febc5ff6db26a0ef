import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freshFolder, runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const record = example<object>("auditRecord");

test("writes complete records, one per line", async () => {
  const folder = freshFolder();
  const { exit, stdout, requests } = await run("audit export -o audit.ndjson --since 2026-04-01 --action delete", {
    folder,
    tenant: { exportAudit: [record, record] },
  });
  expect({ exit, stdout }).toEqual({ exit: 0, stdout: "" });
  expect(requests).toMatchObject([
    { operation: "exportAudit", query: { since: "2026-03-31T15:00:00.000Z", action: "delete" } },
  ]);
  const line = `${JSON.stringify(record)}\n`;
  expect(readFileSync(join(folder, "audit.ndjson"), "utf8")).toBe(line + line);
});

test("writes the lines to stdout as they arrive", async () => {
  const { stdout } = await run("audit export", { tenant: { exportAudit: [record] } });
  expect(stdout).toBe(`${JSON.stringify(record)}\n`);
});

test("rejects any other format", async () => {
  const { en, ja } = await runInBoth("audit export --format csv", {});
  expect(en).toMatchObject({ exit: 2, stdout: "" });
  expect(en.stderr).toContain("error: complete records can be written only as NDJSON\n  --format\n");
  expect(ja.stderr).toContain("NDJSON でのみ");
  const same = await run("audit export --format ndjson", { tenant: { exportAudit: [record] } });
  expect(same).toMatchObject({ exit: 0, stdout: `${JSON.stringify(record)}\n` });
});
