import { execFile } from "node:child_process";
import { chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeEach, expect, test } from "vitest";
import { Contexts } from "./index.ts";
import { locateHome, type Home } from "./home.ts";
import { LOCAL_CONTEXT_NAME } from "./settings-file.ts";
import { freshFolder } from "#support/folder.ts";

let root: string;
let home: Home;
let contexts: Contexts;

beforeEach(async () => {
  root = freshFolder();
  const environment = { CLOMOCTL_HOME: join(root, "home") };
  home = locateHome({ environment, userFolder: root, workingFolder: root });
  contexts = new Contexts(home, async () => {});
});

const names = async () => (await contexts.list()).map(({ name }) => name);

async function makeTenant(name: string): Promise<void> {
  await mkdir(join(home.tenants, name, "imports"), { recursive: true });
  for (const file of ["tenant.db", "tenant.db-wal", "imports/x.db"]) {
    await writeFile(join(home.tenants, name, file), "rows");
  }
}

test("local is there without set-up, and looking makes no folder", async () => {
  expect(await contexts.list()).toEqual([
    {
      name: "local",
      kind: "embedded",
      tenantFolder: join(home.tenants, "local"),
      timezone: "Asia/Tokyo",
      language: "ja",
    },
  ]);
  expect(await readdir(root)).toEqual([]);
});

test("an added context is listed in order, with its values", async () => {
  await contexts.add("客先.A", {
    kind: "embedded",
    timezone: "europe/berlin",
    language: "en",
  });
  await contexts.add("remote", { kind: "remote", url: "https://mdm.example.jp/api" });
  expect(await names()).toEqual([LOCAL_CONTEXT_NAME, "客先.A", "remote"]);
  expect(await new Contexts(home).find("客先.a")).toEqual({
    name: "客先.A",
    kind: "embedded",
    tenantFolder: join(home.tenants, "客先.A"),
    timezone: "Europe/Berlin",
    language: "en",
  });
  expect(await contexts.find("remote")).toEqual({
    name: "remote",
    kind: "remote",
    url: "https://mdm.example.jp/api",
    timezone: "Asia/Tokyo",
  });
  const { mode } = await stat(join(home.folder, "contexts.json"));
  expect(mode & 0o777).toBe(process.platform === "win32" ? 0o666 : 0o600);
});

test.each([
  ["../x", { kind: "embedded" }, "usage"],
  ["CON", { kind: "embedded" }, "usage"],
  ["Local", { kind: "embedded" }, "input-rejected"],
  ["a", { kind: "embedded", timezone: "Asia/Tokio" }, "usage"],
  ["a", { kind: "remote", url: "mdm.example.jp" }, "usage"],
  ["a", { kind: "remote", url: "file:///etc/passwd" }, "usage"],
  ["a", { kind: "remote", url: "https://ann:pw@mdm.example.jp" }, "usage"],
  ["a", { kind: "remote", url: "https://ann@mdm.example.jp" }, "usage"],
  ["a", { kind: "remote", url: "https://:pw@mdm.example.jp" }, "usage"],
] as const)("refuses to add %s as %o", async (name, wished, code) => {
  await expect(contexts.add(name, wished)).rejects.toMatchObject({ code });
  expect(await names()).toEqual([LOCAL_CONTEXT_NAME]);
});

test("refuses an existing name in any letter case, or a name whose tenant file exists", async () => {
  await contexts.add("Acme", { kind: "embedded" });
  await expect(contexts.add("ACME", { kind: "embedded" })).rejects.toMatchObject({ code: "input-rejected" });
  await makeTenant("old");
  await expect(contexts.add("old", { kind: "embedded" })).rejects.toMatchObject({ code: "input-rejected" });
});

const chosen = async (option?: string, variable?: string) => {
  const { context, source } = await contexts.choose(option, { CLOMOCTL_CONTEXT: variable });
  return [context.name, source];
};
/** What a command works on that names nothing; undefined where it must. */
const inEffect = async () => (await contexts.inEffect(undefined, {}))?.context.name;

test("--context precedes CLOMOCTL_CONTEXT, then the context in use, then the only one", async () => {
  expect(await chosen()).toEqual([LOCAL_CONTEXT_NAME, "default"]);
  for (const name of ["a", "b", "c"]) {
    await contexts.add(name, { kind: "embedded" });
  }
  await expect(chosen()).rejects.toMatchObject({
    code: "usage",
    what: { en: "no context is in use; existing contexts: a, b, c" },
  });
  await contexts.use("c");
  expect(await chosen()).toEqual(["c", "used"]);
  expect(await chosen(undefined, "b")).toEqual(["b", "environment"]);
  expect(await chosen("a", "b")).toEqual(["a", "option"]);
  expect(await chosen(undefined, "")).toEqual(["c", "used"]);
  await expect(chosen("x")).rejects.toMatchObject({
    code: "not-found",
    hint: { en: "existing contexts: local, a, b, c" },
  });
  await contexts.use(LOCAL_CONTEXT_NAME);
  expect(await chosen()).toEqual([LOCAL_CONTEXT_NAME, "used"]);
});

test("the only one is worked on; local counts once it has held data", async () => {
  await contexts.add("a", { kind: "embedded" });
  expect(await contexts.choose(undefined, {})).toMatchObject({
    context: { name: "a" },
    source: "default",
    among: ["a"],
  });
  expect((await contexts.choose(LOCAL_CONTEXT_NAME, {})).among).toEqual([LOCAL_CONTEXT_NAME, "a"]);
  await makeTenant(LOCAL_CONTEXT_NAME);
  expect(await inEffect()).toBe(undefined);
  expect((await contexts.choose("a", {})).among).toEqual([LOCAL_CONTEXT_NAME, "a"]);
});

test("settings of a context may change, local's too; what is not said stays", async () => {
  await contexts.add("Acme", { kind: "embedded", language: "en" });
  await contexts.add("far", { kind: "remote", url: "https://a.jp", protected: true });
  expect(await contexts.set("ACME", { timezone: "UTC", protected: true })).toEqual({
    name: "Acme",
    kind: "embedded",
    tenantFolder: join(home.tenants, "Acme"),
    timezone: "UTC",
    language: "en",
    protected: true,
  });
  expect(await contexts.set("far", { protected: false })).toMatchObject({ timezone: "Asia/Tokyo" });
  await contexts.set(LOCAL_CONTEXT_NAME, { protected: true });
  await contexts.set(LOCAL_CONTEXT_NAME, { timezone: "Asia/Seoul" });
  const settings = (await new Contexts(home).list()).map((context) => [
    context.name,
    context.timezone,
    context.protected ?? false,
  ]);
  expect(settings).toEqual([
    [LOCAL_CONTEXT_NAME, "Asia/Seoul", true],
    ["Acme", "UTC", true],
    ["far", "Asia/Tokyo", false],
  ]);
  await expect(contexts.set("none", {})).rejects.toMatchObject({ code: "not-found" });
  await expect(contexts.set("far", { timezone: "Asia/Tokio" })).rejects.toMatchObject({ code: "usage" });
});

test("deletes a tenant only if allowed, with its staging files and nothing else", async () => {
  const context = await contexts.add("a", { kind: "embedded" });
  await makeTenant("a");
  await makeTenant("ab");
  expect(contexts.hasTenant(context)).toBe(true);
  await expect(contexts.remove("a", { canDeleteTenant: false })).rejects.toMatchObject({ code: "usage" });
  expect(await names()).toEqual([LOCAL_CONTEXT_NAME, "a"]);
  await contexts.remove("a", { canDeleteTenant: true });
  expect(await names()).toEqual([LOCAL_CONTEXT_NAME]);
  expect(await readdir(home.tenants)).toEqual(["ab"]);
});

test("local is removed like any other, with its settings and runs, and begins empty when it is used", async () => {
  await contexts.set(LOCAL_CONTEXT_NAME, { protected: true, notify: false });
  await makeTenant(LOCAL_CONTEXT_NAME);
  const runs = join(home.folder, "runs", "jobs", LOCAL_CONTEXT_NAME);
  await mkdir(runs, { recursive: true });
  await contexts.remove(LOCAL_CONTEXT_NAME, { canDeleteTenant: true });
  const left = await contexts.use(LOCAL_CONTEXT_NAME);
  expect(left).toEqual({ ...(await contexts.find(LOCAL_CONTEXT_NAME)), protected: undefined, notify: undefined });
  expect([contexts.hasTenant(left), await chosen()]).toEqual([false, [LOCAL_CONTEXT_NAME, "used"]]);
  await expect(readdir(runs)).rejects.toThrow("ENOENT");
});

test.skipIf(process.platform === "win32")(
  "for a tenant that is a link out of the home, only the link is deleted",
  async () => {
    await contexts.add("a", { kind: "embedded" });
    await mkdir(home.tenants, { recursive: true });
    await mkdir(join(root, "precious"));
    await writeFile(join(root, "precious", "tenant.db"), "rows");
    await symlink(join(root, "precious"), join(home.tenants, "a"));
    await contexts.remove("a", { canDeleteTenant: true });
    expect(await readFile(join(root, "precious", "tenant.db"), "utf8")).toBe("rows");
    expect(await readdir(home.tenants)).toEqual([]);
  },
);

test.each([
  "{",
  "[]",
  "null",
  '"contexts"',
  "{}",
  '{"contexts":{}}',
  '{"contexts":[null]}',
  '{"contexts":[[]]}',
  '{"contexts":[{"kind":"embedded"}]}',
  '{"contexts":[{"name":"../x","kind":"embedded"}]}',
  '{"contexts":[{"name":"か\u3099","kind":"embedded"}]}',
  '{"contexts":[{"name":"a","kind":"?"}]}',
  '{"contexts":[{"name":"a","kind":"remote"}]}',
  '{"contexts":[{"name":"a","kind":"remote","url":"ftp://a.jp"}]}',
  '{"contexts":[{"name":"a","kind":"embedded","timezone":"Nowhere/Zone"}]}',
])("reports a damaged file %s and does not overwrite it", async (damaged) => {
  await mkdir(home.folder, { recursive: true });
  await writeFile(join(home.folder, "contexts.json"), damaged);
  await expect(contexts.list()).rejects.toMatchObject({ code: "input-rejected" });
  await expect(contexts.add("b", { kind: "embedded" })).rejects.toMatchObject({ code: "input-rejected" });
  expect(await readFile(join(home.folder, "contexts.json"), "utf8")).toBe(damaged);
});

test("the next change removes what a killed process left", async () => {
  await mkdir(home.folder, { recursive: true });
  await writeFile(join(home.folder, "contexts.json.tmp-51593907386f0343"), "{");
  await contexts.add("a", { kind: "embedded" });
  expect(await readdir(home.folder)).toEqual(["contexts.json", "settings.lock"]);
});

test.skipIf(process.platform === "win32")(
  "only the owner can access the lock, even if others could before",
  async () => {
    await contexts.add("a", { kind: "embedded" });
    const lock = join(home.folder, "settings.lock");
    expect((await stat(lock)).mode & 0o777).toBe(0o600);
    await chmod(lock, 0o644);
    await contexts.use("a");
    expect((await stat(lock)).mode & 0o777).toBe(0o600);
  },
);

test("reports a lock that is held too long", async () => {
  await mkdir(home.folder, { recursive: true });
  const holder = new DatabaseSync(join(home.folder, "settings.lock"));
  holder.exec("BEGIN EXCLUSIVE");
  await expect(contexts.add("a", { kind: "embedded" })).rejects.toMatchObject({ code: "locked" });
  holder.close();
  await contexts.add("a", { kind: "embedded" });
});

test("processes that add contexts at the same time lose none", async () => {
  const module = new URL("./index.ts", import.meta.url).href;
  const add = (name: string) =>
    promisify(execFile)(process.execPath, [
      "--input-type=module",
      "-e",
      `import { Contexts } from ${JSON.stringify(module)};
       const contexts = new Contexts(${JSON.stringify(home)});
       for (const part of ["x", "y", "z"]) await contexts.add(${JSON.stringify(name)} + part, { kind: "embedded" });`,
    ]);
  await Promise.all(["a", "b", "c", "d"].map(add));
  expect((await names()).length).toBe(13);
}, 60_000);

test("a home that cannot be written can still be read", async () => {
  await writeFile(join(root, "home"), "no folder");
  expect(await names()).toEqual([LOCAL_CONTEXT_NAME]);
  await expect(contexts.add("b", { kind: "embedded" })).rejects.toMatchObject({ code: "unexpected" });
});
