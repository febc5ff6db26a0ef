import { existsSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readRows } from "#support/xlsx/read.ts";
import { createEncoder } from "../../../lib/csv/encoding/encode.ts";
import { csv, freshDesk, HEADER, createDeskWithPeople, parseResult, type Desk } from "#support/cli/import-desk.ts";
import { FIXTURES } from "#support/cli/home.ts";

describe("the console bridge", () => {
  const EXPORT = "氏名,メールアドレス,組織コード,役職,CLOMOアカウント名";
  const SECRET = "Invented-4711";

  async function emitted(): Promise<Desk & { readonly task: number }> {
    const desk = await freshDesk(["氏名,メールアドレス", "長,boss@example.com"]);
    expect((await desk.run("users import people.csv --from-console --yes")).code).toBe(0);
    const lines = [
      `${HEADER},CLOMOアカウント名,CLOMOアカウントパスワード`,
      `山田 太郎,taro@example.com,S01,部長,taro,${SECRET}`,
      "佐藤 花子〜,hanako@example.com,S02,,,",
    ];
    await desk.write("people.csv", csv(lines));
    const outcome = await desk.run("users import people.csv --create-orgs --emit-csv console.csv --yes --format json");
    expect(outcome.code).toBe(0);
    expect(outcome.stderr).toContain("Users/Org");
    expect(outcome.stderr).toContain("追加更新");
    expect(outcome.stderr).not.toContain(SECRET);
    expect(outcome.stderr).toContain("if you do not upload the file: clomoctl console drop ");
    const { change, committed } = JSON.parse(outcome.text) as { readonly change: number; readonly committed: boolean };
    expect(committed).toBe(true);
    return Object.assign(desk, { task: change });
  }

  test("--emit-csv writes Shift_JIS with CRLF, for its owner only, with the secrets of the input", async () => {
    const desk = await emitted();
    const bytes = await readFile(desk.path("console.csv"));
    expect((await stat(desk.path("console.csv"))).mode & 0o777).toBe(0o600);
    const lines = new TextDecoder("shift_jis", { fatal: true }).decode(bytes).split("\r\n");
    expect(lines).toEqual([
      `${HEADER},CLOMOアカウント名,CLOMOアカウントパスワード`,
      `山田 太郎,taro@example.com,S01,部長,taro,${SECRET}`,
      "佐藤 花子～,hanako@example.com,S02,,,",
      "",
    ]);
    expect(await desk.states()).toEqual(["committed", "committed"]);
    expect(await desk.users()).toContain("taro");
  });

  test("a takeover keeps what its export lacks while it is still in use, and says what comes first", async () => {
    const desk = await freshDesk(["組織名,組織コード", "営業部,S01", "総務部,S02"]);
    expect((await desk.run("orgs import people.csv --from-console --yes")).code).toBe(0);
    await desk.write("users.csv", csv([HEADER, "長,boss@example.com,S01,"]));
    expect((await desk.run("users import users.csv --from-console --yes")).code).toBe(0);
    await desk.write("orgs.csv", csv(["組織名,組織コード", "企画部,S03"]));
    const kept = await desk.run("orgs import orgs.csv --from-console --yes");
    expect(kept.code).toBe(8);
    expect(kept.stderr).toContain("records kept although not in the export: 2 (営業部 <S01>, 総務部 <S02>)");
    expect(kept.stderr).toContain("first import the console's other exports: clomoctl users import EXPORT.csv ");
    const [last, ...before] = JSON.parse((await desk.run("imports list --format json")).text) as object[];
    expect([last, before.length]).toEqual([expect.objectContaining({ state: "committed", kind: "orgs" }), 2]);
    const shown = JSON.parse((await desk.run("imports show last --format json")).text) as object;
    expect(shown).toMatchObject({ keptNames: ["営業部 <S01>", "総務部 <S02>"] });
    const codes = async () => (await desk.run("orgs list --format tsv --fields code")).text.split("\n").filter(Boolean);
    expect(await codes()).toEqual(["code", "S01", "S02", "S03"]);
    await desk.write("users.csv", csv([HEADER, "長,boss@example.com,S03,"]));
    expect((await desk.run("users import users.csv --from-console --yes")).code).toBe(0);
    expect((await desk.run("orgs import orgs.csv --from-console --confirm-deletions 2")).code).toBe(0);
    expect(await codes()).toEqual(["code", "S03"]);
  });

  test("a takeover names what it keeps even with --quiet, in its report and in JSON", async () => {
    const desk = await freshDesk([HEADER, "佐藤,ken@example.com,,", "山田,taro@example.com,,"]);
    expect((await desk.run("users import people.csv --from-console --yes")).code).toBe(0);
    await desk.write("devices.csv", csv(["シリアルナンバー,所有者メールアドレス", "SN1,ken@example.com"]));
    expect((await desk.run("devices import devices.csv --from-console --yes")).code).toBe(0);
    await desk.write("later.csv", csv([HEADER, "山田,taro@example.com,,"]));
    const kept = await desk.run(
      "users import later.csv --from-console --yes --quiet --format json --report report.csv",
    );
    expect(kept.code).toBe(8);
    expect(kept.stderr).toContain("佐藤 <ken@example.com> is kept, although this export does not contain it");
    expect(kept.stderr).toContain("clomoctl devices import EXPORT.csv --from-console ; then this export again");
    expect(JSON.parse(kept.text)).toMatchObject({ kept: 1, keptNames: ["佐藤 <ken@example.com>"] });
    expect(await readFile(desk.path("report.csv"), "utf8")).toContain(",佐藤 <ken@example.com>,keep,,");
  });

  test("a takeover never adds a person a second time whose address was changed in the console", async () => {
    const desk = await freshDesk([`${HEADER},社員コード`, "佐藤,ken@example.com,,,7"]);
    expect((await desk.run("users import people.csv --from-console --yes")).code).toBe(0);
    await desk.write("devices.csv", csv(["シリアルナンバー,所有者メールアドレス", "SN1,ken@example.com"]));
    expect((await desk.run("devices import devices.csv --from-console --yes")).code).toBe(0);
    await desk.write("later.csv", csv([`${HEADER},社員コード`, "佐藤,k2@example.com,,,7"]));
    const refused = await desk.run("users import later.csv --from-console --yes");
    expect(refused.code).toBe(3);
    expect((await desk.run("users edit ken@example.com --email k2@example.com")).code).toBe(0);
    expect((await desk.run("users import later.csv --from-console --yes")).code).toBe(0);
  });

  test("imports verify finds what differs and what no export shows", async () => {
    const desk = await emitted();
    const verify = `imports verify ${desk.task} --format json --against`;
    await desk.write("differs.csv", csv([EXPORT, "山田 太郎,taro@example.com,S01,次長,taro"]));
    const differs = await desk.run(`${verify} differs.csv`);
    expect(differs.code).toBe(9);
    expect(JSON.parse(differs.text)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ record: "佐藤 花子〜 <hanako@example.com>", work: "create" }),
        expect.objectContaining({
          record: "山田 太郎 <taro@example.com>",
          field: "title",
          console: "次長",
          local: "部長",
        }),
      ]),
    );
    expect(differs.stderr).toContain(
      "the export does not show: CLOMOアカウントパスワード; check in the console, then: ",
    );
    expect((await desk.run("imports show last --format json")).text).toMatch(/"inConsole": \{\s+"done": 0,/);
    const same = ["山田 太郎,taro@example.com,S01,部長,taro", "佐藤 花子～,hanako@example.com,S02,,"];
    const encoder = createEncoder("shift_jis", { onUnmappable: "error" });
    await desk.write("same.csv", encoder.write(csv([EXPORT, ...same])));
    const shown = await desk.run(`${verify} same.csv`);
    expect(shown.code).toBe(9);
    expect(shown.text).not.toContain("title");
    expect((await desk.run(`${verify} same.csv --confirm-missing`)).text).not.toContain("example.com");
    // the organisations that were made for them are in no export of users
    expect((await desk.run(`console confirm ${desk.task}`)).code).toBe(0);
    expect((await desk.run(`${verify} same.csv`)).code).toBe(0);
    expect(await desk.states()).toEqual(["committed", "committed"]);
  });

  test("the uploaded file itself proves nothing", async () => {
    const desk = await emitted();
    const refused = await desk.run(`imports verify ${desk.task} --against console.csv`);
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining("--same-as-upload") as unknown });
    expect((await desk.run(`imports verify ${desk.task} --against console.csv --same-as-upload`)).code).toBe(3);
  });

  test("with --dry-run, writes the file and discards the plan, and creates no tenant", async () => {
    const line = "users import people.csv --create-orgs --emit-csv console.csv --dry-run";
    for (const [desk, states, isThere] of [
      [await freshDesk(), [], true],
      // without rows to upload there is none
      [await createDeskWithPeople(), ["committed", "discarded"], false],
    ] as const) {
      expect((await desk.run(line)).code).toBe(0);
      expect(existsSync(desk.path("console.csv"))).toBe(isThere);
      expect((await desk.states()).toSorted()).toEqual(states);
    }
  });

  test("a character that Shift_JIS lacks leaves no file", async () => {
    const desk = await freshDesk([HEADER, "𠮷田,yoshida@example.com,,"]);
    const { code, stderr } = await desk.run("users import people.csv --emit-csv console.csv --yes");
    expect(code).toBe(3);
    expect(stderr).toContain("people.csv:2:氏名: U+20BB7");
    await expect(stat(desk.path("console.csv"))).rejects.toThrow("ENOENT");
    expect(await desk.states()).toEqual(["discarded"]);
  });

  test("users that a replacing file lacks are listed for manual deletion if the tenant is a mirror", async () => {
    const desk = await createDeskWithPeople();
    await desk.write("one.csv", csv([HEADER, "山田 太郎,taro@example.com,S01,課長"]));
    const line = "users import one.csv --mode replace --emit-csv console.csv --dry-run --lang ja";
    const refused = await desk.run(line);
    expect(refused.code).toBe(3);
    expect(refused.stderr).toContain("clomoctl users import EXPORT.csv --from-console");
    expect((await desk.run("users import people.csv --from-console --yes")).code).toBe(0);
    const unsaid = await desk.run(line);
    expect(unsaid.code).toBe(3);
    expect(unsaid.stderr).toContain("clomoctl users administrators add");
    expect((await desk.run("users administrators add --none")).code).toBe(0);
    const outcome = await desk.run(line);
    expect(outcome.code, outcome.stderr).toBe(0);
    expect(outcome.stderr).toContain("必ず「追加更新」にして");
    const lines = new TextDecoder("shift_jis").decode(await readFile(desk.path("console.csv"))).split("\r\n");
    expect(lines).toEqual([HEADER, "山田 太郎,taro@example.com,S01,課長", ""]);
    expect(await readRows(await readFile(desk.path("console-delete.xlsx")))).toEqual([
      ["氏名", "メールアドレス", "組織", "役職", "社員コード", "CLOMOアカウント名", "管理者"],
      ["佐藤 花子", "hanako@example.com", "S02", "", "", "", "いいえ"],
    ]);
  });

  test("organisations without a code are named by the path of their parent", async () => {
    const desk = await freshDesk();
    await desk.write(
      "orgs.csv",
      csv(["組織名,組織コード,上位組織パス", "本社,,", "営業/部,,本社", "一課,S1,本社/営業\\/部"]),
    );
    await desk.run("orgs import orgs.csv --emit-csv console.csv --yes");
    const lines = new TextDecoder("shift_jis").decode(await readFile(desk.path("console.csv"))).split("\r\n");
    expect(lines).toEqual([
      "組織名,組織コード,上位組織コード,上位組織パス",
      "本社,,,",
      "営業/部,,,本社",
      "一課,S1,,本社/営業\\/部",
      "",
    ]);
  });

  test("SECURED APPs users are written for the console's own screen", async () => {
    const desk = await freshDesk();
    await desk.write("docs.csv", await readFile(join(FIXTURES, "secured", "docs", "users.utf-8.lf.csv")));
    const outcome = await desk.run("secured users import docs.csv --app docs --create-groups --emit-csv c.csv --yes");
    expect(outcome.stderr).toContain("SECURED APPs MANAGER (Docs), Users › import icon › ユーザーのインポート");
    const text = new TextDecoder("shift_jis").decode(await readFile(desk.path("c.csv")));
    expect(text.split("\r\n")[0]).toMatch(/^表示名,ユーザーID,パスワード,シークレットキー,.*グループ名$/);
    await desk.write("back.csv", await readFile(desk.path("c.csv")));
    const back = await desk.run("secured users import back.csv --app docs --create-groups --yes --format json");
    expect(parseResult(back)).toMatchObject({ rows: 14, create: 0, update: 0, invalid: 0 });
  });

  test("warns about what a file for 全件更新 cannot contain", async () => {
    const desk = await freshDesk();
    await desk.write("docs.csv", await readFile(join(FIXTURES, "secured", "docs", "users.utf-8.lf.csv")));
    const replace =
      "secured users import docs.csv --app docs --create-groups --mode replace --emit-csv c.csv --dry-run";
    expect((await desk.run(replace)).stderr).toContain("import EXPORT.csv --app docs --from-console");
    await desk.write("export.csv", csv(["表示名,ユーザーID,説明", "髙橋,taro99,"]));
    expect((await desk.run("secured users import export.csv --app docs --from-console --yes")).code).toBe(0);
    expect((await desk.run("secured administrators add --none --app docs")).code).toBe(0);
    const short = await desk.run(replace.replace("docs.csv", "export.csv"));
    expect(short.code).toBe(3);
    expect(short.stderr).toContain("no export of the console has shown these columns: グループ名, ファイル管理者権限;");
    const outcome = await desk.run(replace);
    expect(outcome.code, outcome.stderr).toBe(0);
    expect(outcome.stderr).toContain("warning: the manual does not say whether 全件更新 deletes users");
  });

  test("unknown columns are carried along", async () => {
    const desk = await freshDesk(["氏名,メールアドレス,備考", '山田 太郎,taro@example.com,"a,b"']);
    await desk.run("users import people.csv --allow unknown-columns --emit-csv console.csv --dry-run");
    const [header = "", row = ""] = new TextDecoder("shift_jis")
      .decode(await readFile(desk.path("console.csv")))
      .split("\r\n");
    expect(header.endsWith(",備考")).toBe(true);
    expect(row.endsWith(',"a,b"')).toBe(true);
  });

  test("a tenant with an English account gets UTF-8, whatever the language of the run and the file", async () => {
    const desk = await freshDesk();
    await desk.run("context add en --embedded --language en");
    const words = "users import people.csv --create-orgs --emit-csv console.csv --dry-run --context en --lang ja";
    expect((await desk.run(words)).code).toBe(0);
    expect(await readFile(desk.path("console.csv"), "utf8")).toContain("山田 太郎,taro@example.com");
  });

  test("a change in a mirror stays on the console's list until somebody confirms it", async () => {
    const desk = await freshDesk();
    await desk.run("users import people.csv --create-orgs --from-console --yes");
    await desk.write("one.csv", csv([HEADER, "山田 太郎,taro@example.com,S01,課長"]));
    const changed = await desk.run("users import one.csv --yes");
    expect(changed.stderr).toContain(
      "these changes are not made in the console automatically; steps: clomoctl console show 2",
    );
    const listed = await desk.run("console list --format json");
    expect(JSON.parse(listed.text)).toMatchObject([{ number: 2, work: "edit", name: "山田 太郎 <taro@example.com>" }]);
    expect((await desk.run("console show 2 --lang ja")).stderr).toContain("Users/Org");
    expect((await desk.run("console confirm 2")).code).toBe(0);
    expect((await desk.run("console drop 2 --yes")).code).toBe(5);
    expect(JSON.parse((await desk.run("console list --format json")).text)).toEqual([]);
  });
});
