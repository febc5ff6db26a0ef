import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freshFolder, inBoth, run } from "#support/commands/program.ts";

const HEADER = "組織名,組織コード,上位組織コード,上位組織パス\r\n";

test("the header row, in the encoding of the account's language; the tenant is not asked", async () => {
  const { en, ja } = await inBoth("orgs template");
  expect(en).toMatchObject({ exit: 0, requests: [] });
  expect(new TextDecoder("shift_jis", { fatal: true }).decode(en.bytes)).toBe(HEADER);
  expect(en.stderr).toContain("Japanese");
  expect(ja.bytes).toEqual(en.bytes);
  expect(ja.stderr).toContain("日本語");
});

test("the context decides language and map", async () => {
  const home = freshFolder();
  const folder = freshFolder();
  writeFileSync(join(folder, "map.yaml"), "columns:\n  Name: 組織名\n");
  await run("context add osaka --embedded --language en --map orgs=map.yaml", { home, folder });
  const { stdout, stderr } = await run("orgs template --context osaka", { home });
  expect(stdout).toBe("Name,組織コード,上位組織コード,上位組織パス\r\n");
  expect(stderr).toContain("English");
  const environment = { CLOMOCTL_CONTEXT: "osaka" };
  expect((await run("orgs template --newline lf -o -", { home, environment })).stdout).toMatch(/^Name,[^\r]+\n$/);
});

test("goes to a file, as it is asked for", async () => {
  const folder = freshFolder();
  const line = "orgs template -o new.csv --encoding utf-8 --bom --newline cr";
  expect(await run(line, { folder })).toMatchObject({
    exit: 0,
    stdout: "",
    stderr: expect.stringContaining("not confirmed"),
  });
  expect(readFileSync(join(folder, "new.csv"), "utf8")).toBe(`\ufeff${HEADER.replace("\r\n", "\r")}`);
});

test.each([
  ["orgs template --context kinki", 6, "kinki"],
  ["orgs template --map nowhere.yaml", 6, "nowhere.yaml"],
  ["orgs template --bom", 2, "--bom"],
  ["orgs template -o nowhere/new.csv --encoding utf-8", 2, "nowhere"],
  ["orgs template new.csv", 2, "new.csv"],
])("%s ends with %i", async (line, exit, told) => {
  const { en, ja } = await inBoth(line);
  expect(en).toMatchObject({ exit, stdout: "" });
  expect(en.stderr).toContain(told);
  expect(ja).toMatchObject({ exit, stdout: "" });
  expect(ja.stderr).toContain(told);
});
