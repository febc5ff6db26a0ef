import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { addTestAccount } from "#support/tenant/accounts.ts";
import { createHalves, WESTERN } from "#support/tenant/halves.ts";
import { failureOf, type TestTenant } from "#support/tenant/tenant.ts";
import { undoChange } from "#support/tenant/undo.ts";

// What accounts that manage a part of the tenant see and change of profiles and apps: only what is inside.

let tenant: TestTenant;
beforeAll(async () => {
  tenant = await createHalves();
  const own = { role: "custom", manages: ["EAST"] } as const;
  await addTestAccount(tenant, { name: "reads", ...own, items: ["config-profiles.read", "apps.read"] });
  const items = ["config-profiles.read", "config-profiles.write", "apps.read", "apps.write"] as const;
  await addTestAccount(tenant, { name: "part", ...own, items });
  await addTestAccount(tenant, { name: "whole", role: "custom", items });
});
afterAll(() => tenant[Symbol.asyncDispose]());

const NOUNS = ["config-profiles", "apps"] as const;
const ASSIGNED = { orgs: ["EAST", "WEST", "全社"], devices: ["EAST0001", "NOBODY01", "WEST0001"] };

beforeEach(async () => {
  for (const noun of NOUNS) {
    const values = noun === "apps" ? { kind: "Enterprise", licences: 2 } : { kind: "vpn" };
    const [found] = await Array.fromAsync<{ id: string }>(tenant.client[noun].list());
    if (found === undefined) await tenant.client[noun].create({ name: "社内", ...values, ...ASSIGNED });
    else await tenant.client[noun].edit(found.id, ASSIGNED);
  }
});

const read = async (noun: (typeof NOUNS)[number], client = tenant.client) => {
  const [found] = await client[noun].find({ name: "社内" });
  return found ?? expect.unreachable("the record is visible");
};

test.each(NOUNS)("%s are read without what is outside: lists, files and history", async (noun) => {
  const { id } = await read(noun);
  for (const account of ["higashi", "minami", "reads", "part"]) {
    expect(await read(noun, tenant.as(account))).toMatchObject({
      orgs: account === "minami" ? [] : ["EAST"],
      devices: ["EAST0001"],
    });
    const paths = ["", "/export", "/find?name=社内", "/history?name=社内", `?device=${await deviceOf("EAST0001")}`];
    if (noun === "apps") paths.push("?short=true");
    for (const path of paths) {
      const response = await tenant.acting(account).fetch(new Request(`http://tenant/v1/${noun}${path}`));
      const told = await response.text();
      expect(told, path).not.toMatch(WESTERN);
      expect(told.includes("EAST0001"), path).toBe(response.ok && path !== "?short=true");
    }
    const theirs = await deviceOf("WEST0001");
    const listed = tenant.as(account)[noun].list({ device: theirs }) as AsyncIterable<object>;
    expect(await Array.fromAsync(listed)).toEqual([]);
    expect((await failureOf(tenant.as(account)[noun].file(id)))?.code).toBe("not-found");
  }
  expect((await failureOf(read(noun, tenant.as("ope"))))?.code).toBe("not-permitted");
});

const deviceOf = async (name: string): Promise<string> => (await tenant.client.devices.find({ name }))[0]?.id ?? "";

test.each(NOUNS)("%s are assigned inside, and what is outside stays", async (noun) => {
  const { id } = await read(noun);
  for (const account of ["higashi", "part"]) {
    const own = tenant.as(account);
    const { before, after } = await own[noun].edit(id, { orgs: ["E1", "E2"], devices: [] });
    expect([before?.orgs, after.orgs, after.devices]).toEqual([["EAST"], ["E1", "E2"], []]);
    expect(await read(noun)).toMatchObject({ orgs: ["E1", "E2", "WEST", "全社"], devices: ["NOBODY01", "WEST0001"] });
    const undone = await undoChange(own, "last");
    expect(JSON.stringify(await Array.fromAsync(own.imports.rows(undone.id)))).not.toMatch(WESTERN);
    await own.imports.commit(undone);
    expect(await read(noun)).toMatchObject(ASSIGNED);
  }
});

test.each(NOUNS)("%s: what is outside is not found, as if it did not exist, and all else is refused", async (noun) => {
  const { id } = await read(noun);
  const before = tenant.dump();
  for (const account of ["higashi", "part"]) {
    const own = tenant.as(account);
    for (const orgs of [["WEST"], ["全社"], ["EAST", "NONE"]])
      expect((await failureOf(own[noun].edit(id, { orgs })))?.what.en).toBe(`organisation not found: ${orgs.at(-1)}`);
    for (const serial of ["WEST0001", "NOBODY01", "NONE0001"])
      expect((await failureOf(own[noun].edit(id, { devices: [serial] })))?.what.en).toBe(`device not found: ${serial}`);
    const tries = [
      () => own[noun].edit(id, { memo: "メモ", orgs: [] }),
      () => own[noun].create({ name: "別", kind: "vpn" }),
      () => own.imports.delete({ kind: noun, ids: [id] }),
    ];
    for (const one of tries) expect((await failureOf(one()))?.code).toBe("not-permitted");
  }
  expect((await failureOf(tenant.as("reads")[noun].edit(id, { orgs: [] })))?.code).toBe("not-permitted");
  expect(tenant.dump()).toEqual(before);
  const name = noun === "apps" ? "アプリ名" : "プロファイル名";
  const file = `${name},自動適用する組織コード\n社内,E1`;
  expect((await failureOf(tenant.planAs("higashi", { kind: noun }, file)))?.code).toBe("not-permitted");
  expect(await read(noun)).toMatchObject(ASSIGNED);
});

test.each(NOUNS)("%s are changed by a custom administrator of all organisations", async (noun) => {
  const { id } = await read(noun);
  const own = tenant.as("whole");
  expect((await own[noun].edit(id, { memo: "メモ", orgs: ["WEST", "全社"] })).after.orgs).toEqual(["WEST", "全社"]);
});

test.each(NOUNS)("%s: nobody undoes what is outside by now", async (noun) => {
  const { id } = await read(noun);
  tenant.database.run(
    "update account set role = 'system' where user = (select pk from user where accountName = 'higashi')",
  );
  await tenant.as("higashi")[noun].edit(id, { orgs: ["EAST"] });
  tenant.database.run(
    "update account set role = 'division' where user = (select pk from user where accountName = 'higashi')",
  );
  expect((await failureOf(undoChange(tenant.as("higashi"), "last")))?.what.en).toContain("outside your organisations");
});
