import { describe, expect, test } from "vitest";
import { Failure } from "../../../lib/errors/index.ts";
import { SECURED_APPS } from "../../../lib/model/secured-user.ts";
import type { Import, PlanRow } from "../../../lib/client/index.ts";
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

/** What an import sends unless its options say otherwise. */
const USUAL = {
  mode: "append",
  skipInvalid: false,
  delimiter: ",",
  fileName: "list.csv",
};

interface Case {
  readonly verb: string;
  readonly kind: Import["kind"];
  /** what its requests have beside {@link USUAL} */
  readonly request?: object;
  readonly file: string;
  readonly options: readonly (readonly [words: string, change: object])[];
  readonly plan?: Partial<Import>;
  readonly rows: readonly PlanRow[];
  readonly en: readonly string[];
  readonly ja: readonly string[];
}

const SECURED: Omit<Case, "verb" | "kind" | "options" | "en" | "ja"> = {
  file: "表示名,ユーザーID,パスワード\r\n花子,hanako01,Secret01\r\n",
  plan: { update: 0, rows: 1, secretsSet: 1, groupsCreated: 2 },
  rows: [
    rowOf({
      key: "hanako01",
      changed: ["displayName"],
      setsSecret: true,
      after: [{ field: "displayName", value: "花子" }],
    }),
  ],
};

const DOCS_OPTIONS: Case["options"] = [
  [" --create-groups", { createGroups: true }],
  [" --mode replace --blank keep", { mode: "replace", blank: "keep" }],
];

const IMPORTS: readonly Case[] = [
  {
    verb: "users import list.csv",
    kind: "users",
    request: {},
    file: "氏名,メールアドレス\r\n髙橋 花子,hanako@example.co.jp\r\n",
    options: [
      ["", {}],
      [" --mode append --key email --blank clear", { key: "email", blank: "clear" }],
      [" --mode replace", { mode: "replace" }],
      [" --key employee-code", { key: "employee-code" }],
      [" --key upn", { key: "upn" }],
      [" --blank keep", { blank: "keep" }],
      [" --skip-invalid", { skipInvalid: true }],
      [" --allow unknown-columns", { allow: ["unknown-columns"] }],
      [" --create-orgs", { createOrgs: true }],
    ],
    rows: [rowOf()],
    en: ["plan for kanto (context local): users, append (追加更新), 2 rows\n"],
    ja: ["kanto(コンテキスト local)に対する計画: ユーザー、追加更新、2 行\n"],
  },
  {
    verb: "orgs import list.csv",
    kind: "orgs",
    file: "組織名,組織コード,上位組織コード,上位組織パス\r\n本社,,,\r\n営業部,S01,,本社\r\n",
    options: [
      ["", {}],
      [" --mode replace", { mode: "replace" }],
      [" --blank keep", { blank: "keep" }],
      [" --skip-invalid --allow unknown-columns", { skipInvalid: true, allow: ["unknown-columns"] }],
    ],
    rows: [
      rowOf({ key: "本社", after: [{ field: "name", value: "本社" }] }),
      rowOf({ row: 3, key: "S01", changed: ["parent"], action: "update", after: [{ field: "name", value: "営業部" }] }),
    ],
    en: [
      "plan for kanto (context local): organisations, append (追加更新), 2 rows\n",
      "  + 2 本社\n  ~ 3 S01 営業部: 上位組織\n",
    ],
    ja: ["kanto(コンテキスト local)に対する計画: 組織、追加更新、2 行\n"],
  },
  {
    verb: "devices import list.csv",
    kind: "devices",
    request: {},
    file: "シリアルナンバー,IMEI番号\r\nSERIAL000001,00 000000 000000 0\r\nSERIAL000002,\r\n",
    options: [
      ["", {}],
      [" --mode replace", { mode: "replace" }],
      [" --blank keep", { blank: "keep" }],
      [" --key serial", { key: "serial" }],
      [" --key imei", { key: "imei" }],
      [" --key phone", { key: "phone" }],
      [" --key wifi-mac", { key: "wifi-mac" }],
      [" --key android-id", { key: "android-id" }],
    ],
    rows: [
      rowOf({ key: "SERIAL000001", changed: [], after: [{ field: "serialNumber", value: "SERIAL000001" }] }),
      rowOf({
        row: 3,
        key: "SERIAL000002",
        changed: ["imei", "ownerEmail"],
        action: "update",
        after: [
          { field: "serialNumber", value: "SERIAL000002" },
          { field: "identificationName", value: "営業部 2 号機" },
        ],
      }),
    ],
    en: [
      "plan for kanto (context local): devices, append (追加更新), 2 rows\n",
      "  + 2 SERIAL000001\n  ~ 3 SERIAL000002 営業部 2 号機: IMEI番号, 所有者メールアドレス\n",
    ],
    ja: ["kanto(コンテキスト local)に対する計画: デバイス、追加更新、2 行\n"],
  },
  ...SECURED_APPS.map((app): Case => ({
    ...SECURED,
    verb: `secured users import list.csv --app ${app}`,
    kind: app,
    options: [["", {}], ...(app === "docs" ? DOCS_OPTIONS : [])],
    en: [
      `SECURED APPs users (${app}), append (追加更新), 1 row\n`,
      "rows that set a secret: 1\nnew groups: 2\n",
      "  + 2 hanako01 花子: 表示名: (blank) → 花子, (secret set)\n",
    ],
    ja: [`SECURED APPs ユーザー(${app})、追加更新、1 行\n`, "パスワードなどを設定する行: 1\n新しいグループ: 2\n"],
  })),
];

describe.each(IMPORTS)("$verb", ({ verb, kind, request, file, options, plan: counts, rows, ...shown }) => {
  const plan = planOf({ kind, ...counts });
  const importRows = createRowsResponder(...rows);

  test.each(options)("sends the tenant how to read the file:%s", async (words, change) => {
    const { exit, requests } = await run(`${verb} --dry-run${words}`, {
      tenant: buildPlanAnswers(plan, { importRows, discardImport: { ...plan, state: "discarded" } }),
      folder: createFolderWith({ "list.csv": file }),
    });
    expect(exit).toBe(0);
    expect(requests[0]).toMatchObject({ operation: "createImport", json: { ...USUAL, kind, ...request, ...change } });
    expect(requests[1]).toMatchObject({ operation: "uploadImport", params: { id: PLAN_ID }, file });
  });

  test("shows the plan in the words of the noun and commits it", async () => {
    const tenant = buildPlanAnswers(plan, { importRows, commitImport: toCommittedPlan(plan) });
    const folder = createFolderWith({ "list.csv": file });
    const { en, ja } = await runInBoth(`${verb} --yes --format json`, { tenant, folder });
    expect(en.exit).toBe(0);
    expect(JSON.parse(en.stdout)).toMatchObject({ importId: PLAN_ID, secretsSet: plan.secretsSet, committed: true });
    for (const message of shown.en) expect(en.stderr).toContain(message);
    for (const message of shown.ja) expect(ja.stderr).toContain(message);
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
