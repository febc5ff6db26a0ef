import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freshFolder, run } from "#support/commands/program.ts";
import { TestTenant } from "#support/tenant/tenant.ts";

test("writes the public key, and writes the same key again, with the next step", async () => {
  await using tenant = new TestTenant();
  const folder = freshFolder();
  const typed = (line: string) => run(`ade ${line} --lang en`, { tenant: tenant.fetch, folder });
  expect((await typed("endpoint set --apple")).exit).toBe(0);
  const [created, again] = [await typed("keypair create -o a.pem"), await typed("keypair create -o b.pem")];
  expect([created.exit, again.exit]).toEqual([0, 0]);
  expect(created.stderr).toContain("created keys; wrote the public key to a.pem\n");
  expect(again.stderr).toContain("wrote the existing public key to b.pem\n");
  for (const { stderr } of [created, again]) expect(stderr).toContain("clomoctl ade token set FILE\n");
  const [first, second] = ["a.pem", "b.pem"].map((name) => readFileSync(join(folder, name), "utf8"));
  expect(first).toMatch(/^-----BEGIN CERTIFICATE-----/);
  expect(second).toBe(first);
});
