import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import type { Verification } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { inBoth, run } from "../testing/program.ts";
import { testUnshowable, testWrongLines } from "../testing/refusals.ts";
import type { Answer } from "../testing/tenant.ts";
import { committed, encodeText, folderWith, ID, planOf, rowOf } from "./testing/plans.ts";

const EXPORT = "氏名,メールアドレス\r\n髙橋 花子,hanako@example.co.jp\r\n";
const WAITING = planOf({ state: "awaiting-console" });
const accepted: Verification = { accepted: true, import: committed(WAITING), differences: 0, first: [] };
const differing: Verification = {
  accepted: false,
  import: WAITING,
  differences: 12,
  first: [rowOf({ action: "delete", changed: [] }), rowOf({ row: 3, key: "jiro@example.co.jp" })],
};
const tenantWith = (verifyImport: Answer) => ({ imports: { items: [WAITING] }, verifyImport });
const VERIFY = "imports verify 019a --against export.csv";
const folderOf = (content: string | Uint8Array = EXPORT): string => folderWith({ "export.csv": content });

test("sends the export, and shows the plan as committed where they agree", async () => {
  const { en, ja } = await inBoth(`${VERIFY} --format json`, { tenant: tenantWith(accepted), folder: folderOf() });
  expect(en.exit).toBe(0);
  expect(en.stderr).toMatch(/^import 12: .*\nundo: clomoctl imports revert 12\n$/);
  expect(JSON.parse(en.stdout)).toMatchObject({ importId: ID, dryRun: false, committed: true });
  expect(en.requests).toEqual([
    { operation: "imports" },
    { operation: "verifyImport", params: { id: ID }, file: EXPORT },
  ]);
  expect(ja.stdout).toBe(en.stdout);
});

test("lists what differs, and says that the plan keeps waiting", async () => {
  const { en, ja } = await inBoth(VERIFY, { tenant: tenantWith(differing), folder: folderOf() });
  expect(en.exit).toBe(9);
  expect(en.stdout).toBe(
    "row\tkey\taction\tchanged\tsetsSecret\n2\thanako@example.co.jp\tdelete\t[]\tfalse\n3\tjiro@example.co.jp\tcreate\t[]\tfalse\n",
  );
  expect(en.stderr).toBe(
    "records that differ from the plan: 12; nothing was changed, and the plan is still waiting for verification\n",
  );
  expect(ja).toMatchObject({ exit: 9, stdout: en.stdout });
  expect(ja.stderr).toContain("計画と異なるものが 12 件あります");
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
  ["key,action", differing, "key\taction\nhanako@example.co.jp\tdelete\njiro@example.co.jp\tcreate\n"],
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
    `error: interrupted: the verification was in progress; the plan is either committed or still waiting, check: clomoctl imports show 12\n`,
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

testUnshowable("imports verify 019a --against export.csv");
