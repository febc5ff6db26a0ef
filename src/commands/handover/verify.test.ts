import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { openForAllTests } from "#support/tenant/tenant.ts";
import { freshFolder, runInBoth, run } from "#support/commands/program.ts";

const tenant = openForAllTests();
beforeAll(() => tenant.client.users.create({ name: "山田", emails: ["yamada@example.jp"] }));

/** A folder with a bundle, as `a`. */
async function withBundle(): Promise<string> {
  const folder = freshFolder();
  await run("handover export -o a", { home: folder, folder, tenant: tenant.fetch });
  return folder;
}

test("a sound bundle is shown with its tenant and its fingerprint in groups of four", async () => {
  const folder = await withBundle();
  const { en } = await runInBoth("handover verify a", { folder, terminal: { columns: 120 } });
  expect(en).toMatchObject({ exit: 0, requests: [], stdout: expect.stringMatching(/tenant +試験\n/) });
  expect(en.stdout).toMatch(/fingerprint +(?:[0-9a-f]{4} ){4}\(/);
  expect(en.stderr).toContain("clomoctl handover receive a");
});

test("a damaged bundle exits with 3, with place and remedy, and JSON has all faults", async () => {
  const folder = await withBundle();
  const path = join(folder, "a", "resources", "users.ndjson");
  writeFileSync(path, readFileSync(path, "utf8").replace("山田", "山口"));
  writeFileSync(join(folder, "a", "more.txt"), "");
  const { en } = await runInBoth("handover verify a", { folder });
  expect(en.exit).toBe(3);
  expect(en.stderr).toContain("a: more.txt: this file does not belong to the bundle");
  expect(en.stderr).toContain("a: resources/users.ndjson: the content differs from what was exported");
  expect(en.stderr).toContain("use another copy, or export it again");
  const { stdout, exit } = await run("handover verify a --format json", { folder });
  const { faults } = JSON.parse(stdout) as { readonly faults: readonly object[] };
  expect(exit).toBe(3);
  expect(faults).toMatchObject([{ file: "more.txt", detail: expect.any(String) }, { file: "resources/users.ndjson" }]);
});
