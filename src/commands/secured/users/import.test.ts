import { expect, test } from "vitest";
import { SECURED_APPS } from "../../../lib/model/secured-user.ts";
import { Failure } from "../../../lib/errors/index.ts";
import {
  committed,
  folderWith,
  giving,
  ID,
  operations,
  planning,
  planOf,
  rowOf,
} from "#support/commands/imports/plans.ts";
import { inBoth, run } from "#support/commands/program.ts";

const DOCS = "表示名,ユーザーID,パスワード\r\n花子,hanako01,Secret01\r\n";
const folder = (): string => folderWith({ "docs.csv": DOCS });
const ROWS = giving(
  rowOf({
    key: "hanako01",
    changed: ["displayName"],
    setsSecret: true,
    after: [{ field: "displayName", value: "花子" }],
  }),
);
const planFor = (kind: (typeof SECURED_APPS)[number]) =>
  planOf({ kind, update: 0, rows: 1, secretsSet: 1, groupsCreated: 2 });

const REQUEST = {
  mode: "append",
  absent: "keep",
  skipInvalid: false,
  allowUnknownColumns: false,
  createOrgs: false,
  createGroups: false,
  delimiter: ",",
  fileName: "docs.csv",
};

test.each([
  ...SECURED_APPS.map((app) => [app, "", {}] as const),
  ["docs", " --create-groups", { createGroups: true }],
  ["docs", " --from-console", { mode: "replace", blank: "clear", fromConsole: true, createGroups: true }],
  ["docs", " --mode replace --blank keep", { mode: "replace", blank: "keep" }],
] as const)("sends a file of an app's users, and how it is to be taken: %s%s", async (app, words, change) => {
  const plan = planFor(app);
  const { exit, requests } = await run(`secured users import docs.csv --app ${app} --dry-run${words}`, {
    tenant: planning(plan, { importRows: ROWS, discardImport: plan }),
    folder: folder(),
  });
  expect(exit).toBe(0);
  expect(requests[0]).toEqual({ operation: "createImport", json: { ...REQUEST, kind: app, ...change } });
  expect(requests[1]).toEqual({ operation: "uploadImport", params: { id: ID }, file: DOCS });
});

test("shows the plan in the words of the app, and commits it", async () => {
  const plan = planFor("docs");
  const tenant = planning(plan, { importRows: ROWS, commitImport: committed(plan) });
  const { en, ja } = await inBoth("secured users import docs.csv --app docs --yes --format json", {
    tenant,
    folder: folder(),
  });
  expect(en.exit).toBe(0);
  expect(JSON.parse(en.stdout)).toMatchObject({ importId: ID, secretsSet: 1, committed: true });
  expect(en.stderr).toContain("SECURED APPs users (docs), append (追加更新), 1 row\n");
  expect(en.stderr).toContain("rows that set a secret: 1\ngroups to create: 2\n");
  expect(en.stderr).toContain("  + 2 hanako01 花子: 表示名: (blank) → 花子, (secret set)\n");
  expect(ja.stderr).toContain("SECURED APPs ユーザー(docs)、追加更新、1 行\n");
  expect(ja.stderr).toContain("パスワードなどの機密情報を設定する行: 1\n作成するグループ: 2\n");
  expect(operations(en.requests).at(-1)).toBe("commitImport");
  expect(en.stderr + en.stdout).not.toContain("Secret01");
});

test("says why the tenant did not take the file, in both languages", async () => {
  const createImport = new Failure("not-permitted", { what: { en: "not yours", ja: "権限なし" } });
  const { en, ja } = await inBoth("secured users import docs.csv --app mailer", {
    tenant: { createImport },
    folder: folder(),
  });
  expect(en).toMatchObject({ exit: 4, stdout: "", stderr: "error: not yours\n" });
  expect(ja).toMatchObject({ exit: 4, stdout: "", stderr: "エラー: 権限なし\n" });
});
