import { EventEmitter } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Verification } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { inBoth, run } from "#support/commands/program.ts";
import { testWrongLines } from "#support/commands/refusals.ts";
import { example, inTurn, type Answer } from "#support/commands/tenant.ts";
import { committed, encodeText, folderWith, ID, planOf, rowOf } from "#support/commands/imports/plans.ts";

const EXPORT = "氏名,メールアドレス\r\n髙橋 花子,hanako@example.co.jp\r\n";
const WAITING = planOf({ state: "awaiting-console", emittedAt: "2026-11-20T01:23:45.000Z" });
const accepted: Verification = { accepted: true, import: committed(WAITING), differences: 0, first: [], unseen: [] };
const differing: Verification = {
  accepted: false,
  reason: "differs",
  import: WAITING,
  differences: 12,
  touched: 7,
  first: [
    { ...rowOf({ action: "delete", changed: [] }), planned: [], touched: true },
    { ...rowOf({ row: 3, key: "jiro@example.co.jp" }), planned: [], touched: false },
    {
      ...rowOf({ row: 4, key: "taro@example.co.jp", action: "update", changed: ["title", "emails"] }),
      planned: [
        { field: "name", value: "山田" },
        { field: "title", value: "部長" },
        { field: "emails", value: ["a@x", "b@x"] },
      ],
      after: [
        { field: "title", value: null },
        { field: "emails", value: ["a@x"] },
      ],
      touched: true,
    },
  ],
  unseen: [],
};
const tenantWith = (verifyImport: Answer) => ({ imports: { items: [WAITING] }, verifyImport });
const VERIFY = "imports verify 019a --against export.csv";
const folderOf = (content: string | Uint8Array = EXPORT): string => folderWith({ "export.csv": content });

test("sends the export, and shows the plan as committed where they agree", async () => {
  const { en, ja } = await inBoth(`${VERIFY} --format json`, { tenant: tenantWith(accepted), folder: folderOf() });
  expect(en.exit).toBe(0);
  expect(en.summary).toMatch(/ imports verify export.csv: \+1 ~1 -0 import 17 exit 0$/);
  expect(en.stderr).toMatch(
    /^import 17: .*\nundo, here and by a file for the console: clomoctl undo 17 --emit-csv undo-17.csv\n$/,
  );
  expect(JSON.parse(en.stdout)).toMatchObject({ importId: ID, dryRun: false, committed: true });
  expect(en.requests).toEqual([
    { operation: "imports" },
    { operation: "verifyImport", params: { id: ID }, file: EXPORT },
  ]);
  expect(ja.stdout).toBe(en.stdout);
});

test("says what was here already of what was sent", async () => {
  const sent = { ...WAITING, update: 2, delete: 3 };
  const done = { ...accepted, import: committed({ ...WAITING, update: 1, delete: 2 }) };
  const tenant = { imports: { items: [sent] }, verifyImport: done };
  const { en, ja } = await inBoth(VERIFY, { tenant, folder: folderOf() });
  expect(en).toMatchObject({ exit: 0 });
  expect(en.stderr).toContain("changes of the plan that were here already, by another import: 1\n");
  expect(en.stderr).toContain("records to be deleted that are gone already: 1 of 3\n");
  expect(ja.stderr).toContain("削除する 3 件のうち 1 件は、すでにありません\n");
});

test("a plan that was here already as a whole changes nothing, and there is nothing to undo", async () => {
  const none = { update: 0, create: 0, delete: 0, secretsSet: 0, orgsCreated: 0, groupsCreated: 0 };
  const done = { ...accepted, import: committed({ ...WAITING, ...none }) };
  const { en, ja } = await inBoth(VERIFY, { tenant: tenantWith(done), folder: folderOf() });
  expect(en.stderr.split("\n").at(-2)).toBe("import 17: no record changed");
  expect(ja.stderr.split("\n").at(-2)).toBe("インポート 17: 変更なし");
});

test("says which tasks stay open, and what closes those that the export proves", async () => {
  const numbers = Array.from({ length: 11 }, (_, at) => at + 2);
  const told = async (openTasks: readonly number[]) =>
    inBoth(VERIFY, { tenant: tenantWith({ ...accepted, openTasks }), folder: folderOf() });
  const { en, ja } = await told([2, 5]);
  expect(en.exit).toBe(0);
  expect(en.stderr).toContain(
    "stay open (2, 5); those that this export shows to be done are closed by: clomoctl users import export.csv --from-console\n",
  );
  expect(ja.stderr).toContain("管理画面での作業は未了のままです(2、5)。");
  expect((await told(numbers)).en.stderr).toContain("(2, 3, 4, 5, 6, 7, 8, 9, 10, 11, …)");
});

test("lists what differs, and says that the plan keeps waiting", async () => {
  const { en, ja } = await inBoth(VERIFY, { tenant: tenantWith(differing), folder: folderOf() });
  expect(en.exit).toBe(9);
  expect(en.stdout.split("\n").slice(0, 3)).toEqual([
    "what\tkey\tname\tvalues\ttouched\trecords\ttask",
    "missing\thanako@example.co.jp\t髙橋 花子\t[]\ttrue\t1\t",
    "only-in-console\tjiro@example.co.jp\t髙橋 花子\t[]\tfalse\t1\t",
  ]);
  expect(en.stderr).toContain(
    "records that differ from the plan: 12 (touched by it: 7, the first 3 listed); nothing was changed; the plan is still waiting for verification\n",
  );
  expect(en.stderr).toContain(
    `or correct the console, export, and: clomoctl imports verify P12 --against EXPORT.csv\n`,
  );
  expect(ja).toMatchObject({ exit: 9, stdout: en.stdout });
  expect(ja.stderr).toContain("計画と異なるものが 12 件あります(うち計画の対象 7 件、一覧は先頭の 3 件)");
});

test("what an open task is the reason of is to be done in the console: no export is to be taken over for it", async () => {
  const other = (task: number | undefined, key: string) => ({
    ...rowOf({ row: 0, key }),
    planned: [],
    touched: false,
    ...(task !== undefined && { task }),
  });
  const told = async (...first: Verification["first"]) => {
    const verifyImport = { ...differing, differences: first.length, first };
    const { en, ja } = await inBoth(VERIFY, { tenant: tenantWith(verifyImport), folder: folderOf() });
    expect(en.exit).toBe(9);
    return { en, ja };
  };
  const tasks = await told(other(12, "a"), other(3, "b"), other(3, "c"));
  expect(tasks.en.stdout).toContain("only-in-console\ta\t髙橋 花子\t[]\tfalse\t1\t12\n");
  expect(tasks.en.stderr).toContain(
    "not by this plan (open tasks: 3, 12): do it there (clomoctl console show 3), export, and: clomoctl imports verify P12 --against EXPORT.csv\n",
  );
  expect(tasks.ja.stderr).toContain("管理画面での作業が残っているもの(作業 3、12): 管理画面で行い");
  expect(tasks.en.stderr).not.toContain("--from-console");
  const both = await told(other(3, "b"), other(undefined, "d"));
  expect(both.en.stderr).toContain("open tasks: 3)");
  expect(both.en.stderr).toContain("the rest was changed in the console meanwhile: import this export first: ");
  expect(both.en.stderr).not.toContain("\nthen: ");
});

test("a record that lies outside the plan's organisations in the console is told so, with where, and not to be unreadable", async () => {
  const place = (value: string) => [
    { field: "name", value: "髙橋 花子" },
    { field: "orgCode", value },
  ];
  const line = {
    ...rowOf({ row: 2, key: "a", action: "invalid", changed: [] }),
    planned: place("EAST"),
    after: place("WEST"),
    touched: true,
    outside: true,
  };
  const tenant = tenantWith({ ...differing, differences: 1, first: [line] });
  const { en, ja } = await inBoth(VERIFY, { tenant, folder: folderOf(), terminal: { columns: 200 } });
  expect(en.stdout + en.stderr).toContain("outside the plan's organisations");
  expect(en.stdout + en.stderr).toContain("a: 組織コード: planned EAST, console WEST");
  expect(en.stdout + en.stderr).not.toContain("cannot be read");
  expect(ja.stdout).toContain("計画の対象組織の外");
  const whoami = { ...example<object>("whoami"), role: "division", operations: [] };
  const part = await run(`${VERIFY} --as hanako --lang en`, {
    tenant: { ...tenant, whoami },
    folder: folderOf(),
    terminal: { columns: 200 },
  });
  expect(part.stdout + part.stderr).toContain("lies outside your organisations");
  const piped = await run(VERIFY, { tenant, folder: folderOf() });
  expect(piped.stdout).toContain("outside\ta\t髙橋 花子\t");
});

test("who acts with a part of the rights is told whom to ask for the export to be taken over", async () => {
  const whoami = example("whoami");
  const told = async (verifyImport: Verification) =>
    inBoth(`${VERIFY} --as hanako`, { tenant: { ...tenantWith(verifyImport), whoami }, folder: folderOf() });
  const untouched = { ...rowOf({ row: 3, key: "jiro@example.co.jp" }), planned: [], touched: false };
  const differs = await told({ ...differing, differences: 1, first: [untouched] });
  expect(differs.en.stderr).toContain(
    "changed in the console meanwhile: ask a system administrator to take over the console's export: clomoctl users import EXPORT.csv --from-console\nthen: clomoctl imports verify P12 --against export.csv --as hanako\n",
  );
  expect(differs.ja.stderr).toContain(
    "。管理画面のエクスポートの取り込みをシステム管理者に依頼してください: clomoctl users import EXPORT.csv",
  );
  const both = await told(differing);
  expect(both.en.stderr).toContain(
    "the rest was changed in the console meanwhile: ask a system administrator first to",
  );
  expect(both.ja.stderr).toContain("先に管理画面のエクスポートの取り込みをシステム管理者に依頼してください");
  const done = await told({ ...accepted, openTasks: [2] });
  expect(done.en.stderr).toContain(
    "closed when a system administrator takes it over; ask for it: clomoctl users import EXPORT.csv --from-console\n",
  );
  expect(done.ja.stderr).toContain("システム管理者が取り込むと完了になります。依頼する取り込み: clomoctl users");
  const line = { ...rowOf({ row: 2, key: "a", action: "invalid" }), planned: [], touched: true, pending: [3] };
  const pending = await told({ ...differing, differences: 1, first: [line] });
  expect(pending.en.stderr).toContain("ask a system administrator first to take over the console's export of what");
  expect(pending.ja.stderr).toContain("(--from-console)を先にシステム管理者に依頼してください");
});

test("what open tasks keep from being told is told with all of them, and neither uploaded again nor taken over", async () => {
  const line = { ...rowOf({ row: 2, key: "a", action: "invalid" }), planned: [], touched: true, pending: [3, 2] };
  const answer = { ...differing, differences: 1, first: [line] };
  const { en, ja } = await inBoth(VERIFY, { tenant: tenantWith(answer), folder: folderOf() });
  expect(en.stdout).toContain("unreadable\ta\t髙橋 花子\t[]\ttrue\t1\t3\n");
  expect(en.stderr).toContain(
    "(2, 3): do these in the console (clomoctl console show 2), record it: clomoctl console confirm 2 3; where they were closed without that,",
  );
  expect(ja.stderr).toContain(
    "管理画面での作業(2、3)で変わる値のため、計画と異なるか、だれ(何)のものか判断できないもの",
  );
  expect(en.stderr).not.toMatch(/upload the file again|clomoctl \S+ import/);
});

test("a difference has both values, in words on a terminal", async () => {
  const circumstances = { tenant: tenantWith(differing), folder: folderOf() };
  const { stdout } = await run(`${VERIFY} --format json`, circumstances);
  expect((JSON.parse(stdout) as readonly unknown[])[2]).toEqual({
    what: "differs",
    key: "taro@example.co.jp",
    name: "山田",
    values: [
      { field: "title", planned: "部長", console: null },
      { field: "emails", planned: ["a@x", "b@x"], console: ["a@x"] },
    ],
    touched: true,
    records: 1,
    task: null,
  });
  const { en, ja } = await inBoth(`${VERIFY} --format table`, circumstances);
  expect(en.stderr).toContain(
    "taro@example.co.jp: 役職: planned 部長, console (blank); メールアドレス: planned a@x, b@x, console a@x",
  );
  expect(en.stdout).toContain("missing in the console");
  expect(ja.stderr).toContain("taro@example.co.jp: 役職: 計画 部長, 管理画面 (空);");
});

test("what was changed in the console alone is taken over first, by commands to be typed", async () => {
  const first = differing.first.map((one) => ({ ...one, touched: false }));
  const home = folderOf();
  for (const name of ["one", "two"]) await run(`context add ${name} --embedded`, { home });
  const { en, ja } = await inBoth(`${VERIFY} --context two`, { tenant: tenantWith({ ...differing, first }), home });
  expect(en.stderr).toContain(
    "changed in the console meanwhile: import this export: clomoctl users import export.csv --from-console --context two\n" +
      "then: clomoctl imports verify P12 --against export.csv --context two\n",
  );
  expect(ja.stderr).toContain("このエクスポートを取り込んでください: clomoctl users import export.csv --from-console");
  expect(en.stderr).not.toContain("upload the file again");
});

test("what the plan touches and what it does not are each told what to do about", async () => {
  const { en, ja } = await inBoth(VERIFY, { tenant: tenantWith(differing), folder: folderOf() });
  expect(en.stderr).toContain(
    "touched by the plan: upload the file again or correct the console, export, and: clomoctl",
  );
  expect(en.stderr).toContain(
    "the rest was changed in the console meanwhile: import this export first: clomoctl users import export.csv --from-console\n",
  );
  expect(ja.stderr).toContain("それ以外: その間に管理画面で変更されています。");
  const first = differing.first.filter(({ touched }) => touched);
  const own = await run(VERIFY, { tenant: tenantWith({ ...differing, first }), folder: folderOf() });
  expect(own.stderr).not.toContain("--from-console");
});

const unseen = [{ header: "グループ名", records: 2 }];

test("an export that shows none of the changes of a record proves nothing of it, and what it lacks is named", async () => {
  const refused = { ...accepted, accepted: false, reason: "unseen", import: WAITING, unseen } as const;
  const answer: Verification = { ...refused, unseenRecords: 2 };
  const { en, ja } = await inBoth(VERIFY, { tenant: tenantWith(answer), folder: folderOf() });
  expect(en.exit).toBe(9);
  expect(en.stderr).toContain("グループ名: last sent by us on 2026-11-20 for 2 records, not verified: ");
  expect(en.stderr).toContain(`then: clomoctl imports verify P12 --against EXPORT.csv --accept-unseen\n`);
  expect(ja.stderr).toContain(
    "グループ名: 2026-11-20 に 2 件を送信しましたが、エクスポートにないため照合していません\n",
  );
  expect(ja.stderr).toContain("計画の変更がエクスポートに 1 つも現れないものが 2 件あります。");
});

test("programs are told what is not proved too, before and after it is accepted", async () => {
  const answer: Verification = { ...accepted, accepted: false, reason: "unseen", import: WAITING, unseen };
  const asked = await run(`${VERIFY} --format json`, { tenant: tenantWith(answer), folder: folderOf() });
  expect(JSON.parse(asked.stdout)).toEqual([
    { what: "not-shown", key: null, name: "グループ名", values: [], touched: true, records: 2, task: null },
  ]);
  const done = await run(`${VERIFY} --accept-unseen --format json`, {
    tenant: tenantWith({ ...accepted, unseen }),
    folder: folderOf(),
  });
  expect(JSON.parse(done.stdout)).toMatchObject({ committed: true, unseen });
});

test("--accept-unseen is passed on, and what is not verified is named all the same", async () => {
  const done: Verification = { ...accepted, import: { ...accepted.import, state: "accepted" }, unseen };
  const ended = await run(`${VERIFY} --accept-unseen`, { tenant: tenantWith(done), folder: folderOf() });
  expect(ended.exit).toBe(0);
  expect(ended.requests.at(-1)?.query).toEqual({ acceptUnseen: "true" });
  expect(ended.stderr).toContain("not verified: the export does not show it");
});

describe("a file that equals the upload", () => {
  const same: Verification = { ...accepted, accepted: false, reason: "same-as-upload", import: WAITING };

  test("is asked about, and sent again as the export", async () => {
    const terminal = { typing: [["Is it really the console's export", "y\r"]] } as const;
    const ended = await run(VERIFY, { tenant: tenantWith(inTurn(same, accepted)), folder: folderOf(), terminal });
    expect(ended.exit).toBe(0);
    expect(ended.requests.slice(1)).toMatchObject([
      { file: EXPORT },
      { file: EXPORT, query: { sameAsUpload: "true" } },
    ]);
  });

  test("is refused where no is answered, and nothing is compared", async () => {
    const terminal = { columns: 300, typing: [["本当に", "n\r"]] } as const;
    const ended = await run(`${VERIFY} --lang ja`, { tenant: tenantWith(same), folder: folderOf(), terminal });
    expect(ended).toMatchObject({ exit: 3, stdout: "" });
    expect(ended.stderr).toContain("アップロードしたファイルそのものでは照合できません。何も変更していません。");
    expect(ended.stderr).toContain("clomoctl imports verify P12 --against EXPORT.csv");
    expect(ended.requests).toHaveLength(2);
  });

  test("wants --same-as-upload where nobody can answer", async () => {
    const refused = await run(VERIFY, { tenant: tenantWith(same), folder: folderOf() });
    expect(refused.exit).toBe(2);
    expect(refused.stderr).toContain("--same-as-upload");
    const given = await run(`${VERIFY} --same-as-upload`, { tenant: tenantWith(accepted), folder: folderOf() });
    expect(given.requests.at(-1)?.query).toEqual({ sameAsUpload: "true" });
  });
});

test("the context's map says what the console's headers mean", async () => {
  const home = folderOf();
  writeFileSync(join(home, "map.yaml"), "columns:\n  名前: 氏名\n");
  await run("context add mapped --embedded --map users=map.yaml", { home });
  const { exit, requests } = await run(`${VERIFY} --context mapped`, { tenant: tenantWith(accepted), home });
  expect(exit).toBe(0);
  expect(JSON.parse(requests.at(-1)?.query?.["map"] ?? "")).toMatchObject({
    columns: [{ header: "名前", to: "name" }],
  });
});

test.each([
  ["", "shift_jis", "shift_jis"],
  [" --encoding shift_jis", "shift_jis", "shift_jis"],
  [" --encoding auto", "utf-8", undefined],
  [" --encoding utf-8", "utf-8", undefined],
  [" --encoding utf-16be", "utf-16be", "utf-16be"],
] as const)("sends bytes as they are, and says what they are in:%s %s", async (option, encoding, charset) => {
  const folder = folderOf(encodeText(EXPORT, encoding));
  const { requests } = await run(VERIFY + option, { tenant: tenantWith(accepted), folder });
  expect(requests.at(-1)).toMatchObject({ file: EXPORT });
  expect(requests.at(-1)?.charset).toBe(charset);
});

test.each([
  [
    "key,what",
    differing,
    "key\twhat\nhanako@example.co.jp\tmissing\njiro@example.co.jp\tonly-in-console\ntaro@example.co.jp\tdiffers\n",
  ],
  ["importId,committed", accepted, `importId\tcommitted\n${ID}\ttrue\n`],
])("--fields may name those of either answer: %s", async (fields, answer, stdout) => {
  const ended = await run(`${VERIFY} --fields ${fields}`, { tenant: tenantWith(answer), folder: folderOf() });
  expect(ended.stdout).toBe(stdout);
});

test("reads the export from stdin", async () => {
  const line = "imports verify 019a --against -";
  const { exit, requests } = await run(line, { tenant: tenantWith(accepted), stdin: EXPORT });
  expect(exit).toBe(0);
  expect(requests.at(-1)).toMatchObject({ file: EXPORT });
});

test("shows progress, from checking to comparing", async () => {
  const { stderr } = await run(`${VERIFY} --progress json`, { tenant: tenantWith(accepted), folder: folderOf() });
  const size = Buffer.byteLength(EXPORT);
  expect(stderr.split("\n").slice(0, 3)).toEqual([
    `{"step":"check","done":0,"total":${size},"unit":"bytes"}`,
    `{"step":"check","done":${size},"total":${size},"unit":"bytes"}`,
    '{"step":"compare","done":0,"total":null,"unit":"rows"}',
  ]);
});

test("says why the tenant refused, in both languages", async () => {
  const refused = new Failure("conflict", { what: { en: "it is committed", ja: "確定済みです" } });
  const { en, ja } = await inBoth(VERIFY, { tenant: tenantWith(refused), folder: folderOf() });
  expect(en).toMatchObject({ exit: 5, stdout: "", stderr: "error: it is committed\n" });
  expect(ja).toMatchObject({ exit: 5, stdout: "", stderr: "エラー: 確定済みです\n" });
});

test.each([
  ["imports verify f --against export.csv", 6],
  ["imports verify 019a --against nowhere.csv", 6],
  ["imports verify 019a --against .", 2],
])("%s ends with %i before anything is sent", async (line, exit) => {
  const { imports } = tenantWith(accepted);
  const ended = await run(line, { tenant: { imports }, folder: folderOf() });
  expect(ended).toMatchObject({ exit, stdout: "", requests: [{ operation: "imports" }] });
});

test("an export that could be half-width kana as well is not sent", async () => {
  const folder = folderOf("name\r\nMuñoz\r\n");
  const { exit, stderr } = await run(VERIFY, { tenant: { imports: { items: [WAITING] } }, folder });
  expect(exit).toBe(3);
  expect(stderr).toContain("pass --encoding utf-8 or --encoding shift_jis");
});

test("a verification that was given up has changed nothing", async () => {
  const interrupted = new Failure("interrupted", { what: { en: "stopped", ja: "停止" } });
  const { en, ja } = await inBoth(VERIFY, { tenant: tenantWith(interrupted), folder: folderOf() });
  const told = "error: interrupted: nothing was changed; the plan is still waiting for verification\n";
  expect(en).toMatchObject({ exit: 130, stdout: "", stderr: told });
  expect(ja.stderr).toBe("エラー: 中断しました: 何も変更していません。計画は照合待ちのままです\n");
});

test("a signal while a remote tenant compares: what it has done is not known", async () => {
  const signals = new EventEmitter();
  const answer = (): unknown => {
    signals.emit("SIGTERM");
    return accepted;
  };
  const home = folderOf();
  await run("context add far --url https://tenant.invalid", { home });
  const { en, ja } = await inBoth(`${VERIFY} --context far`, { tenant: tenantWith(answer), home, signals });
  expect(en).toMatchObject({ exit: 143, stdout: "" });
  expect(en.stderr).toBe(
    `error: interrupted: the verification was in progress; the plan is either committed or still waiting, check: clomoctl imports show P12\n`,
  );
  expect(ja.stderr).toContain("照合の途中でした。計画はすべて確定したか、照合待ちのままです。");
});

test("a signal while the export is read has changed nothing", async () => {
  const signals = new EventEmitter();
  const imports = (): unknown => {
    signals.emit("SIGINT");
    return { items: [WAITING] };
  };
  const { exit, stderr } = await run(VERIFY, { tenant: { imports }, folder: folderOf(), signals });
  expect({ exit, stderr }).toEqual({
    exit: 130,
    stderr: "error: interrupted: nothing was changed; the plan is still waiting for verification\n",
  });
});

testWrongLines(
  ["imports verify 1", "--against EXPORT.csv"],
  ["imports verify --against export.csv", "the argument NUMBER|last|ID is missing"],
  [`${VERIFY} --encoding euc-jp`, "--encoding must be one of auto, shift_jis, utf-8, utf-16le, utf-16be"],
  ["imports verify 1 2 --against export.csv", "unexpected argument 2"],
);
