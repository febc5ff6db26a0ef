import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Contexts, EMBEDDED } from "./contexts.ts";
import { locateHome, type Home } from "./home.ts";

let root: string;
let home: Home;
let contexts: Contexts;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "contexts-"));
  const environment = { CLOMOCTL_HOME: join(root, "home") };
  home = locateHome({ platform: process.platform, environment, userFolder: root, workingFolder: root });
  contexts = new Contexts(home, async () => {});
});
afterEach(() => rm(root, { recursive: true, force: true }));

const names = async () => (await contexts.list()).map(({ name }) => name);

/** A tenant's folder in the state in which a process killed during an import leaves it. */
async function makeTenant(name: string): Promise<void> {
  await mkdir(join(home.tenants, name, "imports"), { recursive: true });
  for (const file of ["tenant.db", "tenant.db-wal", "imports/x.db"]) {
    await writeFile(join(home.tenants, name, file), "rows");
  }
}

test("embedded is there without set-up, and looking makes no folder", async () => {
  expect(await contexts.list()).toEqual([
    {
      name: "embedded",
      kind: "embedded",
      tenantFolder: join(home.tenants, "embedded"),
      timezone: "Asia/Tokyo",
      language: "ja",
      maps: new Map(),
    },
  ]);
  expect(await readdir(root)).toEqual([]);
});

test("what is added is found again, in order, with its values", async () => {
  await contexts.add("客先.A", {
    kind: "embedded",
    timezone: "europe/berlin",
    language: "en",
    maps: new Map([["__proto__", "/m.yaml"]]),
  });
  await contexts.add("remote", { kind: "remote", url: "https://mdm.example.jp/api", caFile: "/ca.pem" });
  expect(await names()).toEqual([EMBEDDED, "客先.A", "remote"]);
  expect(await new Contexts(home).find("客先.a")).toEqual({
    name: "客先.A",
    kind: "embedded",
    tenantFolder: join(home.tenants, "客先.A"),
    timezone: "Europe/Berlin",
    language: "en",
    maps: new Map([["__proto__", "/m.yaml"]]),
  });
  expect(await contexts.find("remote")).toEqual({
    name: "remote",
    kind: "remote",
    url: "https://mdm.example.jp/api",
    caFile: "/ca.pem",
    timezone: "Asia/Tokyo",
  });
  const { mode } = await stat(join(home.settings, "contexts.json"));
  expect(mode & 0o777).toBe(process.platform === "win32" ? 0o666 : 0o600);
});

test.each([
  ["../x", { kind: "embedded" }, "usage"],
  ["CON", { kind: "embedded" }, "usage"],
  ["Embedded", { kind: "embedded" }, "input-rejected"],
  ["a", { kind: "embedded", timezone: "Asia/Tokio" }, "usage"],
  ["a", { kind: "remote", url: "mdm.example.jp" }, "usage"],
  ["a", { kind: "remote", url: "file:///etc/passwd" }, "usage"],
  ["a", { kind: "remote", url: "https://ann:pw@mdm.example.jp" }, "usage"],
  ["a", { kind: "remote", url: "https://ann@mdm.example.jp" }, "usage"],
  ["a", { kind: "remote", url: "https://:pw@mdm.example.jp" }, "usage"],
] as const)("adding %s as %o is refused", async (name, wished, code) => {
  await expect(contexts.add(name, wished)).rejects.toMatchObject({ code });
  expect(await names()).toEqual([EMBEDDED]);
});

test("a name is taken in any case of letters, and while a tenant's file of that name lies there", async () => {
  await contexts.add("Acme", { kind: "embedded" });
  await expect(contexts.add("ACME", { kind: "embedded" })).rejects.toMatchObject({ code: "input-rejected" });
  await makeTenant("old");
  await expect(contexts.add("old", { kind: "embedded" })).rejects.toMatchObject({ code: "input-rejected" });
});

test("--context goes before CLOMOCTL_CONTEXT, before use, before embedded", async () => {
  for (const name of ["a", "b", "c"]) {
    await contexts.add(name, { kind: "embedded" });
  }
  const chosen = async (option?: string, variable?: string) => {
    const { context, source } = await contexts.choose(option, { CLOMOCTL_CONTEXT: variable });
    return [context.name, source];
  };
  expect(await chosen()).toEqual([EMBEDDED, "default"]);
  await contexts.use("c");
  expect(await chosen()).toEqual(["c", "used"]);
  expect(await chosen(undefined, "b")).toEqual(["b", "environment"]);
  expect(await chosen("a", "b")).toEqual(["a", "option"]);
  expect(await chosen(undefined, "")).toEqual(["c", "used"]);
  await expect(chosen("x")).rejects.toMatchObject({ code: "not-found", hint: { en: "contexts: embedded, a, b, c" } });
  await contexts.remove("c", { tenantMayGo: false });
  expect(await chosen()).toEqual([EMBEDDED, "default"]);
  await contexts.use(EMBEDDED);
  expect(await chosen()).toEqual([EMBEDDED, "default"]);
});

test("embedded's settings may change, its kind may not", async () => {
  await contexts.add("a", { kind: "embedded" });
  await contexts.change(EMBEDDED, { kind: "embedded", language: "en" });
  await contexts.change("a", { kind: "embedded", timezone: "UTC" });
  expect(await contexts.find(EMBEDDED)).toMatchObject({ language: "en" });
  expect(await contexts.find("a")).toMatchObject({ timezone: "UTC" });
  expect(await names()).toEqual([EMBEDDED, "a"]);
  await expect(contexts.change("a", { kind: "remote", url: "https://x.jp" })).rejects.toMatchObject({ code: "usage" });
});

test("a tenant goes only when it may, with its staging and nothing else", async () => {
  const context = await contexts.add("a", { kind: "embedded" });
  await makeTenant("a");
  await makeTenant("ab");
  expect(await contexts.holdsTenant(context)).toBe(true);
  await expect(contexts.remove("a", { tenantMayGo: false })).rejects.toMatchObject({ code: "usage" });
  expect(await names()).toEqual([EMBEDDED, "a"]);
  await contexts.remove("a", { tenantMayGo: true });
  expect(await names()).toEqual([EMBEDDED]);
  expect(await readdir(home.tenants)).toEqual(["ab"]);
  await expect(contexts.remove(EMBEDDED, { tenantMayGo: true })).rejects.toMatchObject({ code: "usage" });
});

test("the context that is used stays so when others are added or changed", async () => {
  for (const name of ["a", "b"]) await contexts.add(name, { kind: "embedded" });
  await contexts.use("b");
  await contexts.add("c", { kind: "embedded" });
  expect((await contexts.choose(undefined, {})).context.name).toBe("b");
  await contexts.change("a", { kind: "embedded", language: "en" });
  await contexts.change("b", { kind: "embedded", language: "en" });
  await contexts.change(EMBEDDED, { kind: "embedded", language: "en" });
  expect((await contexts.choose(undefined, {})).context.name).toBe("b");
});

test("removing a context leaves the one that is used, and a remote one leaves what lies in the home", async () => {
  for (const name of ["a", "b"]) await contexts.add(name, { kind: "embedded" });
  await contexts.use("a");
  expect(await contexts.remove("B", { tenantMayGo: false })).toMatchObject({ name: "b" });
  expect(await contexts.choose(undefined, {})).toMatchObject({ context: { name: "a" }, source: "used" });
  await makeTenant("far");
  const far = await contexts.add("far", { kind: "remote", url: "https://mdm.example.jp" });
  expect(await contexts.holdsTenant(far)).toBe(false);
  await contexts.remove("far", { tenantMayGo: true });
  expect(await readdir(home.tenants)).toEqual(["far"]);
  await expect(contexts.remove("far", { tenantMayGo: true })).rejects.toMatchObject({ code: "not-found" });
});

test("what is changed keeps its place and its name, and forgets what is not said again", async () => {
  await contexts.add("Acme", { kind: "embedded", language: "en", maps: new Map([["users", "/m.yaml"]]) });
  await contexts.add("far", { kind: "remote", url: "https://a.jp", caFile: "/ca.pem" });
  expect(await contexts.change("ACME", { kind: "embedded", timezone: "UTC" })).toEqual({
    name: "Acme",
    kind: "embedded",
    tenantFolder: join(home.tenants, "Acme"),
    timezone: "UTC",
    language: "ja",
    maps: new Map(),
  });
  expect(await contexts.change("far", { kind: "remote", url: "http://b.jp/x" })).toEqual({
    name: "far",
    kind: "remote",
    url: "http://b.jp/x",
    timezone: "Asia/Tokyo",
  });
  await contexts.change(EMBEDDED, { kind: "embedded", timezone: "UTC" });
  await contexts.change(EMBEDDED, { kind: "embedded", timezone: "Asia/Seoul" });
  expect((await contexts.list()).map(({ name, timezone }) => [name, timezone])).toEqual([
    [EMBEDDED, "Asia/Seoul"],
    ["Acme", "UTC"],
    ["far", "Asia/Tokyo"],
  ]);
  await expect(contexts.change("none", { kind: "embedded" })).rejects.toMatchObject({ code: "not-found" });
  await expect(contexts.change("far", { kind: "remote", url: "x" })).rejects.toMatchObject({ code: "usage" });
});

test.skipIf(process.platform === "win32")("a tenant that is a link out of the home: only the link goes", async () => {
  await contexts.add("a", { kind: "embedded" });
  await mkdir(home.tenants, { recursive: true });
  await mkdir(join(root, "precious"));
  await writeFile(join(root, "precious", "tenant.db"), "rows");
  await symlink(join(root, "precious"), join(home.tenants, "a"));
  await contexts.remove("a", { tenantMayGo: true });
  expect(await readFile(join(root, "precious", "tenant.db"), "utf8")).toBe("rows");
  expect(await readdir(home.tenants)).toEqual([]);
});

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
])("a damaged file %s is told and not written over", async (damaged) => {
  await mkdir(home.settings, { recursive: true });
  await writeFile(join(home.settings, "contexts.json"), damaged);
  await expect(contexts.list()).rejects.toMatchObject({ code: "unexpected" });
  await expect(contexts.add("b", { kind: "embedded" })).rejects.toMatchObject({ code: "unexpected" });
  expect(await readFile(join(home.settings, "contexts.json"), "utf8")).toBe(damaged);
});

test("what a file says in another form than text has its usual value", async () => {
  await mkdir(home.settings, { recursive: true });
  const stored = [
    { name: "a", kind: "embedded", timezone: 9, language: "fr", maps: { users: "/m.yaml" } },
    { name: "b", kind: "remote", url: "https://b.jp", caFile: 1, timezone: null },
  ];
  await writeFile(join(home.settings, "contexts.json"), JSON.stringify({ contexts: stored, used: 7 }));
  const [embedded, a, b] = await contexts.list();
  expect(embedded?.name).toBe(EMBEDDED);
  expect(a).toMatchObject({ timezone: "Asia/Tokyo", language: "ja", maps: new Map() });
  expect(b).toEqual({ name: "b", kind: "remote", url: "https://b.jp/", timezone: "Asia/Tokyo" });
  expect((await contexts.choose(undefined, {})).source).toBe("default");
});

test("a folder in the place of the settings is told", async () => {
  await mkdir(join(home.settings, "contexts.json"), { recursive: true });
  await expect(contexts.list()).rejects.toMatchObject({
    code: "unexpected",
    where: join(home.settings, "contexts.json"),
  });
});

test("of the maps in a file only pairs of words count", async () => {
  await mkdir(home.settings, { recursive: true });
  const maps = [["users", "/m.yaml"], ["orgs", 1], [2, "/m.yaml"], ["docs"], ["docs", "/m.yaml", "more"], "docs", null];
  const stored = { contexts: [{ name: "a", kind: "embedded", maps }] };
  await writeFile(join(home.settings, "contexts.json"), JSON.stringify(stored), { mode: 0o600 });
  expect(await contexts.find("a")).toMatchObject({ maps: new Map([["users", "/m.yaml"]]) });
});

test("what a killed writer left is removed by the next change", async () => {
  await mkdir(home.settings, { recursive: true });
  await writeFile(join(home.settings, "contexts.json.tmp-51593907386f0343"), "{");
  await contexts.add("a", { kind: "embedded" });
  expect(await readdir(home.settings)).toEqual(["contexts.json", "settings.lock"]);
});

test("a lock that is held too long is told", async () => {
  await mkdir(home.settings, { recursive: true });
  const holder = new DatabaseSync(join(home.settings, "settings.lock"));
  holder.exec("BEGIN EXCLUSIVE");
  await expect(contexts.add("a", { kind: "embedded" })).rejects.toMatchObject({ code: "locked" });
  holder.close();
  await contexts.add("a", { kind: "embedded" });
});

test("processes that add at once lose none", async () => {
  const module = new URL("./contexts.ts", import.meta.url).href;
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

test("a home that cannot be written can be read", async () => {
  await writeFile(join(root, "home"), "no folder");
  expect(await names()).toEqual([EMBEDDED]);
  await expect(contexts.add("b", { kind: "embedded" })).rejects.toMatchObject({ code: "unexpected" });
});
