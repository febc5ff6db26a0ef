import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freshHome, run } from "#support/cli/home.ts";

/** A home with a user in each of two organisations; one of them administers her own. */
async function desk() {
  const home = freshHome();
  const stdin = [
    "氏名,メールアドレス,CLOMOアカウント名,組織コード",
    "山田 花子,hanako@example.jp,hanako,S1",
    "鈴木 一郎,ichiro@example.jp,ichiro,S2",
    "",
  ].join("\r\n");
  await writeFile(join(home, "password"), "Invented1\n", { mode: 0o600 });
  const ask = async (line: string, more: { readonly stdin?: string } = {}) => {
    const ended = await run(line.split(" "), { home, ...more });
    expect(ended.code, ended.stderr).toBe(0);
    return ended.text;
  };
  await ask("users import - --create-orgs --yes", { stdin });
  await ask("clomo-account edit hanako --role division --managed-orgs S1 --password-file password");
  return { home, ask };
}

test.each([
  ["users", "create", "--name", "x", "--email", "x@example.jp"],
  ["users", "import", "people.csv", "--dry-run"],
  ["clomo-account", "settings", "set", "--authentication", "x"],
  ["users", "list"],
])("fails with --as and creates no tenant if the tenant does not exist: %s %s", async (...line) => {
  const home = freshHome();
  await writeFile(join(home, "people.csv"), "氏名,メールアドレス\r\n山田,taro@example.jp\r\n");
  const ended = await run([...line, "--as", "hanako"], { home });
  expect(ended).toMatchObject({ code: 6, stderr: expect.stringContaining('no CLOMO account is named "hanako"') });
  expect(await readdir(home)).toEqual(["people.csv"]);
});

test.each([["x".repeat(100_000)], ["ｘ".repeat(300)], ["\u001b[31m\u202ex"]])(
  "an unknown account is reported, whatever its name is",
  async (name) => {
    const { home } = await desk();
    const ended = await run(["whoami", "--as", name], { home });
    expect(ended).toMatchObject({ code: 6, text: "" });
    expect(ended.stderr).toMatch(
      /^error: no CLOMO account .{1,200}\n {2}to list the accounts \(without --as\): clomoctl clomo-account list\n$/,
    );
    expect(ended.stderr).not.toMatch(/[\u001b\u202e]/);
  },
);
