import { describe, expect, test } from "vitest";
import { Failure } from "../../../lib/errors/index.ts";
import type { Import } from "../../../lib/client/index.ts";
import {
  toCommittedPlan,
  createFolderWith,
  createRowsResponder,
  PLAN_ID,
  listOperations,
  buildPlanAnswers,
  planOf,
  rowOf,
} from "#support/commands/imports/plans.ts";
import { example } from "#support/commands/tenant.ts";
import { runInBoth, run } from "#support/commands/program.ts";

interface Case {
  readonly verb: string;
  readonly kind: Import["kind"];
  readonly file: string;
  readonly options: readonly (readonly [words: string, change: object])[];
  readonly shown: string;
}

const IMPORTS: readonly Case[] = [
  {
    verb: "users import list.csv",
    kind: "users",
    file: "氏名,メールアドレス\r\n髙橋 花子,hanako@example.co.jp\r\n",
    options: [
      ["", { mode: "append", skipInvalid: false }],
      [" --mode append --key employee-code --blank clear", { key: "employee-code", blank: "clear" }],
      [" --mode replace --key upn", { mode: "replace", key: "upn" }],
      [" --skip-invalid --create-orgs", { skipInvalid: true, createOrgs: true }],
      [" --allow unknown-columns", { allow: ["unknown-columns"] }],
    ],
    shown: "kanto(コンテキスト local)に対する計画: ユーザー、追加更新、2 行\n追加 1、更新 1\n",
  },
  {
    verb: "orgs import list.csv",
    kind: "orgs",
    file: "組織名,組織コード,上位組織コード,上位組織パス\r\n本社,,,\r\n営業部,S01,,本社\r\n",
    options: [[" --mode replace --blank keep", { mode: "replace", blank: "keep" }]],
    shown: "に対する計画: 組織、追加更新、2 行\n追加 1、更新 1\n",
  },
  {
    verb: "devices import list.csv",
    kind: "devices",
    file: "シリアルナンバー,IMEI番号\r\nSERIAL000001,00 000000 000000 0\r\nSERIAL000002,\r\n",
    options: ["serial", "imei", "phone", "wifi-mac", "android-id"].map((key) => [` --key ${key}`, { key }] as const),
    shown: "に対する計画: デバイス、追加更新、2 行\n追加 1、更新 1\n",
  },
  {
    verb: "secured users import list.csv --app docs",
    kind: "docs",
    file: "表示名,ユーザーID,パスワード\r\n花子,hanako01,Secret01\r\n",
    options: [[" --create-groups", { createGroups: true }]],
    shown: "パスワードなどを設定する行: 1\n新しいグループ: 2\n",
  },
];

describe.each(IMPORTS)("$verb", ({ verb, kind, file, options, shown }) => {
  const plan = planOf({ kind, ...(kind === "docs" && { secretsSet: 1, groupsCreated: 2 }) });
  const importRows = createRowsResponder(rowOf(), rowOf({ row: 3, action: "update" }));

  test.each(options)("sends the tenant how to read the file:%s", async (words, change) => {
    const { exit, requests } = await run(`${verb} --dry-run${words}`, {
      tenant: buildPlanAnswers(plan, { importRows, discardImport: { ...plan, state: "discarded" } }),
      folder: createFolderWith({ "list.csv": file }),
    });
    expect(exit).toBe(0);
    const json = { kind, delimiter: ",", fileName: "list.csv", ...change };
    expect(requests[0]).toMatchObject({ operation: "createImport", json });
    expect(requests[1]).toMatchObject({ operation: "uploadImport", params: { id: PLAN_ID }, file });
  });

  test("shows the plan in the words of the noun and commits it", async () => {
    const tenant = buildPlanAnswers(plan, { importRows, commitImport: toCommittedPlan(plan) });
    const folder = createFolderWith({ "list.csv": file });
    const { en, ja } = await runInBoth(`${verb} --yes --format json`, { tenant, folder });
    expect(en.exit).toBe(0);
    expect(JSON.parse(en.stdout)).toMatchObject({ importId: PLAN_ID, secretsSet: plan.secretsSet, committed: true });
    expect(ja.stderr).toContain(shown);
    expect(listOperations(en.requests).at(-1)).toBe("commitImport");
    expect(en.stderr + en.stdout).not.toContain("Secret01");
  });
});

test("an unexpected failure says that nothing was changed", async () => {
  const uploadImport = new Failure("unexpected", { what: { en: "no space left on the disk", ja: "空きがありません" } });
  const ran = await run("users import in.csv --yes --lang ja", {
    tenant: { createImport: example<Import>("createImport"), uploadImport },
    folder: createFolderWith({ "in.csv": "氏名,メールアドレス\n山田,a@x.jp\n" }),
  });
  expect(ran).toMatchObject({ exit: 1, stderr: "何も変更していません\nエラー: 空きがありません\n" });
});
