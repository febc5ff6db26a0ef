import { expect, test } from "vitest";
import { buildRow, buildWorkbook, type TestWorkbook } from "#support/xlsx/workbook.ts";
import { encodeWorkbook } from "../../xlsx/write.ts";
import { encodeCsv, type TestTenant, openForEachTest } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
openForEachTest((opened) => (tenant = opened));

const users = { kind: "users" } as const;
const HEADER = ["氏名", "メールアドレス", "社員コード"];

const send = (workbook: TestWorkbook, request: Parameters<TestTenant["send"]>[0] = users) =>
  tenant.send(request, Uint8Array.from(buildWorkbook(workbook)), "xlsx");

const sheetOf = (...codes: readonly string[]): TestWorkbook["sheets"][string] => ({
  rows: [buildRow(1, ...HEADER), ...codes.map((code, at) => buildRow(at + 2, `山田${at}`, `u${at}@x.jp`, code))].join(
    "",
  ),
});

test("codes as text, and as formatted numbers, give the same records as the CSV file", async () => {
  const cells = [HEADER, ["山田0", "u0@x.jp", "0012"], ["山田1", "u1@x.jp", "0034"], ["山田2", "u2@x.jp", ""]];
  async function* rows() {
    yield cells;
  }
  const written = Uint8Array.from(Buffer.concat(await Array.fromAsync(encodeWorkbook(rows()))));
  const number = (value: number): string => `<c s="1"><v>${value}</v></c>`;
  const sheets = { 社員: sheetOf(number(12), number(34), '<c s="1"/>') };
  const plans = [
    await tenant.plan(users, cells),
    await tenant.send(users, written, "xlsx"),
    await send({ sheets, formats: ["0000"] }),
  ];
  const planned = await Promise.all(plans.map(({ id }) => Array.fromAsync(tenant.client.imports.rows(id))));
  expect(planned[1]).toEqual(planned[0]);
  expect(planned[2]).toEqual(planned[0]);
  expect(plans.map(({ encoding, create }) => [encoding, create])).toEqual([
    ["utf-8", 3],
    ["xlsx", 3],
    ["xlsx", 3],
  ]);
});

test("a cell without a valid value clears nothing, and its row is invalid", async () => {
  await tenant.import(users, [
    HEADER,
    ["山田0", "u0@x.jp", "0012"],
    ["山田1", "u1@x.jp", "0034"],
    ["山田2", "u2@x.jp", "0056"],
  ]);
  const sheet = sheetOf("<c><f>A1</f></c>", '<c t="e"><v>#REF!</v></c>', '<c s="0"/>');
  const merged = { ...sheet, after: '<mergeCells><mergeCell ref="C3:C4"/></mergeCells>' };
  const plan = await send({ sheets: { a: merged } });
  expect(plan).toMatchObject({ invalid: 3, update: 0, rejected: true });
  expect((await tenant.problems(plan)).map(({ code, row, column, header }) => [code, row, column, header])).toEqual([
    ["cell-formula", 2, 3, "社員コード"],
    ["cell-error", 3, 3, "社員コード"],
    ["cell-merged", 4, 3, "社員コード"],
  ]);
});

test("hidden rows are planned, with a warning", async () => {
  const { rows } = sheetOf("1", "2");
  const plan = await send({ sheets: { a: { rows: rows.replace('<row r="3"', '<row hidden="1" r="3"') } } });
  expect(plan).toMatchObject({ create: 2, warnings: 1, rejected: false });
  expect((await tenant.problems(plan))[0]).toMatchObject({ code: "rows-hidden", params: { count: 1, row: 3 } });
});

test("a sheet must be named if several contain data, and the rejected import has failed", async () => {
  const sheets = { a: sheetOf("1"), b: sheetOf("1", "2") };
  await expect(send({ sheets })).rejects.toMatchObject({ code: "usage", where: "--sheet" });
  expect(await tenant.client.imports.list()).toMatchObject([{ state: "discarded" }]);
  expect(await send({ sheets }, { ...users, sheet: "b" })).toMatchObject({ create: 2, request: { sheet: "b" } });
});

test("a file that is not a workbook is rejected and leaves no plan", async () => {
  const bytes = Uint8Array.from(encodeCsv([HEADER]));
  await expect(tenant.send({ ...users, fileName: "people.xlsx" }, bytes, "xlsx")).rejects.toMatchObject({
    code: "input-rejected",
    where: "people.xlsx",
  });
  expect(await tenant.client.imports.list()).toMatchObject([{ state: "discarded" }]);
});

test("an IMEI typed as a number keeps all its digits; one that Excel has rounded is rejected", async () => {
  const devices = (...numbers: readonly string[]): TestWorkbook => ({
    sheets: {
      a: {
        rows: [
          buildRow(1, "シリアルナンバー", "IMEI番号"),
          ...numbers.map((number, at) => buildRow(at + 2, `S${at}`, `<c s="1"><v>${number}</v></c>`)),
        ].join(""),
      },
    },
    formats: ["General"],
  });
  const whole = await send(devices("490154203237518", "3.56938035643809E14"), { kind: "devices" });
  expect(whole).toMatchObject({ create: 2, invalid: 0 });
  await tenant.client.imports.commit(whole);
  expect((await tenant.devices()).map(({ imei }) => imei)).toEqual(["490154203237518", "356938035643809"]);
  const grouped = { ...devices("356938035643809", "490154203237518"), formats: ["#,##0"] };
  expect(await send(grouped, { kind: "devices" })).toMatchObject({ update: 2, warnings: 0 });
  const rounded = await send(devices("4901542032375180", "490154203237518"), { kind: "devices" });
  expect(await tenant.faults(rounded)).toEqual(["cell-digits@2"]);
});
