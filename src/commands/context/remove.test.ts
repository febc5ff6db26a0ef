import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freshFolder, runInBoth, run, type RunResult, type Typing } from "#support/commands/program.ts";

async function homeWith(tenant: boolean): Promise<string> {
  const home = freshFolder();
  await run("context add kanto --embedded", { home });
  await run("context use kanto", { home });
  if (tenant) mkdirSync(tenantIn(home), { recursive: true });
  return home;
}

const NONE = "no context is in use; to choose a context: clomoctl context use NAME\n";

const tenantIn = (home: string): string => join(home, "tenants", "kanto");

/** The remaining contexts, with a star after the one in use. */
async function left(home: string): Promise<string> {
  const { stdout } = await run("context list --format csv --fields name,used", { home });
  return stdout.replaceAll(",true", "*").replaceAll(",false", "").split("\n").slice(1, -1).join(" ");
}

const answering = (home: string, question: string, keys: string, flags = ""): Promise<RunResult> => {
  const typing: readonly Typing[] = [[question, keys]];
  return run(`${flags}context remove kanto`, { home, terminal: { typing } });
};

test("removes a context without data without a question", async () => {
  const home = await homeWith(false);
  const { exit, stdout, stderr } = await run("context remove KANTO", { home });
  expect({ exit, stdout, stderr }).toEqual({ exit: 0, stdout: "", stderr: `removed the context kanto\n${NONE}` });
  expect(await left(home)).toBe("local");
});

test("does not touch a tenant on a server, and therefore does not ask", async () => {
  const home = freshFolder();
  await run("context add head --url https://mdm.example.jp", { home });
  expect(await run("context remove head", { home })).toMatchObject({ exit: 0, requests: [] });
  expect(await left(home)).toBe("local");
});

const QUESTION = "This deletes the context kanto and all data of its tenant. To confirm, type";

test("removes a tenant's data only if its name is typed", async () => {
  const home = await homeWith(true);
  for (const keys of ["y\r", "kant\r", "\r"]) {
    const no = await answering(home, QUESTION, keys);
    expect(no).toMatchObject({ exit: 3, stderr: expect.stringContaining("the context is kanto, not") });
  }
  expect(await left(home)).toBe("local kanto*");
  expect(existsSync(tenantIn(home))).toBe(true);
  const yes = await answering(home, "コンテキスト kanto とそのテナントの全データ", "kanto\r", "--lang ja ");
  expect(yes.exit).toBe(0);
  expect(yes.stderr).toContain("コンテキスト kanto を削除しました\n使用中のコンテキストはありません。");
  expect(await left(home)).toBe("local");
  expect(existsSync(tenantIn(home))).toBe(false);
});

test("--confirm-context answers the question, --yes does not, and another name is refused", async () => {
  const home = await homeWith(true);
  expect(await run("context remove kanto --yes", { home })).toMatchObject({ exit: 2 });
  expect(await run("context remove kanto --yes --confirm-context kansai", { home })).toMatchObject({ exit: 3 });
  expect(existsSync(tenantIn(home))).toBe(true);
  expect(await run("context remove kanto --confirm-context kanto --lang ja", { home })).toMatchObject({
    exit: 0,
    stderr:
      "コンテキスト kanto を削除しました\n使用中のコンテキストはありません。選ぶには: clomoctl context use NAME\n",
  });
  expect(existsSync(tenantIn(home))).toBe(false);
});

test.each([
  ["no terminal", {}, ""],
  ["--no-input", { terminal: { columns: 200 } }, " --no-input"],
])("is refused if it cannot ask: %s", async (_, circumstances, flag) => {
  const home = await homeWith(true);
  const { en } = await runInBoth(`context remove kanto${flag}`, { home, ...circumstances });
  expect(en.exit).toBe(2);
  expect(en.stderr).toMatch(/cannot ask, because the session is not interactive\s+pass --confirm-context kanto/);
  expect(await left(home)).toBe("local kanto*");
});

test.each([["context remove kinki --yes", 6, "kinki"]])("%s exits with %i", async (line, exit, told) => {
  const home = await homeWith(true);
  const refused = await run(line, { home });
  expect(refused).toMatchObject({ exit, stdout: "", stderr: expect.stringContaining(told) });
  expect(await left(home)).toBe("local kanto*");
});
