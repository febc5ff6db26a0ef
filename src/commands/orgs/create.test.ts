import { expect, test } from "vitest";
import type { Org, WrittenOrg } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { text } from "../../lib/text/index.ts";
import { inBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const { after } = example<WrittenOrg>("createOrg");
const made = (change: Partial<WrittenOrg> = {}): WrittenOrg => ({
  before: null,
  after: { ...after, name: "一課", code: null, path: "本社/一課" },
  consoleTask: null,
  dryRun: false,
  ...change,
});
const parent = example<{ items: Org[] }>("findOrgs").items[0];
/** The organisations of a name: of the new one's path that one, and others. */
const finding = (...others: readonly object[]) => ({
  findOrgs: ({ query }: { query?: Record<string, string> }) =>
    query?.["name"] === "本社/一課" ? { items: [{ ...parent, ...made().after }, ...others] } : example("findOrgs"),
});

test("sends what is given, the parent by its id, and says what takes it back", async () => {
  const tenant = { ...finding(), createOrg: made() };
  const { en, ja } = await inBoth("orgs create 一課 --code S03 --parent 営業部", { tenant });
  expect(en.requests).toEqual([
    { operation: "findOrgs", query: { name: "営業部" } },
    { operation: "createOrg", json: { name: "一課", code: "S03", parentId: parent?.id, dryRun: false } },
    { operation: "findOrgs", query: { name: "本社/一課" } },
  ]);
  expect(en).toMatchObject({
    exit: 0,
    stderr: "created: 本社/一課\nto take it back: clomoctl orgs delete 本社/一課\n",
  });
  expect(ja.stderr).toBe("作成しました: 本社/一課\n元に戻すには: clomoctl orgs delete 本社/一課\n");
  expect(en.stdout).toContain("\t本社/一課\t");
});

test.each([{ code: null, path: "a\u0007b" }, { code: "O\u202e1" }])(
  "what cannot be typed is named by its id: %j",
  async (change) => {
    const { stderr } = await run("orgs create x", { tenant: { createOrg: made({ after: { ...after, ...change } }) } });
    expect(stderr).toContain(`to take it back: clomoctl orgs delete ${after.id}\n`);
  },
);

test("what names several is named by its id, and so is what cannot be looked up", async () => {
  const line = `to take it back: clomoctl orgs delete ${after.id}\n`;
  const twin = { ...parent, id: "019a9f3c-5a00-7abc-8def-000000000077" };
  const several = await run("orgs create 一課", { tenant: { ...finding(twin), createOrg: made() } });
  expect(several).toMatchObject({ exit: 0, stderr: `created: 本社/一課\n${line}` });
  const gone = new Failure("unavailable", { what: text("gone", "応答がありません") });
  const unknown = await run("orgs create 一課", { tenant: { findOrgs: gone, createOrg: made() } });
  expect(unknown).toMatchObject({ exit: 0, stderr: `created: 本社/一課\n${line}` });
});

test("of a mirror, says what is to be done in the console", async () => {
  const { en, ja } = await inBoth("orgs create 一課", {
    tenant: { ...finding(), createOrg: made({ consoleTask: 7 }) },
  });
  expect(en.stderr).toContain("to be done in the console, too: clomoctl console show 7\n");
  expect(ja.stderr).toContain("管理画面でも同じ操作が必要です: clomoctl console show 7\n");
});

test("a dry run says that nothing was changed, and proposes nothing", async () => {
  const tenant = { createOrg: made({ dryRun: true }) };
  const { en, ja } = await inBoth("orgs create 一課 --dry-run", { tenant });
  expect(en.requests).toEqual([{ operation: "createOrg", json: { name: "一課", dryRun: true } }]);
  expect(en.stderr).toBe("would be created: 本社/一課\ndry run: nothing was changed\n");
  expect(ja.stderr).toBe("作成される予定: 本社/一課\n試行のため、何も変更していません\n");
  // it would be created with another id
  const { stdout } = await run("orgs create 一課 --dry-run --format json", { tenant });
  expect(JSON.parse(stdout)).toMatchObject({ id: null, path: "本社/一課" });
});
