import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkRecords, type CheckOptions, type CheckReport } from "./check.ts";
import type { FormatName } from "../model/console-files.ts";
import { RecordReader } from "./records/reader.ts";

const check = (
  content: string | Uint8Array,
  name: FormatName,
  options: Partial<CheckOptions> = {},
): Promise<CheckReport> =>
  checkRecords(name, options, async function* read(sink) {
    const reader = new RecordReader({ encoding: "utf-8" }, sink);
    reader.write(Buffer.from(content));
    await Promise.resolve();
    reader.end();
    yield;
  });

const brief = ({ problems }: CheckReport): readonly string[] =>
  problems.map(({ code, row, line, column, params }) => {
    const other = params["row"] === undefined ? "" : ` like ${params["row"]}`;
    return `${row}${line === row ? "" : `/${line}`}:${column} ${code}${other}`;
  });

describe("checkRecords", () => {
  it("skips and counts blank rows, omits blank columns and cells, and reports repeated headers", async () => {
    const rows = "氏名,メールアドレス,,|一,a@b.jp,,|,,,|二,c@d.jp,,,,|氏名,メールアドレス,,| ,,,|,,,".split("|");
    const report = await check(rows.join("\r\n"), "users");
    expect(report).toMatchObject({ rows: 3, errors: 1, warnings: 3 });
    expect(brief(report)).toEqual(["1:0 columns-blank", "3:0 row-blank", "4:0 cells-surplus", "5:0 header-again"]);
    expect(report.problems[1]?.params).toEqual({ count: 3 });
  });

  it.each([
    ["", "file-empty", 0],
    ["\ufeff", "file-empty", 0],
    ["氏名,メールアドレス\n", "file-no-rows", 0],
    ["氏名,メールアドレス", "file-no-rows", 0],
  ])("reports that %j has no rows", async (content, code, rows) => {
    const report = await check(content, "users");
    expect(report.rows).toBe(rows);
    expect(report.problems.map((problem) => problem.code)).toEqual([code]);
  });
});

describe("values that must be unique", () => {
  it("are reported for each row but the first, and distinguish keys from other values", async () => {
    const report = await check(
      "氏名,メールアドレス,メールアドレス,CLOMOアカウント名\n一,a@b.jp,,x\n二,A@B.jp,,y\n三,c@d.jp,a@b.jp,x\n四,c@D.jp,,\n",
      "users",
    );
    expect(brief(report)).toEqual([
      "3:2 key-duplicate like 2",
      "4:3 value-duplicate like 2",
      "4:4 value-duplicate like 2",
      "5:2 key-duplicate like 4",
    ]);
  });

  it("use the selected key", async () => {
    const report = await check("氏名,メールアドレス,社員コード\n一,a@b.jp,7\n二,c@d.jp,7\n", "users", {
      key: "employeeCode",
    });
    expect(brief(report)).toEqual(["3:3 key-duplicate like 2"]);
  });

  it("of organisations are the code, or name and parent if there is no code", async () => {
    const report = await check(
      "組織名,組織コード,上位組織パス\n営業,S1,\n総務,S1,\n人事,,本社\n人事,,支社\n人事,,本社\n人事,S2,本社\n",
      "orgs",
    );
    expect(brief(report)).toEqual(["3:2 key-duplicate like 2", "6:1 key-duplicate like 4"]);
  });

  it("are found in any order", async () => {
    const id = fc.string({ unit: fc.constantFrom("a", "A", "b"), minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.array(id, { minLength: 1, maxLength: 20 }), async (ids) => {
        const report = await check(`表示名,ユーザーID\n${ids.map((one) => `山,${one}\n`).join("")}`, "docs");
        const found = report.problems.filter(({ code }) => code === "key-duplicate");
        expect(found.map(({ row, params }) => [row, params["row"]])).toEqual(
          ids.flatMap((one, at) => (ids.indexOf(one) < at ? [[at + 2, ids.indexOf(one) + 2]] : [])),
        );
      }),
      { numRuns: 60 },
    );
  });
});
