import { expect, test } from "vitest";
import type { Import } from "../../../lib/client/index.ts";
import { inBoth, run } from "#support/commands/program.ts";
import { example, type Answers } from "#support/commands/tenant.ts";
import { committed, folderWith, planning, planOf } from "#support/commands/imports/plans.ts";

const PEOPLE = "氏名,メールアドレス\n髙橋 花子,hanako@example.co.jp\n";
const folder = () => folderWith({ "in.csv": PEOPLE });
const unknownIn = (mirroredAt: string | null) => ({
  tenant: example("tenant", { mirroredAt, administratorsKnown: ["docs"], administration: undefined }),
});
const AT = "2026-11-20T01:23:45.000Z";
const dropped: Answers = { import: planOf(), discardImport: planOf({ state: "discarded" }) };
const replacing = planOf({ mode: "replace" });
const mirroring = planOf({
  mode: "replace",
  request: { ...(planOf().request as NonNullable<Import["request"]>), fromConsole: true },
});

test.each(["--confirm-deletions 0 --yes", "--dry-run", "--dry-run --emit-csv out.csv"])(
  "a replacing file for a mirror whose administrators are not known is refused in a script: %s",
  async (words) => {
    const tenant = planning(replacing, { ...unknownIn(AT), ...dropped });
    const { en, ja } = await inBoth(`users import in.csv --mode replace ${words}`, { tenant, folder: folder() });
    expect(en).toMatchObject({ exit: 3, stdout: "" });
    expect(en.stderr).toContain("error: the administrators are not confirmed yet");
    expect(en.stderr).toContain("(--none): clomoctl users administrators add USER…\n");
    expect(ja.stderr).toContain("エラー: 管理者が誰か確認されておらず");
  },
);

test("where some are recorded, whether there are others is what nobody has said: status counts them", async () => {
  const administration = { ...example<{ administration: object }>("tenant").administration, total: 12 };
  const known = { ...unknownIn(AT).tenant, administration };
  const tenant = planning(replacing, { tenant: known, ...dropped });
  const { en, ja } = await inBoth("users import in.csv --mode replace --yes", { tenant, folder: folder() });
  expect(en.exit).toBe(3);
  expect(en.stderr).toContain(
    "error: 12 administrators are recorded, and it is not confirmed that there are no others",
  );
  expect(en.stderr).toContain("one of those recorded: clomoctl users administrators add USER…\n");
  expect(en.stderr).not.toContain("--none");
  expect(ja.stderr).toContain("エラー: 記録されている管理者は 12 人ですが、ほかにいないか確認されておらず");
});

test("who may mark nobody is to ask a system administrator", async () => {
  const whoami = { ...example<object>("whoami"), role: "division", operations: [] };
  const tenant = planning(replacing, { ...unknownIn(AT), ...dropped, whoami });
  const { en, ja } = await inBoth("users import in.csv --mode replace --yes --as hanako", { tenant, folder: folder() });
  expect(en.exit).toBe(3);
  expect(en.stderr).toContain("error: it is not confirmed that all administrators are recorded");
  expect(en.stderr).toContain("ask a system administrator to say who they are\n");
  expect(en.stderr).not.toContain("administrators add");
  expect(ja.stderr).toContain("管理者の指定をシステム管理者に依頼してください\n");
});

test.each<[string, Import]>([
  ["users import in.csv --yes", planOf()],
  ["users import in.csv --from-console --yes", mirroring],
])("others are warned of: %s", async (line, plan) => {
  const tenant = planning(plan, { ...unknownIn(AT), commitImport: committed(plan) });
  const { en, ja } = await inBoth(line, { tenant, folder: folder() });
  expect(en.exit).toBe(0);
  expect(en.stderr).toContain("warning: the administrators are not confirmed yet");
  expect(ja.stderr).toContain("警告: 管理者が誰か確認されておらず");
});

test.each<[string, Answers]>([
  ["a tenant of our own", unknownIn(null)],
  ["known ones", { tenant: example("tenant") }],
])("nothing is said of %s", async (_, answer) => {
  const tenant = planning(replacing, { ...answer, commitImport: committed(replacing) });
  const { exit, stderr } = await run("users import in.csv --mode replace --yes", { tenant, folder: folder() });
  expect(exit).toBe(0);
  expect(stderr).not.toContain("administrators");
});

test("the first export on a terminal asks who they are", async () => {
  const typing = [
    ["Apply to ", "y\r"],
    ["Who is an administrator in the console?", "hanako@example.co.jp,\r"],
  ] as const;
  const tenant = planning(mirroring, {
    ...unknownIn(null),
    commitImport: committed(mirroring),
    findUsers: example("findUsers"),
    markAdministrators: example("markAdministrators"),
  });
  const { exit, requests } = await run("users import in.csv --from-console", {
    tenant,
    folder: folder(),
    terminal: { typing },
  });
  expect(exit).toBe(0);
  const { items } = example<{ items: readonly { id: string }[] }>("findUsers");
  expect(requests.at(-1)).toEqual({
    operation: "markAdministrators",
    params: { kind: "users" },
    json: { add: items.map(({ id }) => id) },
  });
});

test("nobody is asked who declines the plan", async () => {
  const tenant = planning(mirroring, { ...unknownIn(null), discardImport: mirroring });
  const { exit, requests, stderr } = await run("users import in.csv --from-console", {
    tenant,
    folder: folder(),
    terminal: { typing: [["Apply to ", "n\r"]] },
  });
  expect({ exit, last: requests.at(-1)?.operation }).toEqual({ exit: 0, last: "discardImport" });
  expect(stderr).not.toContain("Who is an administrator in the console?");
});

test("a blank answer leaves it open", async () => {
  const typing = [
    ["適用しますか", "y\r"],
    ["管理者は誰ですか", "\r"],
  ] as const;
  const tenant = planning(mirroring, { ...unknownIn(null), commitImport: committed(mirroring) });
  const { exit, requests } = await run("users import in.csv --from-console --lang ja", {
    tenant,
    folder: folder(),
    terminal: { typing },
  });
  expect({ exit, last: requests.at(-1)?.operation }).toEqual({ exit: 0, last: "commitImport" });
});
