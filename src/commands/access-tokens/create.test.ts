import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { example } from "#support/commands/tenant.ts";
import { freshFolder, run, runInBoth } from "#support/commands/program.ts";

const createAccessToken = example<{ readonly secret: string }>("createAccessToken");
const tenant = { createAccessToken };
const LINE = "access-tokens create cron --read-only";

test("writes the secret alone to stdout, whether stdout is a terminal or not", async () => {
  const { en, ja } = await runInBoth(LINE, { tenant });
  expect([en.stdout, ja.stdout]).toEqual([`${createAccessToken.secret}\n`, `${createAccessToken.secret}\n`]);
  expect(en.stderr).toContain("the token cron expires at 2027-03-01");
  expect(ja.stderr).toContain("トークン cron の有効期限は 2027-03-01");
});

test("writes the secret to a file that only the user can read", async () => {
  const folder = freshFolder();
  const { exit, stdout, stderr } = await run(`${LINE} -o token`, { tenant, folder });
  expect([exit, stdout]).toEqual([0, ""]);
  expect(stderr).toContain("the secret of the token cron was written to token");
  const file = join(folder, "token");
  expect([readFileSync(file, "utf8"), statSync(file).mode & 0o777]).toEqual([`${createAccessToken.secret}\n`, 0o600]);
  const again = await run(`${LINE} -o token`, { tenant, folder });
  expect([again.exit === 0, again.requests]).toEqual([false, []]);
});

test("writes all fields in a record format, with the secret only if it goes nowhere else", async () => {
  const whole = await run(`${LINE} --format json`, { tenant });
  expect(JSON.parse(whole.stdout)).toMatchObject({ name: "cron", secret: createAccessToken.secret });
  const apart = await run(`${LINE} --format json -o token`, { tenant, folder: freshFolder() });
  expect(JSON.parse(apart.stdout)).toMatchObject({ name: "cron", lastUsedAt: expect.anything() });
  expect(apart.stdout).not.toContain(createAccessToken.secret);
});

test.skipIf(!existsSync("/dev/full"))("revokes the token if its secret cannot be written", async () => {
  const { exit, stderr, requests } = await run(`${LINE} -o /dev/full --overwrite`, {
    tenant: { ...tenant, revokeAccessToken: null },
    folder: freshFolder(),
  });
  expect([exit, stderr]).toEqual([1, expect.stringContaining("no space left on the disk")]);
  expect(requests.at(-1)).toMatchObject({ operation: "revokeAccessToken" });
});
