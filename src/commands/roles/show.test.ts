import { toPlainCommands } from "../../lib/terminal/commands.ts";
import { expect, test } from "vitest";
import { buildRoleFacts } from "../../lib/model/role-facts.ts";
import { ROLES, type Role } from "../../lib/model/role.ts";
import { runInBoth, run } from "#support/commands/program.ts";

const words = (stdout: string): string => stdout.replaceAll(/\s+/g, " ");
const letters = (stdout: string): string => stdout.replaceAll(/\s+/g, "");

test.each(Object.keys(ROLES) as readonly Role[])(
  "%s: shows every sentence of the manual and every note",
  async (role) => {
    const { en, ja } = await runInBoth(`roles show ${role}`, { terminal: {} });
    expect(en).toMatchObject({ exit: 0, stderr: "", requests: [] });
    const { sentences, notes } = buildRoleFacts(role);
    expect(sentences.length).toBeGreaterThan(0);
    for (const { page, sentence } of sentences)
      for (const { stdout } of [en, ja]) expect(letters(stdout)).toContain(letters(`${page}「${sentence}」`));
    for (const note of notes) {
      expect(words(en.stdout)).toContain(words(note.en).slice(0, 40));
      expect(letters(ja.stdout)).toContain(letters(toPlainCommands(note.ja, {})));
    }
    expect(Math.max(...ja.stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  },
);

test("facts 8: shows where the manual contradicts itself about division administrators", async () => {
  const { en, ja } = await runInBoth("roles show division", { terminal: {} });
  expect(words(en.stdout)).toContain("The manual contradicts itself");
  expect(words(en.stdout)).toContain("The page on accounts does not say this");
  expect(words(en.stdout)).toContain(
    "The manual also contradicts itself about the number of administrator types: another page mentions three, and the page on accounts lists four.",
  );
  expect(letters(ja.stdout)).toContain("マニュアルの記載が一致していません");
});

test("facts 2.1: shows a custom administrator's schemes, and what they need for creating users", async () => {
  const { en, ja } = await runInBoth("roles show カスタム管理者", { terminal: {} });
  expect(letters(en.stdout)).toContain("「ユーザーの作成と変更」「ユーザーの組織移動」");
  expect(letters(en.stdout)).toContain("if管理対象組織isnot全て,italsoneeds「組織の作成と変更」");
  expect(letters(ja.stdout)).toContain("「全て」でない場合は「組織の作成と変更」も必要");
  expect(words(en.stdout)).toContain("clomoctl roles schemes list");
});

test("shows what the role may and may not do, and marks what the manual states", async () => {
  const { stdout } = await run("roles show operator", { terminal: {} });
  const [may, mayNot] = ["what the role may do (", "what the role may not do:"].map((at) => stdout.indexOf(at));
  expect(may).toBeGreaterThan(0);
  expect(may).toBeLessThan(mayNot ?? 0);
  expect(stdout.indexOf("change memos and tags of devices (inside)\n")).toBeLessThan(mayNot ?? 0);
  expect(stdout.indexOf("create accounts and appoint operators *\n")).toBeGreaterThan(mayNot ?? 0);
  expect(stdout).toContain("\n\nclomoctl does not know CLOMO's own matrix of rights");
});

test("JSON contains all of it", async () => {
  const { stdout } = await run("roles show operator --format json");
  expect(JSON.parse(stdout)).toMatchObject({
    role: "operator",
    makersMatrix: "unknown",
    sentences: expect.arrayContaining([
      expect.objectContaining({
        page: "CLOMO アカウントの作成・編集",
        operations: ["accounts.write", "accounts.roles"],
      }),
    ]),
    operations: expect.arrayContaining([
      expect.objectContaining({ operation: "devices.note", reach: "inside", source: "ours" }),
      expect.objectContaining({
        operation: "accounts.write",
        reach: "no",
        source: "manual: CLOMO アカウントの作成・編集「プロファイルのインストール、管理者の追加はおこなえません。」",
      }),
    ]),
  });
});
