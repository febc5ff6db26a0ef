import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Failure } from "../../lib/errors/index.ts";
import {
  committed,
  folderWith,
  giving,
  ID,
  operations,
  planning,
  planOf,
  rowOf,
  sha256,
} from "#support/commands/imports/plans.ts";
import { inBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const TREE = "組織名,組織コード,上位組織コード,上位組織パス\r\n本社,,,\r\n営業部,S01,,本社\r\n";
const folder = (): string => folderWith({ "tree.csv": TREE });
const PLAN = planOf({ kind: "orgs", inputSha256: sha256(TREE), header: (TREE.split("\r\n")[0] ?? "").split(",") });
const ROWS = giving(
  rowOf({ key: "本社", after: [{ field: "name", value: "本社" }] }),
  rowOf({ row: 3, key: "S01", changed: ["parent"], action: "update", after: [{ field: "name", value: "営業部" }] }),
);

const REQUEST = {
  kind: "orgs",
  mode: "append",
  absent: "keep",
  skipInvalid: false,
  allowUnknownColumns: false,
  createOrgs: false,
  createGroups: false,
  delimiter: ",",
  fileName: "tree.csv",
};

test.each([
  ["", {}],
  ["--mode replace", { mode: "replace" }],
  ["--blank keep --absent clear", { blank: "keep", absent: "clear" }],
  ["--skip-invalid --allow-unknown-columns", { skipInvalid: true, allowUnknownColumns: true }],
])("sends a file of organisations, and how it is to be taken: %j", async (words, change) => {
  const { exit, requests } = await run(`orgs import tree.csv --dry-run ${words}`.trimEnd(), {
    tenant: planning(PLAN, { importRows: ROWS, discardImport: PLAN }),
    folder: folder(),
  });
  expect(exit).toBe(0);
  expect(requests[0]).toEqual({ operation: "createImport", json: { ...REQUEST, ...change } });
  expect(requests[1]).toEqual({ operation: "uploadImport", params: { id: ID }, file: TREE });
});

test("shows the plan in the words of organisations, and commits it", async () => {
  const tenant = planning(PLAN, { importRows: ROWS, commitImport: committed(PLAN) });
  const { en, ja } = await inBoth("orgs import tree.csv --yes --format json", { tenant, folder: folder() });
  expect(en.exit).toBe(0);
  expect(JSON.parse(en.stdout)).toMatchObject({ importId: ID, committed: true });
  expect(en.stderr).toContain("plan for kanto (context embedded): organisations, append (追加更新), 2 rows\n");
  expect(en.stderr).toContain("  + 2 本社\n  ~ 3 S01 営業部: 上位組織\n");
  expect(ja.stderr).toContain("kanto(コンテキスト embedded) に対する計画: 組織、追加更新、2 行\n");
  expect(operations(en.requests).at(-1)).toBe("commitImport");
});

test("writes them for the console", async () => {
  const rows = giving(
    rowOf({ key: "", after: [{ field: "name", value: "本社" }] }),
    rowOf({
      row: 3,
      key: "S01",
      after: [
        { field: "name", value: "営業部" },
        { field: "parentPath", value: "本社" },
      ],
    }),
  );
  const place = folder();
  const tenant = planning(PLAN, { importRows: rows, emitImport: PLAN });
  const { exit, stderr } = await run("orgs import tree.csv --emit-csv out.csv --yes", { tenant, folder: place });
  expect(stderr).toContain("out.csv has clomoctl's own headers, as the console's for organisations are not known: ");
  expect(exit).toBe(0);
  expect(new TextDecoder("shift_jis").decode(readFileSync(join(place, "out.csv")))).toBe(TREE);
  expect(stderr).toContain("CLOMO PANEL, Users/Org › Import/Export › Import, the mode must be 追加更新");
});

test("a map is one of organisations, which have no fields of the tenant's own", async () => {
  const home = folderWith({ "tree.csv": TREE, "map.yaml": "columns:\n  名前: 組織名\n" });
  const tenant = planning(PLAN, { importRows: ROWS, discardImport: PLAN });
  const { requests } = await run("orgs import tree.csv --dry-run --map map.yaml", { tenant, home });
  expect(requests[0]).toMatchObject({
    operation: "createImport",
    json: { map: { columns: [{ header: "名前", to: "name" }], constants: [], defaults: [] } },
  });
});

test("says why the tenant did not take the file, in both languages", async () => {
  const createImport = new Failure("locked", { what: { en: "locked by 7", ja: "7 が使用中" } });
  const { en, ja } = await inBoth("orgs import tree.csv --yes", { tenant: { createImport }, folder: folder() });
  expect(en).toMatchObject({ exit: 5, stdout: "", stderr: "error: locked by 7\n" });
  expect(ja).toMatchObject({ exit: 5, stdout: "", stderr: "エラー: 7 が使用中\n" });
});

test("a file that is refused names the template of organisations", async () => {
  const plan = { ...PLAN, errors: 1, rejected: true };
  const problem = { ...example<object>("importProblems"), row: 0, line: 0, column: 0, code: "file-empty", header: "" };
  const tenant = planning(plan, { importProblems: [problem], discardImport: plan, import: committed(plan) });
  const { en, ja } = await inBoth("orgs import tree.csv", { tenant, folder: folder() });
  expect(en).toMatchObject({ exit: 3, stdout: "" });
  expect(en.stderr).toContain("  the file needs a header row and data rows: clomoctl csv template --as orgs\n");
  expect(ja.stderr).toContain("clomoctl csv template --as orgs");
});
