import { createDispatch } from "../api/dispatch.ts";
import { mkdirSync, rmSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createWholeClient, type WholeClient } from "#support/client/whole-client.ts";
import { openTenant, type OpenTenant } from "../api/index.ts";
import { failureOf, TestSurroundings, TestTenant, readStreamText } from "#support/tenant/tenant.ts";

const users = { kind: "users", createOrgs: true } as const;
const header = ["氏名", "メールアドレス", "組織コード"];

let tenant: TestTenant;
let reopened: OpenTenant | undefined;
beforeEach(async () => {
  tenant = new TestTenant();
  await tenant.import(users, [header, ["山田", "a@x", "E1"]]);
});
afterEach(async () => {
  await reopened?.close();
  reopened = undefined;
  rmSync(tenant.folder, { recursive: true, force: true });
});

/** Prevents a log next to the file, as on a read-only medium; file permissions do not stop root. */
const withoutLog = (): WholeClient => {
  mkdirSync(`${tenant.path}-wal`);
  reopened = openTenant({
    folder: tenant.folder,
    name: "試験",
    acting: "owner",
    actor: "owner",
    surroundings: new TestSurroundings(),
  });
  return createWholeClient({ transport: createDispatch(reopened) });
};

test("a read-only tenant can be listed, shown and exported", async () => {
  await tenant.close();
  const client = withoutLog();
  expect((await Array.fromAsync(client.users.list())).map(({ name }) => name)).toEqual(["山田"]);
  expect((await Array.fromAsync(client.orgs.list())).map(({ code }) => code)).toEqual([null, "E1"]);
  expect(await client.imports.list()).toMatchObject([{ state: "committed" }]);
  expect(await readStreamText(await client.users.export())).toContain("a@x");
  const copy = Buffer.concat(await Array.fromAsync(await client.exports.create()));
  expect(copy.subarray(0, 15).toString()).toBe("SQLite format 3");
  expect(await client.exports.record({ what: "export", fingerprint: "0".repeat(64) })).toEqual({ isAudited: false });
});

test("the rows of a plan can be shown in a read-only tenant", async () => {
  const plan = await tenant.plan(users, [header, ["髙橋", "b@x", "E1"]]);
  await tenant.close();
  const client = withoutLog();
  expect(await Array.fromAsync(client.imports.rows(plan.id))).toMatchObject([{ action: "create", key: "b@x" }]);
  expect((await failureOf(client.imports.commit(plan)))?.code).toBe("not-permitted");
  expect((await failureOf(client.users.addField({ name: "座席" })))?.code).toBe("not-permitted");
});
