import fc from "fast-check";
import { expect, test } from "vitest";
import { LONG_TIMEOUT } from "#support/drawn.ts";
import { createPopulatedTenant } from "#support/commands/populated.ts";
import { run } from "#support/commands/program.ts";
import type { TestTenant } from "#support/tenant/tenant.ts";
import { folderForAllTests } from "#support/folder.ts";

/** A write of each kind of data. No two write the same field of a record, and none needs another. */
const WRITES: readonly string[] = [
  "orgs create 技術部 --code S4",
  "orgs edit S2 --name 総務本部",
  "users create --name x --email x@example.jp --employee-code E3",
  "users edit E1 --title 課長",
  "users move E2 --to S2",
  "users import users.csv --yes",
  "users fields add 座席",
  "users edit E1 --administrator yes",
  "devices create C09X",
  "devices edit C02X --memo y",
  "devices set-owner C02X --user E2",
  "secured users edit hanako --app docs --name 華子",
  "secured groups create 総務 --app docs",
  "roles schemes create 組織担当 --item orgs.write",
  "roles schemes edit 登録係 --item orgs.write",
  "clomo-account edit jiro01 --memo y",
  "clomo-account settings set --composition employee-code --yes",
  "tenant set --ios yes --contact-name 総務",
  "handover answer push-certificate.holder 佐藤",
  "renewals add 予備 --kind custom --expires 2099-01-01",
  "renewals edit 本社 --owner 山田",
];

const folder = folderForAllTests();

const VOLATILE = /^(?:revision|updatedAt)$/;

/** All records; when they were last written is left out. */
const readState = (tenant: TestTenant): unknown => {
  const own = ["tenant_profile", "renewal_item", "answer"].map((name) =>
    tenant.sql(`select * from ${name} order by pk`),
  );
  return JSON.parse(
    JSON.stringify([tenant.dump(), own], (key, value: unknown) => (VOLATILE.test(key) ? undefined : value)),
  );
};

const newestChange = (tenant: TestTenant): number => tenant.database.count("select max(number) from change");

test("each kind of write is undone, and its undo is undone, in random order", LONG_TIMEOUT, async () => {
  await using tenant = await createPopulatedTenant(folder);
  const { imports } = tenant.client;
  const undo = async (number: number): Promise<number> => {
    const plan = await imports.undo(number);
    expect(plan.blocked, String(number)).toBeUndefined();
    await imports.commit(plan);
    return newestChange(tenant);
  };
  const before = readState(tenant);
  const made: number[] = [];
  for (const line of WRITES) {
    const { exit, stderr } = await run(`${line} --no-input`, { folder, home: folder, tenant: tenant.fetch });
    expect(exit, `${line}: ${stderr}`).toBe(0);
    made.push(newestChange(tenant));
  }
  expect(new Set(made).size).toBe(WRITES.length);
  const after = readState(tenant);
  const [first = [], second = []] = fc.sample(
    fc.shuffledSubarray(
      made.map((_, at) => at),
      { minLength: made.length },
    ),
    {
      seed: 20_261_128,
      numRuns: 2,
    },
  );
  const undone = new Map<number, number>();
  for (const at of first) undone.set(at, await undo(made[at] ?? 0));
  expect(readState(tenant)).toEqual(before);
  for (const at of second) await undo(undone.get(at) ?? 0);
  expect(readState(tenant)).toEqual(after);
  const records = (await Array.fromAsync(tenant.client.audit.list({ action: "undo" }))).map(({ record }) => record);
  const contents = records.filter((record) => typeof record !== "string").toReversed();
  expect(contents.map(({ detail }) => detail?.["undoes"])).toEqual([
    ...first.map((at) => made[at]),
    ...second.map((at) => undone.get(at)),
  ]);
  // in process, and through a server
  for (const { actor } of contents) expect(["owner", "administrator"]).toContain(actor);
});
