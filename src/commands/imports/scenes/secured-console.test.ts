import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readCsv, writeCsv, type Cells } from "#support/console/csv.ts";
import { SecuredConsole, type SecuredUser } from "#support/console/secured.ts";
import { parseUploadInstructions } from "#support/console/upload.ts";
import { freshHome, run, type Outcome } from "#support/cli/home.ts";

const HEADER = [
  "表示名",
  "ユーザーID",
  "パスワード",
  "シークレットキー",
  "グループ名",
  "グループ名",
  "ファイル管理者権限",
  "説明",
];
/** Every one of them must stay out of everything but the file for the console. */
const SECRETS = ["Hidden4711taro", "Hidden4712hana", "Hidden4713jiro", "Hidden4714key"] as const;
const [TARO, HANA, JIRO, KEY] = SECRETS;

const START: Cells = [
  HEADER,
  ["髙橋 太郎", "taro", TARO, "", "営業部", "開発部 ①", "TRUE", "㈱見本"],
  ["佐藤 花子", "hana", HANA, KEY, "営業部", "", "FALSE", ""],
];
const CHANGED: Cells = [
  HEADER,
  ["髙橋 太郎", "taro", "", "", "開発部 ①", "", "TRUE", "表ソ能\r\n十"],
  ["鈴木 次郎", "jiro", JIRO, KEY, "", "", "", "新人"],
];

const user = (cells: readonly string[]): SecuredUser => ({
  userId: cells[1] ?? "",
  name: cells[0] ?? "",
  administrator: false,
  items: new Map([
    ["ファイル管理者権限", cells[6] ?? ""],
    ["説明", cells[7] ?? ""],
  ]),
  groups: cells.slice(4, 6).filter((group) => group !== ""),
  secrets: new Map([["パスワード", cells[2] ?? ""]]),
});

/** A home whose tenant has {@link START}, and a folder for files beside it. */
async function mirroredHome() {
  const home = freshHome();
  const folder = freshHome();
  const said: Outcome[] = [];
  const program = async (args: readonly string[], stdin?: Uint8Array): Promise<Outcome> => {
    const outcome = await run(args, { home, cwd: folder, ...(stdin === undefined ? {} : { stdin }) });
    said.push(outcome);
    return outcome;
  };
  const setUp = ["secured", "users", "import", "-", "--app", "docs", "--from-console", "--yes"];
  expect(await program(setUp, writeCsv(START, "cp932"))).toMatchObject({ code: 0 });
  return {
    home,
    folder,
    program,
    /** everything that was said on stdout and stderr */
    said: () => said.map(({ text, stderr }) => text + stderr).join("\n"),
    path: (name: string) => join(folder, name),
    write: (name: string, cells: Cells) => writeFile(join(folder, name), writeCsv(cells, "cp932")),
    plan: (...more: readonly string[]) =>
      program([
        "secured",
        "users",
        "import",
        "in.csv",
        "--app",
        "docs",
        "--emit-csv",
        "out.csv",
        "--format",
        "json",
        ...more,
      ]),
    users: async () => (await program(["secured", "users", "list", "--app", "docs", "--format", "json"])).text,
    imports: async () => {
      const { text } = await program(["imports", "list", "--all", "--format", "json"]);
      return (JSON.parse(text) as readonly { id: string; state: string }[]).slice(0, -1);
    },
  };
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
}

test("a file for 全件更新 goes to the console and back, and its secrets are nowhere else", async () => {
  const there = await mirroredHome();
  await there.program(["secured", "administrators", "add", "--none", "--app", "docs"]);
  const before = await there.users();
  await there.write("in.csv", CHANGED);
  const emitted = await there.plan("--mode", "replace", "--create-groups", "--confirm-deletions", "1");
  expect(emitted, emitted.stderr).toMatchObject({ code: 0 });
  expect(emitted.stderr).toMatch(/warning: .*taro/);
  expect(emitted.stderr).not.toMatch(/warning: .*jiro/);
  expect((await stat(there.path("out.csv"))).mode & 0o777).toBe(0o600);
  const { mode, rows } = parseUploadInstructions(emitted.stderr);
  expect({ mode, rows }).toEqual({ mode: "全件更新", rows: 2 });
  const console = new SecuredConsole("docs", START.slice(1).map(user));
  console.import(await readFile(there.path("out.csv")), "cp932", mode);
  expect(console.users.map(({ userId, secrets }) => [userId, secrets.get("パスワード")])).toEqual([
    ["jiro", JIRO],
    ["taro", undefined],
  ]);
  const number = (
    JSON.parse((await there.program(["console", "list", "--format", "json"])).text) as { number: number }[]
  )[0]?.number;
  const wrong = await there.program(["imports", "verify", String(number), "--against", "out.csv.txt"]);
  expect(wrong.code).toBe(6);
  await there.write("other.csv", [
    ["表示名", "ユーザーID", "謎"],
    ["髙橋 太郎", "taro", ""],
  ]);
  const refused = await there.program(["imports", "verify", String(number), "--against", "other.csv"]);
  expect(refused).toMatchObject({ code: 3, stderr: expect.stringContaining("謎") });
  await writeFile(there.path("export.csv"), console.export());
  const verified = await there.program([
    "imports",
    "verify",
    String(number),
    "--against",
    "export.csv",
    "--confirm-missing",
  ]);
  expect(verified, verified.stderr).toMatchObject({ code: 0 });
  expect(JSON.parse(await there.users())).toMatchObject([
    { userId: "jiro", name: "鈴木 次郎", groups: [] },
    { userId: "taro", description: "表ソ能\r\n十", groups: ["開発部 ①"] },
  ]);
  const undone = await there.program(["undo", "last", "--confirm-deletions", "1"]);
  expect(undone, undone.stderr).toMatchObject({ code: 0 });
  const open = (list: string) =>
    (JSON.parse(list) as Record<string, unknown>[]).map((one) => ({ ...one, secretsSet: undefined }));
  expect(open(await there.users())).toEqual(open(before));
  await expectNoSecrets(there);
});

async function expectNoSecrets({ home, said }: { readonly home: string; readonly said: () => string }): Promise<void> {
  for (const secret of SECRETS) {
    expect(said()).not.toContain(secret);
    for (const file of await filesBelow(home)) expect((await readFile(file)).includes(secret), file).toBe(false);
  }
}

test("--dry-run writes the file and keeps nothing, and --keep-plan keeps the plan", async () => {
  const there = await mirroredHome();
  await there.write("in.csv", CHANGED);
  const before = await there.users();
  expect(await there.plan("--dry-run")).toMatchObject({ code: 0 });
  const first = await readFile(there.path("out.csv"));
  expect(readCsv(first, "cp932")).toHaveLength(3);
  expect((await there.imports()).map(({ state }) => state)).toEqual(["discarded"]);
  expect(await there.plan("--dry-run", "--keep-plan", "--overwrite")).toMatchObject({ code: 0 });
  expect(await readFile(there.path("out.csv"))).toEqual(first);
  expect((await there.imports()).map(({ state }) => state)).toEqual(["planned", "discarded"]);
  expect(await there.users()).toBe(before);
  await expectNoSecrets(there);
});

describe("nothing is written", () => {
  test("for 全件更新 without the invalid rows", async () => {
    const there = await mirroredHome();
    await there.write("in.csv", CHANGED);
    const refused = await there.plan("--mode", "replace", "--skip-invalid", "--confirm-deletions", "1");
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("--skip-invalid");
    expect(await readdir(there.folder)).toEqual(["in.csv"]);
    expect(await there.imports()).toEqual([]);
  });

  test("if the console's encoding lacks a character, and the old file stays", async () => {
    const there = await mirroredHome();
    await writeFile(there.path("out.csv"), "former");
    const cells = [HEADER, ["吉田", "yosi", JIRO, "", "", "", "", ""], ["𠮷田", "tuti", HANA, "", "", "", "", "é"]];
    await writeFile(there.path("in.csv"), writeCsv(cells, "utf-8"));
    const refused = await there.plan("--yes", "--overwrite");
    expect(refused.code).toBe(3);
    expect(refused.stderr).toMatch(/^in\.csv:3:表示名: U\+20BB7/m);
    expect(refused.stderr).toMatch(/^in\.csv:3:説明: U\+00E9/m);
    expect(await readFile(there.path("out.csv"), "utf8")).toBe("former");
    expect((await readdir(there.folder)).toSorted()).toEqual(["in.csv", "out.csv"]);
    expect((await there.imports()).map(({ state }) => state)).toEqual(["discarded"]);
    await expectNoSecrets(there);
  });

  test("if the input changed after its plan was made", async () => {
    const there = await mirroredHome();
    await there.write("in.csv", CHANGED);
    const args = ["secured", "users", "import", "in.csv", "--app", "docs", "--emit-csv", "out.csv"];
    const change = (): string => {
      const changed = CHANGED.map((record) => record.map((cell) => cell.replace("新人", "別人")));
      writeFileSync(there.path("in.csv"), writeCsv(changed, "cp932"));
      return "y\r";
    };
    const { code, screen } = await run(args, {
      home: there.home,
      cwd: there.folder,
      typing: [["and write ", change]],
    });
    expect(code).toBe(3);
    expect(screen).toContain("the file changed after its plan was made");
    expect(await readdir(there.folder)).toEqual(["in.csv"]);
    expect((await there.imports()).map(({ state }) => state)).toEqual(["discarded"]);
    await expectNoSecrets(there);
  });
});
