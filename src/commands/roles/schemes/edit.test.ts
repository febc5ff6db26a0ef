import { expect, test } from "vitest";
import type { Scheme, WrittenScheme } from "../../../lib/client/index.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const [scheme] = example<{ items: readonly [Scheme] }>("schemes").items;
const listed = { schemes: { items: [scheme] } };
const edited = (change: Partial<Scheme>, more: Partial<WrittenScheme> = {}): WrittenScheme => ({
  before: scheme,
  after: { ...scheme, ...change },
  consoleTask: null,
  dryRun: false,
  ...more,
});
const EDIT = "roles schemes edit ユーザー登録係";

test.each([
  ["--name 人事", { name: "人事" }],
  ["--item users.write", { operations: ["users.write"] }],
])("sends %s", async (words, json) => {
  const tenant = { ...listed, editScheme: edited({ name: "人事" }) };
  const { exit, requests } = await run(`${EDIT} ${words} --dry-run`, { tenant });
  expect(exit).toBe(0);
  expect(requests.at(-1)).toEqual({
    operation: "editScheme",
    params: { id: scheme.id },
    json: { ...json, dryRun: true },
  });
});

test("reports the items by label, and whose rights change", async () => {
  const tenant = { ...listed, editScheme: edited({ operations: ["users.write"] }) };
  const { en } = await runInBoth(`${EDIT} --item users.write`, { tenant });
  expect(en.stderr).toBe(
    [
      "check items: create and change users; move users between organisations → create and change users",
      "accounts with this scheme: 2",
      "",
    ].join("\n"),
  );
});

test("a new name alone changes nobody's rights; a mirror names the task", async () => {
  const tenant = { ...listed, editScheme: edited({ name: "人事" }, { consoleTask: 5 }) };
  const { stderr } = await run(`${EDIT} --name 人事`, { tenant });
  expect(stderr).toBe(
    ["name: ユーザー登録係 → 人事", "make the same change in the console: clomoctl console show 5", ""].join("\n"),
  );
});
