import { expect, test } from "vitest";
import type { Import } from "../../../lib/client/index.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { example, type Answers } from "#support/commands/tenant.ts";
import { toCommittedPlan, createFolderWith, buildPlanAnswers, planOf } from "#support/commands/imports/plans.ts";

const PEOPLE = "氏名,メールアドレス\n髙橋 花子,hanako@example.co.jp\n";
const folder = () => createFolderWith({ "in.csv": PEOPLE });
const unknownIn = (mirroredAt: string | null) => ({
  tenant: example("tenant", { mirroredAt, administratorsKnown: ["docs"] }),
});
const AT = "2026-11-20T01:23:45.000Z";
const dropped: Answers = { import: planOf(), discardImport: planOf({ state: "discarded" }) };
const REPLACE = "users import in.csv --mode replace --yes";
const replacing = planOf({ mode: "replace" });
const mirroring = planOf({
  mode: "replace",
  request: { ...(planOf().request as NonNullable<Import["request"]>), fromConsole: true },
});

test.each(["--confirm-deletions 0 --yes", "--dry-run"])(
  "a script cannot replace a mirror whose administrators are unknown: %s",
  async (words) => {
    const tenant = buildPlanAnswers(replacing, { ...unknownIn(AT), ...dropped });
    const { en, ja } = await runInBoth(`users import in.csv --mode replace ${words}`, { tenant, folder: folder() });
    expect(en).toMatchObject({ exit: 3, stdout: "" });
    expect(en.stderr).toContain("error: the list of administrators is not confirmed");
    expect(en.stderr).toContain(
      "specify or confirm the administrators: clomoctl users edit USER --administrator yes\n",
    );
    expect(ja.stderr).toContain("エラー: だれが管理者かが確認されていません");
  },
);

test.each<[string, Answers, Import, string]>([
  ["a tenant of our own", unknownIn(null), replacing, REPLACE],
  ["known ones", { tenant: example("tenant") }, replacing, REPLACE],
  ["an import that deletes nothing", unknownIn(AT), planOf(), "users import in.csv --yes"],
  ["a console export", { ...unknownIn(AT), imports: { items: [] } }, mirroring, "console sync in.csv --yes"],
])("reports nothing for %s", async (_, answer, plan, line) => {
  const tenant = buildPlanAnswers(plan, { ...answer, commitImport: toCommittedPlan(plan) });
  const { exit, stderr } = await run(line, { tenant, folder: folder() });
  expect(exit).toBe(0);
  expect(stderr).not.toContain("administrators");
});
