import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createVppToken } from "#support/renewals/vpp-token.ts";
import { freshHome, run, type Outcome } from "#support/cli/home.ts";

const DAY_MS = 86_400_000;

test("check, list and status use the same date: the earlier of record and file", async () => {
  const home = freshHome();
  const clomoctl = (...args: readonly string[]): Promise<Outcome> => run(args, { home });
  await writeFile(join(home, "a.vpptoken"), createVppToken(new Date("2098-03-01T00:00:00Z"), "本社"));
  await clomoctl("renewals", "add", "本社", "--file", "a.vpptoken");
  const inFile = new Date(Math.trunc(Date.now() / DAY_MS) * DAY_MS + 12 * DAY_MS);
  const day = inFile.toISOString().slice(0, 10);
  await writeFile(join(home, "a.vpptoken"), createVppToken(inFile, "本社"));

  const remark = `the recorded date is 2098-03-01, but the date in ${join(home, "a.vpptoken")} is ${day}; the earlier date is used`;
  const ofRow = ({ text }: Outcome, key: string): unknown => (JSON.parse(text) as Record<string, unknown>[])[0]?.[key];
  const checked = await clomoctl("renewals", "check", "--format", "json");
  expect([checked.code, ofRow(checked, "expiresAt")]).toEqual([2, inFile.toISOString()]);
  expect(checked.text).toContain(remark);
  const listed = await clomoctl("renewals", "list", "--format", "json");
  expect([ofRow(listed, "expiresOn"), ofRow(listed, "level")]).toEqual([day, "critical"]);
  expect(listed.stderr).toContain(remark);
  const status = await clomoctl("status");
  expect(status.text).toContain(`expires on ${day}, `);
  expect(status.text).toContain(remark);
});
