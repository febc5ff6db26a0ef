import { expect, test } from "vitest";
import {
  toCommittedPlan,
  createFolderWith,
  createRowsResponder,
  buildPlanAnswers,
  planOf,
  rowOf,
  sha256,
} from "#support/commands/imports/plans.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const TREE = "組織名,組織コード,上位組織コード,上位組織パス\r\n本社,,,\r\n営業部,S01,,本社\r\n";
const folder = (): string => createFolderWith({ "tree.csv": TREE });
const PLAN = planOf({
  kind: "orgs",
  inputSha256: sha256(TREE),
  header: (TREE.split("\r\n")[0] ?? "").split(","),
  fields: ["name", "code", "parentCode", "parentPath"],
});
const ROWS = createRowsResponder(
  rowOf({ key: "本社", after: [{ field: "name", value: "本社" }] }),
  rowOf({ row: 3, key: "S01", changed: ["parent"], action: "update", after: [{ field: "name", value: "営業部" }] }),
);

test("accepts a map for organisations, which have no custom fields", async () => {
  const home = createFolderWith({ "tree.csv": TREE, "map.yaml": "columns:\n  名前: 組織名\n" });
  const tenant = buildPlanAnswers(PLAN, { importRows: ROWS, discardImport: PLAN });
  const { requests } = await run("orgs import tree.csv --dry-run --map map.yaml", { tenant, home });
  expect(requests[0]).toMatchObject({
    operation: "createImport",
    json: { map: { columns: [{ header: "名前", to: "name" }] } },
  });
});

test("a refused file names the template for organisations", async () => {
  const plan = { ...PLAN, errors: 1, rejected: true };
  const problem = { ...example<object>("importProblems"), row: 0, line: 0, column: 0, code: "file-empty", header: "" };
  const tenant = buildPlanAnswers(plan, {
    importProblems: [problem],
    discardImport: plan,
    import: toCommittedPlan(plan),
  });
  const { en } = await runInBoth("orgs import tree.csv", { tenant, folder: folder() });
  expect(en).toMatchObject({ exit: 3, stdout: "" });
});
