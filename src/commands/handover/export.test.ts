import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { openTenant } from "../../cli/tenant.ts";
import { parseManifest, type Manifest } from "../../lib/handover/bundle/manifest.ts";
import { addTestAccount } from "#support/tenant/accounts.ts";
import { fillAtRandom, SECRET_CANARY } from "#support/tenant/random-tenant.ts";
import { openForEachTest, type TestTenant } from "#support/tenant/tenant.ts";
import { freshFolder, runInBoth, run, type RunResult } from "#support/commands/program.ts";
import { readRows } from "#support/xlsx/read.ts";

let tenant: TestTenant;
openForEachTest((opened) => (tenant = opened));

const exporting = (line: string, folder: string, fetch: TestTenant["fetch"] = tenant.fetch): Promise<RunResult> =>
  run(`handover export ${line} --lang en`, { home: folder, folder, tenant: fetch });

const manifestIn = (bundle: string): Manifest =>
  parseManifest(readFileSync(join(bundle, "manifest.json"), "utf8"), "manifest.json");

const contentOf = (folder: string): ReadonlyMap<string, string> =>
  new Map(
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((path) => statSync(join(folder, path)).isFile())
      .toSorted()
      .map((path) => [path, readFileSync(join(folder, path)).toString("latin1")]),
  );

const withUsers = (): Promise<unknown> => {
  tenant.addAdministrator("yamada", "hanako@example.co.jp");
  return tenant.import({ kind: "users", createOrgs: true } as const, [
    ["氏名", "メールアドレス", "組織コード"],
    ["山田 花子", "hanako@example.co.jp", "E1"],
    ["佐藤 次郎", "jiro@example.co.jp", "W1"],
  ]);
};

test("a value that receive refuses is named with its place, and nothing is written", async () => {
  await tenant.client.renewals.add({ kind: "custom", name: "保守" });
  tenant.database.exec("update renewal_item set notes = char(27) || '[2Jkey'");
  const folder = freshFolder();
  const { exit, stderr } = await exporting("-o one", folder);
  expect({ exit, files: readdirSync(folder).includes("one") }).toEqual({ exit: 3, files: false });
  expect(stderr).toMatch(/renewal_item\.notes ".*key" contains control characters\n.*correct the value/);
  expect(stderr).not.toContain("\u001B");
});

test("a file's name with control characters prevents no handover, and is shown escaped", async () => {
  const folder = freshFolder();
  const name = "a\u009b31m\u007f\u001b.csv";
  writeFileSync(join(folder, name), "氏名,メールアドレス,備\u009b考\n山田,yamada@x.jp,\n");
  const outside = { openTenant };
  const words = ["users", "import", name, "--yes", "--allow", "unknown-columns"];
  expect((await run(words, { home: folder, folder, outside })).exit).toBe(0);
  expect((await run("handover export -o one", { home: folder, folder, outside })).exit).toBe(0);
  expect((await run("handover verify one", { home: folder, folder, outside })).exit).toBe(0);
  for (const line of [
    "audit list",
    "audit show 1 --format json",
    "imports list --format csv",
    "audit list --format json",
  ]) {
    const { stdout, exit } = await run(line, { home: folder, folder, outside });
    expect({ exit, has: /[^\P{Cc}\t\n]/u.test(stdout) }, line).toEqual({ exit: 0, has: false });
    expect(stdout).toContain("31m");
  }
});

test("a bundle has the tenant, records, a workbook, a report, manifest and hashes, and the same state gives the same", async () => {
  await withUsers();
  const folder = freshFolder();
  const { exit, stdout, stderr } = await exporting("-o one", folder);
  expect(stderr).not.toContain("error");
  expect(exit).toBe(0);
  expect(stdout).toBe("");
  expect(stderr).toMatch(/^wrote one: \d+ records; report\.html lists \d+ gaps$/m);
  const files = contentOf(join(folder, "one"));
  const sums = files.get("SHA256SUMS") ?? "";
  const paths = sums.trimEnd().split("\n");
  expect(paths.map((line) => line.slice(66))).toEqual([...files.keys()].filter((path) => path !== "SHA256SUMS"));
  for (const path of ["tenant.db", "records.xlsx", "report.html", "resources/users.ndjson"])
    expect(files.has(path)).toBe(true);
  expect(manifestIn(join(folder, "one"))).toMatchObject({ schema: 103, tenant: { name: "試験" }, asOf: "2026-11-20" });
  const [record] = await Array.fromAsync(tenant.client.audit.list({ limit: 1 }));
  const fingerprint = createHash("sha256").update(sums).digest("hex");
  expect(record?.record).toMatchObject({ action: "handover.export", detail: { fingerprint } });
  expect(stderr.replaceAll(" ", "")).toContain(fingerprint.slice(0, 16));
  await exporting("-o two", folder);
  const again = contentOf(join(folder, "two"));
  for (const path of paths.map((line) => line.slice(66)).filter((path) => path.startsWith("resources/")))
    expect(again.get(path)).toBe(files.get(path));
});

test("the workbook has a sheet for each record type, with the rows of the ordinary lists", async () => {
  await withUsers();
  const folder = freshFolder();
  await exporting("-o one", folder);
  const read = async (sheet: string) =>
    (await readRows(readFileSync(join(folder, "one", "records.xlsx")), sheet)).map((row) => row.join()).join("\n");
  expect(await read("ユーザー")).toMatch(/山田 花子.*hanako@example\.co\.jp.*E1/);
  expect(await read("組織")).toContain("W1");
});

test("a tenant with a bit of everything exports no secret, without questions", async () => {
  await fillAtRandom(tenant, 9, 20);
  const folder = freshFolder();
  const { exit, stdout, stderr } = await exporting("-o all --format json", folder);
  expect(exit).toBe(0);
  const all = [...contentOf(join(folder, "all")).values(), stdout, stderr].join("\n");
  expect(all).not.toContain(SECRET_CANARY);
});

test("a bundle is not written to stdout, and no folder named - is created", async () => {
  const folder = freshFolder();
  const { en } = await runInBoth("handover export -o -", { home: folder, folder, tenant: tenant.fetch });
  expect(en).toMatchObject({ exit: 2, stdout: "" });
  expect(en.stderr).toContain("stdout is for the result; pass a file name");
  expect(existsSync(join(folder, "-"))).toBe(false);
});

describe("a leaver", () => {
  beforeEach(async () => {
    tenant.addAdministrator("hanako");
    await tenant.client.renewals.add({ kind: "custom", name: "契約", owner: "hanako@accounts.example" });
  });

  test("is in the manifest and report with everything that depends on them", async () => {
    const folder = freshFolder();
    const ran = await exporting("-o one --leaver hanako@accounts.example --leaves 2027-03-31", folder);
    expect(ran).toMatchObject({ exit: 0, stderr: expect.stringContaining("clomoctl context set local --notify off") });
    expect(manifestIn(join(folder, "one")).leaver).toEqual({ person: "hanako", leaves: "2027-03-31" });
    const other = await run("handover report one --lang en --leaver owner", { folder });
    expect(other).toMatchObject({ exit: 6 });
  });

  test("must be found, or nothing is written, and a last day requires a leaver", async () => {
    const folder = freshFolder();
    expect(await exporting("-o one --leaver nobody", folder)).toMatchObject({ exit: 6, stdout: "" });
    expect(await exporting("-o one --leaves 2027-03-31", folder)).toMatchObject({ exit: 2, requests: [] });
    expect(existsSync(join(folder, "one"))).toBe(false);
  });
});

test("a limited account exports nothing", async () => {
  await withUsers();
  await addTestAccount(tenant, { name: "east", role: "division", org: "E1", manages: ["E1"] });
  const { fetch } = tenant.acting("east");
  const folder = freshFolder();
  expect(await exporting("-o one", folder, fetch)).toMatchObject({ exit: 4, stdout: "" });
  expect(readdirSync(folder).filter((name) => name.includes("one"))).toEqual([]);
});

test("an existing file is left unchanged", async () => {
  const folder = freshFolder();
  writeFileSync(join(folder, "one"), "mine");
  const { exit, stderr } = await exporting("-o one", folder);
  expect(exit).toBe(2);
  expect(stderr).toContain("specify another name, or move the existing file or folder");
  expect(readFileSync(join(folder, "one"), "utf8")).toBe("mine");
  const without = await exporting("", folder);
  expect(without.exit).toBe(2);
  expect(without.stderr).toContain("example: clomoctl handover export -o handover-2027-03");
});
