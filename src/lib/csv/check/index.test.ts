import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkFile, type CheckOptions, type CheckReport } from "./index.ts";
import { checkPart } from "./second.ts";
import type { SecondThread } from "./thread.ts";
import type { FormatName } from "../../model/console-files.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "clomoctl-check-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const UTF8 = { encoding: "utf-8" } as const;

const check = async (
  content: string | Uint8Array,
  name: FormatName,
  options: Partial<CheckOptions> = {},
): Promise<CheckReport> => {
  const path = join(folder, "input.csv");
  writeFileSync(path, content);
  return checkFile(path, name, { reading: UTF8, today: "2027-03-31", ...options });
};

/** Runs the second half in this thread, as a worker would, without the cost of starting one. */
const inProcess =
  (seen: { parts: number }) =>
  (task: Parameters<typeof checkPart>[0]): SecondThread => {
    seen.parts += 1;
    return { findings: checkPart(structuredClone(task)).then(({ found }) => found), stop: async () => {} };
  };

const brief = ({ problems }: CheckReport): readonly string[] =>
  problems.map(({ code, row, line, column, params }) => {
    const other = params["row"] === undefined ? "" : ` like ${params["row"]}`;
    return `${row}${line === row ? "" : `/${line}`}:${column} ${code}${other}`;
  });

describe("checkFile", () => {
  it("skips and counts blank rows, omits blank columns and cells, and reports repeated headers", async () => {
    const rows = [
      "氏名,メールアドレス,,",
      "一,a@b.jp,,",
      ",,,",
      "二,c@d.jp,,,,",
      "氏名,メールアドレス,,",
      " ,,,",
      ",,,",
    ];
    const report = await check(rows.join("\r\n"), "users");
    expect(report).toMatchObject({ rows: 3, errors: 1, warnings: 3 });
    expect(brief(report)).toEqual(["1:0 columns-blank", "3:0 row-blank", "4:0 cells-surplus", "5:0 header-again"]);
    expect(report.problems[1]?.params).toEqual({ count: 3 });
  });

  it("finds codes without leading zeros in two halves as in one", async () => {
    const rows = Array.from(
      { length: 60 },
      (_, at) => `一,a${at}@b.jp,${at === 50 ? "0012" : at % 7 === 3 ? 5 : 1000 + at}`,
    );
    const content = ["氏名,メールアドレス,社員コード", ...rows, ""].join("\n");
    const seen = { parts: 0 };
    const one = await check(content, "users", { threads: 1 });
    const two = await check(content, "users", { splitFrom: 1, chunkBytes: 64, startSecond: inProcess(seen) });
    expect(seen.parts).toBe(1);
    expect(brief(one)).toEqual(["5:3 value-short"]);
    expect(two).toEqual(one);
  });

  it("checks the second half with the options of the first", async () => {
    const rows = Array.from({ length: 60 }, (_, at) => `一,${at === 50 ? "" : 1000 + at}`);
    const content = ["氏名,社員コード", ...rows, ""].join("\n");
    const seen = { parts: 0 };
    const startSecond = inProcess(seen);
    const found = await check(content, "users", { key: "employeeCode", splitFrom: 1, chunkBytes: 64, startSecond });
    expect(seen.parts).toBe(1);
    expect(brief(found)).toEqual(["1:0 header-needed", "52:2 required"]);
  });

  it("counts the same in two halves, with the first position in the file", async () => {
    const blank = [
      "氏名,メールアドレス,",
      ...Array.from({ length: 40 }, (_, at) => (at % 9 === 7 ? ",," : `一,${at}@b.jp,`)),
    ];
    const content = [...blank.slice(0, 36), "二,x@y.jp,z", ...blank.slice(36), ""].join("\n");
    const seen = { parts: 0 };
    const one = await check(content, "users", { threads: 1 });
    const two = await check(content, "users", { splitFrom: 1, chunkBytes: 64, startSecond: inProcess(seen) });
    expect(seen.parts).toBe(1);
    expect(two).toEqual(one);
    expect(brief(one)).toEqual(["1:3 header-blank like 37", "9:0 row-blank"]);
    expect(one.problems[1]?.params).toEqual({ count: 4 });
  });

  it("finds nothing in a good file", async () => {
    const report = await check("氏名,メールアドレス\r\n山田,a@b.jp\r\n佐藤,c@d.jp\r\n", "users");
    expect(report).toMatchObject({ rows: 2, problems: [], errors: 0, warnings: 0 });
    expect(report.layout?.columns).toHaveLength(2);
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

  it("finds every mistake in one run, with row, line and column", async () => {
    const report = await check('氏名,メールアドレス,星座\n"山\n田",a@b.jp,\n,c,x\n佐藤\n鈴木,"e@f.jp\n', "users");
    expect(brief(report)).toEqual(
      [
        "1:3 header-unknown",
        "2:1 value-lines",
        "3/4:1 required",
        "3/4:2 not-mail-address",
        "4/5:0 cells-too-few",
        "5/6:2 quote-unclosed",
      ].toSorted((a, b) => a.localeCompare(b, "en")),
    );
    expect(report.errors).toBe(6);
  });

  it("reports the header with a problem of bytes", async () => {
    const bytes = [Buffer.from("氏名,メールアドレス\n"), Uint8Array.of(0xff), Buffer.from(",a@b.jp\n")];
    const report = await check(Buffer.concat(bytes), "users");
    expect(report.problems).toMatchObject([{ code: "bytes-invalid", row: 2, column: 1, header: "氏名" }]);
  });

  it("counts problems beyond the limit of the list", async () => {
    const rows = Array.from({ length: 50 }, (_, i) => `,${i}@b.jp\n`).join("");
    const report = await check(`氏名,メールアドレス\n${rows}`, "users", { problemLimit: 10 });
    expect(report.problems).toHaveLength(10);
    expect(report.errors).toBe(50);
    expect(report.counts).toEqual(new Map([["required", 50]]));
  });

  it("stops when it is aborted", async () => {
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(check("氏名,メールアドレス\n山田,a@b.jp\n", "users", { signal })).rejects.toThrow("enough");
  });
});

describe("values that must be unique", () => {
  it("report both rows, and distinguish keys from other values", async () => {
    const report = await check(
      "氏名,メールアドレス,メールアドレス,CLOMOアカウント名\n一,a@b.jp,,x\n二,A@B.jp,,y\n三,c@d.jp,a@b.jp,x\n四,c@D.jp,,\n",
      "users",
    );
    expect(brief(report)).toEqual([
      "2:2 key-duplicate like 3",
      "2:2 value-duplicate like 4",
      "2:4 value-duplicate like 4",
      "3:2 key-duplicate like 2",
      "4:2 key-duplicate like 5",
      "4:3 value-duplicate like 2",
      "4:4 value-duplicate like 2",
      "5:2 key-duplicate like 4",
    ]);
  });

  it("use the selected key", async () => {
    const report = await check("氏名,メールアドレス,社員コード\n一,a@b.jp,7\n二,c@d.jp,7\n", "users", {
      key: "employeeCode",
    });
    expect(brief(report)).toEqual(["2:3 key-duplicate like 3", "3:3 key-duplicate like 2"]);
  });

  it("of organisations are the code, or name and parent if there is no code", async () => {
    const report = await check(
      "組織名,組織コード,上位組織パス\n営業,S1,\n総務,S1,\n人事,,本社\n人事,,支社\n人事,,本社\n人事,S2,本社\n",
      "orgs",
    );
    expect(brief(report)).toEqual([
      "2:2 key-duplicate like 3",
      "3:2 key-duplicate like 2",
      "4:1 key-duplicate like 6",
      "6:1 key-duplicate like 4",
    ]);
  });

  it("are found in rows with other faults, but not in unreadable rows", async () => {
    const report = await check("氏名,メールアドレス\n一,a@b.jp\n,a@b.jp\n三,a@b.jp,四\n", "users");
    expect(brief(report)).toEqual([
      "2:2 key-duplicate like 3",
      "3:1 required",
      "3:2 key-duplicate like 2",
      "4:0 cells-too-many",
    ]);
  });
});

const LINES = [
  "山田,a@b.jp\n",
  '"山,田",c@d.jp\r\n',
  '"山\n田",e@f.jp\n',
  '"山\r\n,x@y.jp\r\nz",g@h.jp\r',
  '"a""\n""b",i@j.jp\r\n',
  "\n",
  "\r\n",
  ",k@l.jp\n",
  "鈴木\n",
  "鈴木,bad\n",
  '"x"y,m@n.jp\n',
  'a"b,o@p.jp\n',
  "佐藤,q@r.jp\r",
  "\u0000,s@t.jp\n",
];

describe("two threads", () => {
  const file = fc
    .tuple(
      fc.array(fc.constantFrom(...LINES), { maxLength: 60 }),
      fc.constantFrom("", '"open\n', "end,u@v.jp", "\u001a"),
    )
    .map(([lines, end]) => `氏名,メールアドレス\n${lines.join("")}${end}`);

  it("find the same as one thread", async () => {
    const seen = { parts: 0 };
    await fc.assert(
      fc.asyncProperty(file, fc.integer({ min: 1, max: 64 }), async (content, chunkBytes) => {
        const one = await check(content, "users", { threads: 1 });
        const two = await check(content, "users", { splitFrom: 0, chunkBytes, startSecond: inProcess(seen) });
        expect(two).toEqual(one);
      }),
      { numRuns: 100 },
    );
    expect(seen.parts).toBeGreaterThan(40);
  });

  it("continue as one thread if the split is inside quotes", async () => {
    const seen = { parts: 0 };
    const content = `住所,氏名,メールアドレス\n"${"山,田,町\n".repeat(400)}山",花子,a@b.jp\n`;
    const options = { splitFrom: 0, chunkBytes: 64, startSecond: inProcess(seen) };
    expect(await check(content, "users", options)).toMatchObject({ rows: 1, problems: [] });
    expect(seen.parts).toBe(1);
  });

  it("share a large file, using a real worker", async () => {
    const rows = Array.from({ length: 20_000 }, (_, i) => `山田,user${i === 19_999 ? 3 : i}@example.com\r\n`);
    const content = `氏名,メールアドレス\r\n${rows.join("")},z@z.jp\r\n`;
    const report = await check(content, "users", { splitFrom: 100_000 });
    expect(report.rows).toBe(20_001);
    expect(brief(report)).toEqual(["5:2 key-duplicate like 20001", "20001:2 key-duplicate like 5", "20002:1 required"]);
  });

  it("stop together", async () => {
    const rows = "山田,a@b.jp\n".repeat(100_000);
    const abort = new AbortController();
    const running = check(`氏名,メールアドレス\n${rows}`, "users", {
      splitFrom: 0,
      signal: abort.signal,
      onProgress: (done) => {
        if (done > 300_000) abort.abort(new Error("enough"));
      },
    });
    await expect(running).rejects.toThrow("enough");
  });
});
