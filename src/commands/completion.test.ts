import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freshFolder, runInBoth, run } from "#support/commands/program.ts";

async function tab(
  words: readonly string[],
  circumstances: Parameters<typeof run>[1] = {},
): Promise<readonly string[]> {
  const { exit, stdout, stderr } = await run(["__complete", String(words.length - 1), ...words], circumstances);
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
  return stdout.split("\n").slice(0, -1);
}

test.each(["bash", "zsh", "powershell"])("the %s script calls the program back", async (shell) => {
  const { en, ja } = await runInBoth(`completion ${shell}`);
  expect(en).toMatchObject({ exit: 0, stderr: "", requests: [] });
  expect(en.stdout).toContain("clomoctl __complete ");
  expect(ja.stdout).toBe(en.stdout);
});

test("requires a shell, and names those that exist", async () => {
  const { exit, stderr } = await run("completion");
  expect([exit, stderr]).toEqual([2, expect.stringContaining("bash|zsh|powershell")]);
});

test("describes nouns, verbs and options in the language of the line, without hidden ones", async () => {
  expect(await tab(["us"])).toEqual(["words", "users\tusers of CLOMO PANEL"]);
  expect(await tab(["--lang", "ja", "us"])).toEqual(["words", "users\tCLOMO PANEL のユーザー"]);
  expect(await tab(["users", "h"])).toEqual(["words", "history\tlist every version of a user"]);
  expect(await tab(["users", "fields", "l"])).toEqual(["words", "list\tlist custom user fields"]);
  expect(await tab(["__"])).toEqual(["words"]);
  expect(await tab(["nonsense", ""])).toEqual(["words"]);
});

test("offers options once, and repeatable options again", async () => {
  const flags = await tab(["users", "import", "a.csv", "--yes", "--"]);
  const names = flags.map((flag) => flag.split("\t")[0]);
  expect(names).toEqual(expect.arrayContaining(["--mode", "--format", "--help"]));
  expect(names).not.toContain("--yes");
  expect(await tab(["secured", "users", "list", "--ap"])).toEqual(["words", "--app\tSECURED APPs app"]);
  expect((await tab(["devices", "tag", "S1", "--add", "a", "--ad"])).length).toBe(2);
  expect(await tab(["--vers"])).toEqual(["words", "--version\tshow the program's version"]);
});

test("offers declared values and existing time zones, and leaves files to the shell", async () => {
  expect(await tab(["users", "list", "--format", "nd"])).toEqual(["words", "ndjson"]);
  expect(await tab(["users", "list", "--format=nd"])).toEqual(["words", "--format=ndjson"]);
  expect(await tab(["users", "list", "--timezone", "Asia/Tok"])).toEqual(["words", "Asia/Tokyo"]);
  expect(await tab(["users", "import", ""])).toEqual(["files"]);
  expect(await tab(["users", "import", "a.csv", "--errors="])).toEqual(["files"]);
  expect(await tab(["users", "import", "a.csv", "-o", ""])).toEqual(["files"]);
  expect(await tab(["users", "list", "--limit", ""])).toEqual(["words"]);
});

test("offers the contexts in the home", async () => {
  const home = freshFolder();
  await run("context add kanto --embedded", { home });
  await run("context add far --url https://clomo.example.jp", { home });
  expect(await tab(["context", "use", ""], { home })).toEqual(["words", "local", "kanto", "far"]);
  expect(await tab(["users", "list", "--context", "ka"], { home })).toEqual(["words", "kanto"]);
});

test("if nothing can be read, prints nothing and creates nothing", async () => {
  const home = join(freshFolder(), "none");
  expect(await tab(["users", "show", ""], { home, folder: freshFolder(), tenant: {} })).toEqual(["words"]);
  expect(() => readdirSync(home)).toThrow("ENOENT");
  expect(await run("__complete")).toMatchObject({ exit: 0, stderr: "" });
});
