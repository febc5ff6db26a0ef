import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freshFolder, inBoth, run, type Ran, type Typing } from "../testing/program.ts";

/** A home with a context in use whose tenant exists, or not yet. */
async function homeWith(tenant: boolean): Promise<string> {
  const home = freshFolder();
  await run("context add kanto --embedded", { home });
  await run("context use kanto", { home });
  if (tenant) mkdirSync(tenantIn(home), { recursive: true });
  return home;
}

const tenantIn = (home: string): string => join(home, "tenants", "kanto");

/** The remaining contexts, with a star after the one in use. */
async function left(home: string): Promise<string> {
  const { stdout } = await run("context list --format csv --fields name,used", { home });
  return stdout.replaceAll(",true", "*").replaceAll(",false", "").split("\n").slice(1, -1).join(" ");
}

const answering = (home: string, question: string, keys: string, flags = ""): Promise<Ran> => {
  const typing: readonly Typing[] = [[question, keys]];
  return run(`${flags}context remove kanto`, { home, terminal: { typing } });
};

test("a context without data goes without a question", async () => {
  const home = await homeWith(false);
  const { exit, stdout, stderr } = await run("context remove KANTO", { home });
  expect({ exit, stdout, stderr }).toEqual({ exit: 0, stdout: "", stderr: "kanto was removed\n" });
  expect(await left(home)).toBe("embedded*");
});

test("a served tenant is not touched, so nobody is asked", async () => {
  const home = freshFolder();
  await run("context add head --url https://mdm.example.jp", { home });
  expect(await run("context remove head", { home })).toMatchObject({ exit: 0, requests: [] });
  expect(await left(home)).toBe("embedded*");
});

test("a tenant's data goes only when somebody says so", async () => {
  const home = await homeWith(true);
  const no = await answering(home, "Delete the context kanto and all data of its tenant?", "n\r");
  expect(no.exit).toBe(0);
  expect(no.stderr).toContain("nothing was removed");
  expect(await left(home)).toBe("embedded kanto*");
  expect(existsSync(tenantIn(home))).toBe(true);
  const yes = await answering(home, "コンテキスト kanto とそのテナントの全データ", "y\r", "--lang ja ");
  expect(yes.exit).toBe(0);
  expect(yes.stderr).toContain("kanto を削除しました");
  expect(await left(home)).toBe("embedded*");
  expect(existsSync(tenantIn(home))).toBe(false);
});

test("--yes is the answer", async () => {
  const home = await homeWith(true);
  expect(await run("context remove kanto --yes --lang ja", { home })).toMatchObject({
    exit: 0,
    stderr: "kanto を削除しました\n",
  });
  expect(existsSync(tenantIn(home))).toBe(false);
});

test("Ctrl-C in the question leaves everything as it was", async () => {
  const home = await homeWith(true);
  const { exit, stderr } = await answering(home, "Delete the context kanto", "\u0003");
  expect(exit).toBe(130);
  expect(stderr).toContain("error: interrupted");
  expect(await left(home)).toBe("embedded kanto*");
});

test.each([
  ["no terminal", {}, ""],
  ["--no-input", { terminal: {} }, " --no-input"],
])("where nobody may be asked it is refused: %s", async (_, circumstances, flag) => {
  const home = await homeWith(true);
  const { en, ja } = await inBoth(`context remove kanto${flag}`, { home, ...circumstances });
  expect(en.exit).toBe(2);
  expect(en.stderr).toMatch(/not interactive, cannot ask: Delete the context kanto[^]+--yes/);
  expect(ja.exit).toBe(2);
  expect(ja.stderr).toContain("コンテキスト kanto");
  expect(await left(home)).toBe("embedded kanto*");
});

test.each([
  ["context remove kinki --yes", 6, "kinki"],
  ["context remove embedded --yes", 2, "cannot be removed"],
  ["context remove", 2, "the argument NAME is missing"],
  ["context remove kanto embedded", 2, "unexpected argument embedded"],
])("%s ends with %i", async (line, exit, told) => {
  const home = await homeWith(true);
  const refused = await run(line, { home });
  expect(refused).toMatchObject({ exit, stdout: "" });
  expect(refused.stderr).toContain(told);
  expect(await left(home)).toBe("embedded kanto*");
});
