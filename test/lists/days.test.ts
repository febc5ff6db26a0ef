import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run } from "#support/commands/program.ts";
import { Desk } from "#support/console/desk.ts";
import { encodeCsv } from "#support/tenant/tenant.ts";
import { buildRow, buildWorkbook } from "#support/xlsx/workbook.ts";

// the clock of the tenant stands on 2026-04-01, which is the 8th year of 令和
const DATES = { past: [2026, 3, 31], today: [2026, 4, 1], future: [2027, 4, 1] } as const;

const two = (value: number): string => String(value).padStart(2, "0");
const widen = (value: string): string =>
  value.replaceAll(/[!-~]/g, (one) => String.fromCharCode(one.charCodeAt(0) + 0xfee0));
const plain = (y: number, m: number, d: number): string => `${y}/${m}/${d}`;

/** How HR systems, spreadsheets and people write a day. */
const FORMS: readonly ((y: number, m: number, d: number) => string)[] = [
  ...["/", "-", "."].flatMap((by) => [
    (y: number, m: number, d: number) => [y, m, d].join(by),
    (y: number, m: number, d: number) => [y, two(m), two(d)].join(by),
    (y: number, m: number, d: number) => `R${[y - 2018, m, d].join(by)}`,
    (y: number, m: number, d: number) => `令和${[two(y - 2018), two(m), two(d)].join(by)}`,
  ]),
  (y, m, d) => `${y}年${m}月${d}日`,
  (y, m, d) => `${y}年 ${m}月 ${d}日`,
  (y, m, d) => `${y}${two(m)}${two(d)}`,
  (y, m, d) => `令和${y - 2018}年${m}月${d}日`,
  (y, m, d) => `令和 ${y - 2018}年${two(m)}月${two(d)}日`,
  (y, m, d) => `r${two(y - 2018)}/${m}/${d}`,
  (y, m, d) => widen(plain(y, m, d)),
  (y, m, d) => widen(`令和${y - 2018}年${m}月${d}日`),
  (y, m, d) => ` ${plain(y, m, d)}　`,
  ..." 0:00| 00:00| 00:00:00|T00:00:00| 0時| 0時00分| 午前0:00:00| 12:00:00 AM|T00:00:00+09:00| 00:00:00.000|(火)| (水)| 木曜日|(Thu)"
    .split("|")
    .map((end) => (y: number, m: number, d: number) => plain(y, m, d) + end),
];
const OLD = "令和元年5月1日 H31.4.30 平成元年1月8日 S64.1.7 昭和64年1月7日 大正15.12.25 M45.7.29".split(" ");
const UNREADABLE =
  "3月末予定|26/3/31|3/31|31/03/2026|2026/13/1|2026/2/30|Mar 31, 2026|2026/3/31 9:00|2026/3|2026年度末|R8.3|X8.3.31|202603|2026031|20261331|46112.5|2026/3-31|?2026/3/31|2026/3/31頃|来年3月31日|0026/3/31".split(
    "|",
  );
const NO_DAY = ["", " ", "9999/12/31", "2100/1/1", "99991231"];
const UNSAID = ["-", "なし", "00000000", "9999/99/99", "ー", "0000-00-00", "99999999", "未定", "1900/1/0"];

const STATES = {
  left: "退職 退社 離職 退職済 退職済み 退職者 退社者 ﾀｲｼｮｸ".split(" ").slice(0, 7).concat(" 退職　"),
  stays: ["在職", "在籍", "在職中", "在籍中", "現職", ""],
  unsaid: ["退職予定", "休職", "出向", "1", "○", "定年", "育休", "転籍"],
};

type Fate = "left" | "stays" | "error" | "unsaid";
interface Row {
  readonly cell: string;
  readonly fate: Fate;
  /** serial number for a date cell */
  readonly serial?: number;
}

const serialOf = ([y, m, d]: readonly [number, number, number]): number => Date.UTC(y, m - 1, d) / 86_400_000 + 25_569;
const rowsOf = (cells: readonly string[], fate: Fate): readonly Row[] => cells.map((cell) => ({ cell, fate }));
const DAYS: readonly Row[] = [
  ...Object.entries(DATES).flatMap(([when, [y, m, d]]) =>
    FORMS.map((form): Row => ({ cell: form(y, m, d), fate: when === "past" ? "left" : "stays" })),
  ),
  ...rowsOf(OLD, "left"),
  ...rowsOf(NO_DAY, "stays"),
];
const CELLS: readonly Row[] = Object.entries(DATES).map(([when, date]) => ({
  cell: "",
  serial: serialOf(date),
  fate: when === "past" ? "left" : "stays",
}));

/** A list of a column: the name of its header, and its rows. */
const LISTS = {
  days: ["退職予定年月日", DAYS],
  "days, some wrong": ["最終出勤日", [...DAYS.slice(0, 20), ...rowsOf(UNREADABLE, "error")]],
  "days, some unsaid": ["離職日", [...DAYS.slice(0, 20), ...rowsOf(UNSAID, "unsaid")]],
  states: ["在職状況", [...rowsOf(STATES.left, "left"), ...rowsOf(STATES.stays, "stays")]],
  "states, some unsaid": [
    "退職フラグ",
    [...rowsOf(STATES.left, "left"), ...rowsOf(STATES.stays, "stays"), ...rowsOf(STATES.unsaid, "unsaid")],
  ],
} as const satisfies Readonly<Record<string, readonly [string, readonly Row[]]>>;

const codeOf = (at: number): string => `E${String(at + 1).padStart(4, "0")}`;
const mailOf = (at: number): string => `p${at + 1}@example.jp`;
const MOST = DAYS.length + CELLS.length;
/** Not in the list, so a full update deletes this person. */
const ABSENT = MOST;

function write(form: string, header: string, rows: readonly Row[]): Uint8Array {
  const table = rows.map(({ cell }, at) => [codeOf(at), `姓${at + 1} 名${at + 1}`, mailOf(at), cell]);
  const head = ["社員コード", "氏名", "メールアドレス", header];
  if (form === "CSV") return encodeCsv([head, ...table]);
  const isOf1904 = form.endsWith("1904");
  const cellOf = (at: number, cell: string): string => {
    const { serial } = rows[at] ?? {};
    return serial === undefined ? cell : `<c s="1"><v>${serial - (isOf1904 ? 1462 : 0)}</v></c>`;
  };
  const xml = [head, ...table].map((cells, at) =>
    buildRow(at + 1, ...cells.slice(0, 3), at === 0 ? header : cellOf(at - 1, cells[3] ?? "")),
  );
  return buildWorkbook({ sheets: { 一覧: { rows: xml.join("") } }, formats: ["yyyy/m/d"], date1904: isOf1904 });
}

const desk = new Desk();
beforeAll(async () => {
  // every other person is in the tenant
  const known = Array.from({ length: MOST + 1 }, (_, at) => at).filter((at) => at % 2 === 0 || at === ABSENT);
  const rows = known.map((at) => [codeOf(at), `姓${at + 1} 名${at + 1}`, mailOf(at)]);
  await desk.tenant.import({ kind: "users" }, [["社員コード", "氏名", "メールアドレス"], ...rows]);
});
afterAll(() => desk[Symbol.asyncDispose]());

/** Returns the exit code, and who is planned to be deleted and created. */
async function plan(use: string, file: string, typing: boolean) {
  const { imports } = desk.tenant.client;
  const before = await imports.list();
  const { exit, stdout, stderr } = await run(`users ${use.replace("FILE", file)} --dry-run --format json`, {
    tenant: desk.tenant.fetch,
    home: join(desk.tenant.folder, "home"),
    folder: desk.folder,
    terminal: typing ? { typing: "presets" } : undefined,
    now: new Date(desk.tenant.surroundings.now()),
  });
  const planned = new Map<string, Set<string>>([
    ["create", new Set()],
    ["delete", new Set()],
  ]);
  if (use.startsWith("leave") && exit !== 3)
    for (const { name } of JSON.parse(stdout) as { name: string }[]) planned.get("delete")?.add(name);
  for (const { id, state } of await imports.list()) {
    if (state !== "planned" || before.some((one) => one.id === id)) continue;
    for await (const row of imports.rows(id)) planned.get(row.action)?.add(row.key);
    await imports.discard(id);
  }
  return { exit, stderr, planned };
}

const USES = {
  leave: "leave --file FILE --skip-invalid",
  delete: "delete --file FILE --skip-invalid --keep-plan",
  append: "import FILE --skip-invalid --keep-plan --blank keep",
  replace: "import FILE --mode replace --keep-plan --blank keep",
} as const;

describe.each(Object.keys(USES) as (keyof typeof USES)[])("%s", (use) => {
  test.each(
    ["CSV", "workbook", "workbook of 1904"].flatMap((form) =>
      Object.keys(LISTS).flatMap((list) =>
        [false, true].map((typing) => [form, list as keyof typeof LISTS, typing] as const),
      ),
    ),
  )("%s with %s, at a terminal: %s", async (form, list, typing) => {
    const [header, given] = LISTS[list];
    const rows = [...given, ...(list === "days" && form !== "CSV" ? CELLS : [])];
    const file = `list.${form === "CSV" ? "csv" : "xlsx"}`;
    writeFileSync(desk.path(file), write(form, header, rows));
    const { exit, stderr, planned } = await plan(USES[use], file, typing);
    const hasWrong = rows.some(({ fate }) => fate === "error");
    const isUnsaid = rows.some(({ fate }) => fate === "unsaid");
    const isRefused = (isUnsaid && !typing && use !== "append") || (hasWrong && use === "replace");
    const namesOf = (...fates: Fate[]): string[] =>
      rows.flatMap((row, at) => (fates.includes(row.fate) ? [mailOf(at)] : [])).toSorted();
    const isKnown = (name: string): boolean => Number(/\d+/.exec(name)?.[0]) % 2 === 1;
    const read = typing ? namesOf("stays", "unsaid") : namesOf("stays");
    const leavers = namesOf("left").filter(isKnown);
    const listed = new Set([...rows.map((_, at) => mailOf(at)), mailOf(ABSENT)]);
    const wanted = {
      leave: { created: [], deleted: leavers },
      delete: { created: [], deleted: leavers },
      append: { created: read.filter((name) => !isKnown(name)), deleted: [] },
      replace: { created: read.filter((name) => !isKnown(name)), deleted: [mailOf(ABSENT)] },
    }[use];
    const [created, deleted] = ["create", "delete"].map((action) =>
      [...(planned.get(action) ?? [])].filter((name) => listed.has(name)).toSorted(),
    );
    expect(isRefused ? exit : { created, deleted }, stderr).toEqual(isRefused ? 3 : wanted);
    expect(stderr.includes(header) || !isRefused).toBe(true);
  });
});

test.each(["leave --file list.csv", "delete --file list.csv", "import list.csv"])(
  "a payroll list with - in 2,990 of 3,000 rows costs one question: users %s",
  async (line) => {
    const rows = Array.from({ length: 3000 }, (_, at) => [
      codeOf(at),
      mailOf(at),
      at < 10 ? "2026/3/31" : at % 2 === 0 ? "-" : "00000000",
    ]);
    writeFileSync(desk.path("list.csv"), encodeCsv([["社員番号", "氏名", "退職日"], ...rows]));
    const { exit, stderr } = await run(`users ${line} --dry-run`, {
      tenant: desk.tenant.fetch,
      home: join(desk.tenant.folder, "home"),
      folder: desk.folder,
      terminal: { typing: "presets" },
      now: new Date(desk.tenant.surroundings.now()),
    });
    expect(stderr.match(/✔/g)).toHaveLength(1);
    expect(stderr).toMatch(/退職日: - +says nothing +× 1495\n[^]*退職日: 00000000 +says nothing +× 1495\n/);
    expect([0, 3]).toContain(exit);
  },
);
