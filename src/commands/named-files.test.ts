import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freshFolder, runInBoth, run } from "#support/commands/program.ts";

/** A folder with a file, so that no path through the file can be. */
function folder(): string {
  const made = freshFolder();
  writeFileSync(join(made, "there.pem"), "x");
  return made;
}

const READING = [
  "csv check NAME --as users",
  "csv check there.pem --as users --map NAME",
  "users import NAME",
  "users import there.pem --map NAME",
  "renewals add x --file NAME",
  "renewals add x --file there.pem --key NAME",
];

test.each(READING)("%s: no such file, even below another file", async (line) => {
  for (const name of ["absent.pem", "there.pem/absent.pem"]) {
    const { en, ja } = await runInBoth(line.replace("NAME", name), { folder: folder(), tenant: {} });
    expect(en).toMatchObject({ exit: 6, stdout: "", stderr: expect.stringContaining(`no such file\n  `) });
    expect(en.stderr).toContain(name);
    expect(ja).toMatchObject({ exit: 6, stdout: "", stderr: expect.stringContaining("ファイルがありません") });
  }
});

test.each(READING)("%s: a folder is not a file", async (line) => {
  const place = folder();
  expect(await run(line.replace("NAME", "."), { folder: place, tenant: {} })).toMatchObject({ exit: 2, stdout: "" });
});

const WRITING = ["orgs template -o NAME", "context list --format xlsx -o NAME"];

test.each(WRITING)("%s: an output cannot be a file that the home keeps for clomoctl", async (line) => {
  const home = folder();
  writeFileSync(join(home, "there.csv"), "氏名,メールアドレス\n山田 太郎,taro@example.jp\n");
  writeFileSync(join(home, "contexts.json"), `{ "contexts": [] }`);
  for (const name of ["contexts.json", "tenants/local/tenant.db-wal", "runs/local.json"]) {
    const { en, ja } = await runInBoth(line.replace("NAME", name), { folder: home, home });
    expect(en).toMatchObject({ exit: 2, stdout: "", stderr: expect.stringContaining("clomoctl's own files") });
    expect(ja).toMatchObject({ exit: 2, stdout: "", stderr: expect.stringContaining("clomoctl 自身が使うファイル") });
  }
});
