import { expect, test } from "vitest";
import { roleFacts } from "../../lib/model/role-facts.ts";
import { ROLES, type Role } from "../../lib/model/role.ts";
import { inBoth, run } from "#support/commands/program.ts";

const words = (stdout: string): string => stdout.replaceAll(/\s+/g, " ");
const letters = (stdout: string): string => stdout.replaceAll(/\s+/g, "");

test.each(Object.keys(ROLES) as readonly Role[])("%s: every sentence of the manual, every note", async (role) => {
  const { en, ja } = await inBoth(`roles show ${role}`, { terminal: {} });
  expect(en).toMatchObject({ exit: 0, stderr: "", requests: [] });
  const { sentences, notes } = roleFacts(role);
  expect(sentences.length).toBeGreaterThan(0);
  for (const { seed, sentence } of sentences)
    for (const { stdout } of [en, ja]) expect(letters(stdout)).toContain(letters(`${seed}「${sentence}」`));
  for (const note of notes) {
    expect(words(en.stdout)).toContain(words(note.en).slice(0, 40));
    expect(letters(ja.stdout)).toContain(letters(note.ja));
  }
  expect(Math.max(...ja.stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
});

test("facts 8: of a division administrator, where the manual contradicts itself", async () => {
  const { en, ja } = await inBoth("roles show division", { terminal: {} });
  expect(words(en.stdout)).toContain("The manual contradicts itself");
  expect(words(en.stdout)).toContain("the page of accounts (000) leaves that out");
  expect(words(en.stdout)).toContain("three in the text of another page, four in 000");
  expect(letters(ja.stdout)).toContain("マニュアルの記載が一致していません");
});

test("facts 2.1: of a custom administrator, schemes and what they need for creating users", async () => {
  const { en, ja } = await inBoth("roles show カスタム管理者", { terminal: {} });
  expect(letters(en.stdout)).toContain("「ユーザーの作成と変更」「ユーザーの組織移動」");
  expect(letters(en.stdout)).toContain("where管理対象組織isnot全てalso「組織の作成と変更」");
  expect(letters(ja.stdout)).toContain("「全て」でない場合は「組織の作成と変更」も必要");
  expect(words(en.stdout)).toContain("clomoctl roles schemes list");
});

test("what it may and may not; what the manual says is marked, the rest is ours", async () => {
  const { stdout } = await run("roles show operator", { terminal: {} });
  const [may, mayNot] = ["what it may (", "what it may not:"].map((at) => stdout.indexOf(at));
  expect(may).toBeLessThan(mayNot ?? 0);
  expect(stdout.indexOf("write memos and tags of devices (inside)\n")).toBeLessThan(mayNot ?? 0);
  expect(stdout.indexOf("name accounts, and make operators *\n")).toBeGreaterThan(mayNot ?? 0);
  expect(stdout).toContain("\n\nThe maker's own matrix of rights");
  expect(words(stdout)).toContain("is not known here");
});

test("programs get all of it", async () => {
  const { stdout } = await run("roles show operator --format json");
  expect(JSON.parse(stdout)).toMatchObject({
    role: "operator",
    makersMatrix: "unknown",
    sentences: expect.arrayContaining([
      expect.objectContaining({ seed: "000", operations: ["accounts.write", "accounts.roles"] }),
    ]),
    operations: expect.arrayContaining([
      expect.objectContaining({ operation: "devices.note", reach: "inside", source: "ours" }),
      expect.objectContaining({
        operation: "accounts.write",
        reach: "no",
        source: "manual 000: プロファイルのインストール、管理者の追加はおこなえません。",
      }),
    ]),
  });
});
