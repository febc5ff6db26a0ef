import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { storageIn, writeBundle } from "#support/handover/bundles.ts";
import { TestTenant } from "#support/tenant/tenant.ts";
import { freshFolder, runInBoth, run } from "#support/commands/program.ts";

const BUNDLES = join(import.meta.dirname, "..", "..", "..", "fixtures", "bundles");
const DIFF = "handover diff minato minato-later";

test("shows what was added, removed and changed by record and field, and exits with 9", async () => {
  const { en } = await runInBoth(DIFF, { folder: BUNDLES, terminal: { columns: 220 } });
  expect(en).toMatchObject({ exit: 9, requests: [] });
  expect(en.stdout).toMatch(/organisations +changed +営業本部 +name +営業部 → 営業本部/);
  expect(en.stdout).toMatch(/users +removed +佐藤/);
  expect(en.stderr).toContain("1 record added, 1 removed, 3 changed");
});

test("programs get complete records and values, one per line", async () => {
  const { stdout, exit } = await run(`${DIFF} --format ndjson`, { folder: BUNDLES });
  const lines = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  expect(exit).toBe(9);
  expect(lines).toContainEqual({
    resource: "orgs",
    change: "changed",
    id: "019a9f3c-5a00-7abc-8def-000000000002",
    name: "営業本部",
    field: "name",
    before: "営業部",
    after: "営業本部",
  });
  const added = lines.find(({ change }) => change === "added");
  expect(added).toMatchObject({ field: null, before: null, after: { emails: ["chi@example.jp"] } });
  const { stdout: json } = await run(`${DIFF} --format json`, { folder: BUNDLES });
  expect(JSON.parse(json)).toEqual(lines);
});

test("equal bundles exit with 0, however they are packed", async () => {
  const folder = freshFolder();
  for (const name of ["a", "b.zip"]) await writeBundle(join(folder, name), storageIn(folder));
  const { en } = await runInBoth("handover diff a b.zip", { folder });
  expect(en).toMatchObject({ exit: 0, stderr: "no differences\n" });
});

test("a damaged bundle exits with 3 before anything is compared", async () => {
  const folder = freshFolder();
  for (const name of ["minato", "minato-later"]) cpSync(join(BUNDLES, name), join(folder, name), { recursive: true });
  const path = join(folder, "minato-later", "resources", "orgs.ndjson");
  writeFileSync(path, readFileSync(path, "utf8").replace("営業本部", "営業部"));
  const { en } = await runInBoth(DIFF, { folder });
  expect(en).toMatchObject({
    exit: 3,
    stdout: "",
    stderr: expect.stringContaining("minato-later: resources/orgs.ndjson"),
  });
});

describe("with the tenant", () => {
  let tenant: TestTenant;
  beforeEach(() => {
    tenant = new TestTenant();
  });
  afterEach(() => tenant[Symbol.asyncDispose]());

  test("a cron job gets no output without differences, or if only times differ", async () => {
    const { after } = await tenant.client.users.create({ name: "山田 花子", emails: ["hanako@example.co.jp"] });
    const home = freshFolder();
    const ran = (line: string) => run(line, { home, folder: home, tenant: tenant.fetch });
    expect((await ran("handover export -o bundle --encoding utf-8")).exit).toBe(0);
    const quiet = "handover diff bundle --tenant --quiet";
    expect(await ran(quiet)).toMatchObject({ exit: 0, stdout: "", stderr: "" });
    expect(await ran(`${quiet} --format csv`)).toMatchObject({ exit: 0, stderr: "" });
    tenant.database.run("update user set updatedAt = '2027-01-01T00:00:00.000Z'");
    expect(await ran(quiet)).toMatchObject({ exit: 0, stdout: "", stderr: "" });
    await tenant.client.users.edit(after.id, { name: "山田 花" });
    const { exit, stdout } = await ran(`${quiet} --format ndjson`);
    expect(exit).toBe(9);
    expect(stdout.trimEnd().split("\n")).toHaveLength(1);
  });

  const MIRRORED = "2026-01-01T00:00:00.000Z";
  const mirror = (at: string | null): void => {
    tenant.database.run("update tenant set mirroredAt = :at", { at });
  };

  test("being a mirror is a difference of the tenant", async () => {
    await tenant.client.users.create({ name: "山田 花子", emails: ["hanako@example.co.jp"] });
    const home = freshFolder();
    const ran = (line: string, more: object = {}) => run(line, { home, folder: home, tenant: tenant.fetch, ...more });
    const compared = "handover diff bundle --tenant";
    mirror(MIRRORED);
    expect((await ran("handover export -o bundle --encoding utf-8")).exit).toBe(0);
    mirror("2026-02-01T00:00:00.000Z");
    expect(await ran("handover diff bundle --tenant --lang en")).toMatchObject({ exit: 0, stderr: "no differences\n" });
    mirror(null);
    const { exit, stdout } = await ran(`${compared} --format ndjson`);
    expect(exit).toBe(9);
    expect(
      stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      {
        resource: "tenant",
        change: "changed",
        id: "tenant",
        name: null,
        field: "mirroredAt",
        before: MIRRORED,
        after: null,
      },
    ]);
    const terminal = { columns: 120 };
    expect((await ran(`${compared} --lang en`, { terminal })).stdout).toMatch(
      /tenant +changed +tenant +mirror of the console \(last console import\) +2026-01-01 09:00 → \(blank\)/,
    );
    expect((await ran(`${compared} --lang ja`, { terminal })).stdout).toContain("管理画面のミラー(最終取り込み)");
  });

  test.each(["handover diff minato", "handover diff minato minato-later --tenant"])(
    "requires a second bundle or --tenant, but not both: %s",
    async (line) => {
      const { en } = await runInBoth(line, { folder: BUNDLES });
      expect(en).toMatchObject({ exit: 2, requests: [] });
      expect(en.stderr).toContain("clomoctl handover diff A --tenant");
    },
  );
});
