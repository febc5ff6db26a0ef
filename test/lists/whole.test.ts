import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { run, type Typing } from "#support/commands/program.ts";
import { Desk } from "#support/console/desk.ts";
import { encodeCsv } from "#support/tenant/tenant.ts";

// today is 2026-04-01
const PEOPLE = Array.from({ length: 12 }, (_, at) => [
  `00${101 + at}`,
  `姓${"一二三四五六七八九十壬癸"[at]} 名`,
  `p${101 + at}@example.jp`,
  at % 2 === 0 ? "S01" : "G01",
]);

const desk = new Desk();
beforeAll(async () => {
  const { tenant } = desk;
  await tenant.import({ kind: "orgs" }, [
    ["組織名", "組織コード"],
    ["営業部", "S01"],
    ["総務部", "G01"],
  ]);
  await tenant.import({ kind: "users" }, [["社員コード", "氏名", "メールアドレス", "組織コード"], ...PEOPLE]);
  await tenant.import({ kind: "users" }, [
    ["社員コード", "氏名", "メールアドレス"],
    ["00199", "去 人", "p199@example.jp"],
  ]);
  const [gone] = await tenant.client.users.find({ name: "00199" });
  const plan = await tenant.client.imports.delete({ kind: "users", ids: [gone?.id ?? ""] });
  await tenant.client.imports.commit(plan);
  await tenant.import({ kind: "devices" }, [["シリアルナンバー"], ["C01"], ["C02"], ["C03"]]);
});
afterAll(() => desk[Symbol.asyncDispose]());

const LEAVE = "users leave --file FILE";
const IMPORT = "users import FILE --blank keep --keep-plan";
const ENTER = "\r";
const TAKE: readonly Typing[] = [["Enter takes these", ENTER]];

interface Outcome {
  readonly line: string;
  /** no terminal if omitted */
  readonly typing?: readonly Typing[];
  readonly exit: number;
  /** numbers of people who are planned to leave, to be created and to be deleted */
  readonly left?: string;
  readonly created?: string;
  readonly deleted?: string;
  readonly told?: RegExp;
}

const left = (numbers: string, more: Partial<Outcome> = {}): Outcome => ({
  line: LEAVE,
  exit: 0,
  left: numbers,
  ...more,
});
const refused = (told: RegExp, line = LEAVE): Outcome => ({ line, exit: 3, told });
const imported = (created: string, more: Partial<Outcome> = {}): Outcome => ({
  line: IMPORT,
  exit: 0,
  created,
  ...more,
});

const LISTS: readonly (readonly [what: string, list: string, ...outcomes: readonly Outcome[]])[] = [
  [
    "a payroll list",
    "社員番号,氏名,退職年月日\n00101,姓一 名,20260331\n00102,姓二 名,00000000\n00103,姓三 名,20260401\n00104,姓四 名,20270331",
    refused(/退職年月日: 00000000/),
    left("101", { typing: TAKE, told: /退職年月日: 00000000 +says nothing +× 1/ }),
  ],
  [
    "movements with their day of effect next month",
    "発令日,社員番号,氏名,異動区分,新所属\n2026/5/1,00101,姓一 名,退職,\n2026/5/1,00102,姓二 名,異動,営業部",
    left("", { typing: TAKE, told: /not past: 1/ }),
  ],
  [
    "leavers, some of whom still work",
    "社員コード,氏名,退職日\n00101,姓一 名,2026/3/31\n00102,姓二 名,2026/4/1\n00103,姓三 名,R8.12.31",
    left("101", { told: /rows skipped because the last day of work is not past: 2/ }),
    left("101 102", { line: `${LEAVE} --on 2026-04-01` }),
  ],
  ["leavers without a day", "社員コード,氏名\n00101,姓一 名\n00105,姓五 名", left("101 105")],
  [
    "two posts of a person",
    "社員番号,氏名,メールアドレス,所属,本務区分\n00101,姓一 名,p101@example.jp,総務部,本務\n00101,姓一 名,p101@example.jp,営業部,兼務\n00301,新 人,n301@example.jp,営業部,本務",
    refused(/社員番号|本務区分/, IMPORT),
    imported("301", { typing: TAKE, told: /rows skipped \(本務区分 is 兼務\): 1/ }),
  ],
  [
    "the end of a second post",
    "社員コード,氏名,区分,発令\n00101,姓一 名,退職,兼務\n00102,姓二 名,退職,",
    left("102", { told: /rows of second posts skipped: 1/ }),
  ],
  [
    "temporary staff with the end of their contract",
    "社員コード,氏名,契約終了日\n00101,姓一 名,2026/9/30",
    refused(/契約終了日/),
  ],
  [
    "people on leave",
    "社員コード,氏名,メールアドレス,在籍状況\n00101,姓一 名,p101@example.jp,休職\n00301,新 人,n301@example.jp,休職\n00302,旧 人,n302@example.jp,退職",
    refused(/在籍状況: "休職"/, IMPORT),
    refused(/在籍状況: 休職/),
    imported("301", { typing: TAKE }),
    left("", { typing: TAKE, exit: 3, told: /no user matches "n302@example.jp"/ }),
  ],
  [
    "people employed again",
    "社員コード,氏名,退職日,再雇用日\n00101,姓一 名,2026/3/31,2026/4/1\n00102,姓二 名,2026/3/31,",
    left("102", { told: /have not left: 1/ }),
  ],
  [
    "people employed again, without their last day",
    "社員コード,氏名,在籍区分,再雇用日\n00101,姓一 名,退職,2026/4/1\n00102,姓二 名,退職,",
    refused(/list\.csv:2:4: 再雇用日: "2026\/4\/1"/),
    refused(/list\.csv:2:4: 再雇用日: "2026\/4\/1"/, "users import FILE"),
    left("102", { line: `${LEAVE} --skip-invalid`, exit: 8 }),
  ],
  [
    "the successors of leavers",
    "氏名,退職日,後任者コード\n姓一 名,2026/3/31,00102",
    left("101", {
      typing: [["Are they meant?", "y\r"]],
      told: /columns not read: 後任者コード/,
    }),
  ],
  [
    "a note among the rows",
    "社員コード,氏名,退職日\n00101,姓一 名,2026/3/31\n※以下は退職取消,,",
    left("101", { told: /notes skipped \("※以下は退職取消"\)/ }),
  ],
  [
    "people sent elsewhere",
    "社員コード,氏名,在籍区分\n00101,姓一 名,出向\n00102,姓二 名,退職",
    left("102", { typing: TAKE }),
  ],
  [
    "renumbered people",
    "社員コード,氏名,メールアドレス\n90101,姓一 名,p101@example.jp\n90102,姓二 名,p102@example.jp",
    imported(""),
    left("101 102"),
  ],
  [
    "a flag",
    "社員コード,氏名,退職フラグ\n00101,姓一 名,1\n00102,姓二 名,0",
    left("", { typing: TAKE }),
    left("101", {
      typing: [["a number changes one", "1\r"], ["What does", ENTER], ...TAKE],
      told: /退職フラグ: 1 +has left/,
    }),
  ],
  [
    "a planned last day and a state",
    "社員コード,氏名,退職予定日,在籍区分\n00101,姓一 名,2027/3/31,在籍",
    left("", { exit: 0 }),
  ],
  [
    "a past last day of somebody who stays",
    "社員コード,氏名,退職日,在籍区分\n00101,姓一 名,2026/3/31,在籍\n00102,姓二 名,2026/3/31,退職",
    left("102"),
  ],
  ["reasons", "社員コード,氏名,事由\n00101,姓一 名,定年退職\n00102,姓二 名,契約満了", refused(/事由/)],
  [
    "eras",
    "社員コード,氏名,退職年月日\n00101,姓一 名,令和8年3月31日\n00102,姓二 名,H31.4.30\n00103,姓三 名,R9/3/31",
    left("101 102"),
  ],
  ["codes without their zeros", "社員番号,氏名,離職日\n101,姓一名,2026.3.31\n102,姓二名,", left("101")],
  [
    "names alone",
    "氏名\n姓一 名\n姓二 名",
    refused(/the list has only the names of 2 records/),
    left("101 102", { line: `${LEAVE} --key name` }),
    left("101 102", { typing: [["Are they meant?", "y\r"]] }),
    { line: LEAVE, typing: [["Are they meant?", "n\r"]], exit: 0 },
  ],
  ["a title above", "退職者一覧,,\n2026年3月,,\n社員コード,氏名,退職日\n00101,姓一 名,2026/3/31", left("101")],
  ["totals below", "社員コード,氏名,退職日\n00101,姓一 名,2026/3/31\n合計,1名,\n以上,,", left("101")],
  [
    "an English list",
    "Employee ID,Name,Email,Employment Status,Termination Date\n00101,姓一 名,p101@example.jp,退職,2026-03-31\n00102,姓二 名,p102@example.jp,在籍,",
    left("101"),
  ],
  [
    "people who join next month",
    "社員コード,氏名,メールアドレス,入社日\n00301,新 人,n301@example.jp,2026/5/1\n00302,別 人,n302@example.jp,令和8年4月1日",
    imported("301 302"),
  ],
  [
    "everybody, with leavers",
    `社員コード,氏名,メールアドレス,退職日\n${PEOPLE.slice(1)
      .map(([code, name, mail], at) => [code, name, mail, at < 2 ? "2026/3/31" : ""].join())
      .join("\n")}\n00303,旧 人,n303@example.jp,2025/3/31`,
    {
      line: `${IMPORT} --mode replace`,
      exit: 0,
      created: "",
      deleted: "101",
      told: /have left: 3\n[^]*users leave --file/,
    },
  ],
  [
    "somebody in two rows",
    "社員コード,氏名,在籍区分\n00101,姓一 名,退職\n00101,姓一 名,在籍\n00102,姓二 名,退職",
    left("102", { told: /姓一 名.*row 3/ }),
  ],
  [
    "an unreadable day",
    "社員コード,氏名,退職日\n00101,姓一 名,2026/3/31\n00102,姓二 名,3月末予定",
    refused(/list.csv:3:3: 退職日: "3月末予定"/),
    left("101", { line: `${LEAVE} --skip-invalid`, exit: 8 }),
  ],
  ["somebody unknown", "社員コード,氏名\n00101,姓一 名\n00999,誰 か", refused(/list.csv:3.*no user matches "00999"/)],
  [
    "somebody who was deleted",
    "社員コード,氏名\n00199,去 人\n00101,姓一 名",
    left("101", { told: /already deleted: 1 \(去 人/ }),
  ],
  ["another person under the code", "社員コード,氏名\n00101,姓二 名", refused(/姓二 名/)],
  [
    "numbers of eight digits",
    "社員コード,氏名,管理番号,区分\n00101,姓一 名,00101,退職\n00102,姓二 名,00102,在籍",
    left("101", { told: /columns not read: 管理番号/ }),
  ],
  [
    "a last day that nobody can read, beside a state",
    "社員コード,氏名,区分,退職日\n00102,姓二 名,在籍,\n00101,姓一 名,退職,3月末予定\n00103,姓三 名,退職,2026/3/31",
    refused(/list\.csv:3:4: 退職日: "3月末予定"/),
    refused(/list\.csv:3:4: 退職日: "3月末予定"/, "users import FILE"),
  ],
  [
    "a staff list without a column about leaving",
    "社員コード,氏名,入社日\n00101,姓一 名,2020/4/1",
    refused(/day of joining/),
  ],
  ["two columns with one header", "社員コード,氏名,備考,備考\n00101,姓一 名,,在籍", refused(/header "備考"/)],
  [
    "the end of a contract that runs",
    "社員コード,氏名,雇用終了日\n00101,姓一 名,2027/3/31",
    refused(/not known what .*雇用終了日/),
  ],
  [
    "states with blanks between",
    "社員コード,氏名,ステータス\n00101,姓一 名,退　職\n00102,姓二 名,在　籍",
    refused(/not known what .*ステータス/),
  ],
  [
    "an unknown word beside a last day",
    "社員コード,氏名,退職区分,退職日\n00101,姓一 名,自己都合,2026/3/31\n00102,姓二 名,自己都合,2027/3/31",
    left("101", { typing: TAKE }),
  ],
  [
    "a former last day",
    "社員コード,氏名,旧退職日,退職日\n00101,姓一 名,2020/3/31,\n00102,姓二 名,,2026/3/31",
    left("102", { typing: TAKE }),
  ],
  [
    "devices to take back",
    "シリアル番号,機種\nC01,x\nC03,y",
    { line: "devices tag --file FILE --add 返却", exit: 0, told: /columns not read: 機種/ },
    { line: "devices set-owner --file FILE --none", exit: 0 },
  ],
];

const numberOf = (text: string): string => /\d{3}/.exec(text.replace(/^0+/, ""))?.[0] ?? text;

test.each(
  LISTS.flatMap(([what, list, ...outcomes]) => outcomes.map((outcome, at) => [what, at + 1, list, outcome] as const)),
)("%s, case %i", async (_, __, list, { line, typing, exit, told, ...wanted }) => {
  const { tenant } = desk;
  const { imports } = tenant.client;
  const before = (await imports.list()).length;
  writeFileSync(desk.path("list.csv"), encodeCsv(list.split("\n").map((row) => row.split(","))));
  const words = line.replace("FILE", "list.csv");
  const ran = await run(`${words}${words.startsWith("devices") ? "" : " --dry-run"} --format json`, {
    tenant: tenant.fetch,
    home: join(tenant.folder, "home"),
    folder: desk.folder,
    terminal: typing && { typing },
    now: new Date(tenant.surroundings.now()),
  });
  expect(ran.exit, ran.stderr).toBe(exit);
  expect(ran.stderr).toMatch(told ?? "");
  const found: Record<string, string[]> = { left: [], created: [], deleted: [] };
  if (line.startsWith(LEAVE) && exit !== 3 && ran.stdout !== "")
    found["left"] = (JSON.parse(ran.stdout) as { name: string }[]).map(({ name }) => numberOf(name));
  for (const { id, state } of (await imports.list()).slice(0, -before)) {
    if (state !== "planned") continue;
    for await (const { action, key } of imports.rows(id)) found[`${action}d`]?.push(numberOf(key));
    await imports.discard(id);
  }
  for (const [key, numbers] of Object.entries(wanted))
    expect([...new Set(found[key])].toSorted().join(" "), key).toBe(numbers);
});

test.each([
  {
    name: "an import does not pass over a new column about leaving",
    learn: "layouts learn list.csv --as users",
    typing: TAKE,
    before: "社員No.,氏名,メール\n00101,姓一 名,p101@example.jp",
    after: "社員No.,氏名,メール,退社予定\n00101,姓一 名,p101@example.jp,2026/3/31",
    line: "users import list.csv --dry-run",
    told: "退社予定",
  },
  {
    name: "a layout does not learn a column that nobody was asked about",
    learn: "layouts learn list.csv --as users --select",
    before: "社員コード,氏名,変更後\n00101,姓一 名,",
    after: "社員コード,氏名,変更後\n00101,姓一 名,2027/3/31",
    line: "users leave --file list.csv --dry-run",
    told: "変更後",
  },
])("$name", async ({ learn, typing, before, after, line, told }) => {
  const { tenant } = desk;
  const [home, now] = [join(tenant.folder, "home"), new Date(tenant.surroundings.now())];
  const context = { tenant: tenant.fetch, home, folder: desk.folder, now };
  const write = (list: string) =>
    writeFileSync(desk.path("list.csv"), encodeCsv(list.split("\n").map((row) => row.split(","))));
  write(before);
  expect((await run(learn, { ...context, ...(typing && { terminal: { typing } }) })).exit).toBe(0);
  write(after);
  const { exit, stderr } = await run(line, context);
  expect(exit, stderr).toBe(3);
  expect(stderr).toContain(told);
});
