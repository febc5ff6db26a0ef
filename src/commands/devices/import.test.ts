import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  committed,
  folderWith,
  giving,
  operations,
  planning,
  planOf,
  inBothAnew,
  problemOf,
  rowOf,
  sha256,
} from "#support/commands/imports/plans.ts";
import { inBoth, run } from "#support/commands/program.ts";

const FILE =
  "シリアルナンバー,IMEI番号,所有者メールアドレス\r\nSERIAL000001,00 000000 000000 0,hanako@example.co.jp\r\nSERIAL000002,,\r\n";
const folder = (): string => folderWith({ "devices.csv": FILE });
const PLAN = planOf({ kind: "devices", inputSha256: sha256(FILE), header: (FILE.split("\r\n")[0] ?? "").split(",") });
const ROWS = giving(
  rowOf({
    key: "SERIAL000001",
    changed: [],
    after: [
      { field: "serialNumber", value: "SERIAL000001" },
      { field: "imei", value: "00 000000 000000 0" },
      { field: "ownerEmail", value: "hanako@example.co.jp" },
    ],
  }),
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
);

test("writes them for the console, and says what of it is not known", async () => {
  const place = folder();
  const tenant = planning(PLAN, { importRows: ROWS, commitImport: committed(PLAN) });
  const { en, ja } = await inBothAnew("devices import devices.csv --emit-csv out.csv --yes", { tenant, folder: place });
  expect(en.exit).toBe(0);
  const written = new TextDecoder("shift_jis").decode(readFileSync(join(place, "out.csv")));
  expect(written).toContain("\r\nSERIAL000001,00 000000 000000 0,hanako@example.co.jp\r\n");
  expect(en.stderr).toContain(
    "\nwarning: out.csv has clomoctl's own headers, as the console's for devices are not known: replace them before the upload, and put clomoctl's into the console's export\n",
  );
  expect(en.stderr).toContain(
    "\nout.csv: 2 rows; upload in CLOMO PANEL, Devices › Import/Export › Import, by the choice that takes such a file (which one is not known)\n",
  );
  expect(ja.stderr).toContain(
    "\n警告: 管理画面でのデバイスの CSV のヘッダーは確認されていないため、out.csv のヘッダーは clomoctl 独自のものです。アップロードの前に管理画面のものに、照合の前にはエクスポートのヘッダーを clomoctl のものに書き換えてください\n",
  );
  expect(ja.stderr).toContain(
    "\nout.csv: 2 行。CLOMO PANEL の「Devices」画面で「Import/Export」›「Import」を選び、このファイルに合う選択肢でアップロードしてください(どれが合うかは確認されていません)\n",
  );
});

test("promises of the console no mode and no deletion, and nothing of headers that its context has a map for", async () => {
  const home = folder();
  writeFileSync(join(home, "map.yaml"), "columns:\n  Serial: シリアルナンバー\n");
  await run("context add mapped --embedded --map devices=map.yaml", { home, folder: home });
  const plan = { ...PLAN, mode: "replace", delete: 1 } as const;
  const tenant = planning(plan, {
    importRows: ROWS,
    commitImport: committed(plan),
    devices: { items: [], next: null },
  });
  const line = "devices import devices.csv --mode replace --emit-csv out.csv --confirm-deletions 1 --context mapped";
  const { en, ja } = await inBothAnew(line, { tenant, home, folder: home });
  expect(en.exit).toBe(0);
  expect(new TextDecoder("shift_jis").decode(readFileSync(join(home, "out.csv")))).toMatch(/^Serial,/);
  expect(en.stderr).toContain(
    "\nout-delete.xlsx: 1 to be deleted by hand (devices), if the upload does not: whether it does is not known\n",
  );
  expect(ja.stderr).toContain(
    "\nout-delete.xlsx: デバイス 1 件は、アップロードで削除されなければ手作業で削除してください(削除されるかどうかは確認されていません)\n",
  );
  expect(en.stderr).not.toMatch(/own headers|must be/);
  expect(ja.stderr).not.toMatch(/独自|必ず/);
});

test("an owner that the tenant lacks is told by row and column, in both languages", async () => {
  const plan = { ...PLAN, errors: 1, rejected: true };
  const problem = problemOf({
    code: "user-unknown",
    row: 2,
    line: 2,
    column: 3,
    header: "所有者メールアドレス",
    params: { value: "nobody@example.jp" },
  });
  const tenant = planning(plan, { importProblems: [problem], discardImport: plan, import: plan });
  const { en, ja } = await inBoth("devices import devices.csv", { tenant, folder: folder() });
  expect(en).toMatchObject({ exit: 3, stdout: "" });
  expect(en.stderr).toContain(
    'devices.csv:2:3: 所有者メールアドレス: no user has the mail address "nobody@example.jp"; import users first: clomoctl users import FILE (C2)\n',
  );
  expect(ja).toMatchObject({ exit: 3, stdout: "" });
  expect(ja.stderr).toContain(
    "devices.csv:2:3: 所有者メールアドレス: メールアドレスが「nobody@example.jp」のユーザーがいません",
  );
});

const WIPING = { ...PLAN, create: 0, update: 2, wipes: 2 };
const carriedOut = () => planning(WIPING, { importRows: ROWS, commitImport: committed(WIPING) });
const leaving = { importRows: ROWS, discardImport: { ...WIPING, state: "discarded" } } as const;

test("another owner that needs a wipe is told with the number of devices, and wants it", async () => {
  const given = { tenant: carriedOut(), folder: folder() };
  const { en, ja } = await inBoth("devices import devices.csv --confirm-wipes 2 --format json", given);
  expect(en.exit).toBe(0);
  expect(en.stderr).toContain("devices to be wiped and set up again, as they get another owner: 2\n");
  expect(ja.stderr).toContain("所有者が変わるため初期化と再設定が必要になるデバイス: 2\n");
  expect(JSON.parse(en.stdout)).toMatchObject({ wipes: 2, committed: true });
  const dry = await run("devices import devices.csv --dry-run --format json --lang en", {
    tenant: planning(WIPING, leaving),
    folder: folder(),
  });
  expect([dry.exit, JSON.parse(dry.stdout)]).toMatchObject([0, { wipes: 2, committed: false }]);
  expect(dry.stderr).toContain("as they get another owner: 2\n");
});

test.each([
  ["--yes", "--confirm-wipes 2"],
  ["--yes --confirm-wipes 1", "2 devices would have to be wiped and set up again, not 1; nothing was changed"],
  ["--dry-run --confirm-wipes 3", "2 devices would have to be wiped and set up again, not 3; nothing was changed"],
])("where the number of wipes is missing or another, nothing happens: %s", async (words, told) => {
  const { exit, stderr, requests } = await run(`devices import devices.csv --lang en ${words}`, {
    tenant: planning(WIPING, { ...leaving, import: WIPING }),
    folder: folder(),
  });
  expect(exit).toBe(3);
  expect(stderr).toContain(told);
  expect(operations(requests)).not.toContain("commitImport");
});

test("on a terminal the number of wipes is typed", async () => {
  const typing = [["type 2 to change the", "2\r"]] as const;
  const given = { tenant: carriedOut(), folder: folder(), terminal: { typing } };
  const { exit, requests } = await run("devices import devices.csv --lang en", given);
  expect(exit).toBe(0);
  expect(operations(requests)).toContain("commitImport");
});
