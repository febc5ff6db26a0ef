import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { WholeClient } from "#support/client/whole-client.ts";
import type { HandoverEnd, HandoverRequest } from "../operations.ts";
import { RESOURCE_NAMES, resourceOf, type ResourceName } from "../../handover/resources.ts";
import { buildExpectedRecords } from "#support/tenant/expected-records.ts";
import { fillAtRandom, SECRET_CANARY, SECRET_AT } from "#support/tenant/random-tenant.ts";
import { addTestAccount } from "#support/tenant/accounts.ts";
import { failureOf, TestTenant } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
beforeEach(() => {
  tenant = new TestTenant();
});
afterEach(() => tenant[Symbol.asyncDispose]());

interface Exported {
  readonly files: ReadonlyMap<string, string>;
  readonly end: HandoverEnd;
}

const exportBy = async (client: WholeClient, request: HandoverRequest = {}): Promise<Exported> => {
  const parts = await client.exports.create(request);
  const files = new Map<string, string>();
  for await (const { name, content } of parts) {
    files.set(name, Buffer.concat(await Array.fromAsync(content)).toString());
  }
  return { files, end: parts.end() };
};

const linesOf = ({ files }: Exported, name: ResourceName): readonly string[] =>
  (files.get(`resources/${name}.ndjson`) ?? "").split("\n").slice(0, -1);

const contentOf = ({ database }: TestTenant): string =>
  JSON.stringify(
    database
      .all("select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' order by name")
      .map(({ name }) => [name, database.all(`select * from "${String(name)}"`)]),
  );

describe("a tenant with some records of everything", () => {
  test("each resource matches its tables, ordered by id and the same twice, and nothing is written", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        await using random = new TestTenant();
        await fillAtRandom(random, seed);
        const before = contentOf(random);
        const exported = await exportBy(random.client);
        const expected = buildExpectedRecords(random);
        for (const name of RESOURCE_NAMES) {
          const records = expected.get(name) ?? [];
          expect(linesOf(exported, name), name).toEqual(records.map((record) => JSON.stringify(record)));
          expect(exported.end.records[name]).toBe(records.length);
          expect(exported.end.states[name]).toBe(records.length === 0 ? "empty" : "exported");
        }
        const dates = [...expected.values()].flat().flatMap(({ updatedAt = [] }) => updatedAt);
        expect(exported.end.lastUpdatedAt).toBe(dates.toSorted().at(-1));
        expect(await exportBy(random.client)).toEqual(exported);
        expect(contentOf(random)).toBe(before);
      }),
      { numRuns: 12 },
    );
  });

  test("no part contains a secret", async () => {
    for (const seed of [1, 2, 3, 4]) {
      await using random = new TestTenant();
      await fillAtRandom(random, seed, 20);
      expect(contentOf(random)).toContain(SECRET_CANARY);
      const { files } = await exportBy(random.client);
      const all = [...files.values()].join("\n");
      expect(all.length).toBeGreaterThan(1000);
      expect(all).not.toContain(SECRET_CANARY);
      expect(all).not.toContain(SECRET_AT);
    }
  });

  test("changes made while the export is read are not included", async () => {
    await fillAtRandom(tenant, 7);
    const before = await exportBy(tenant.client);
    const parts = await tenant.client.exports.create({});
    const files = new Map<string, string>();
    for await (const { name, content } of parts) {
      files.set(name, Buffer.concat(await Array.fromAsync(content)).toString());
      if (files.size === 1) {
        await tenant.client.users.create({ name: "後から", emails: ["later@example.co.jp"] });
        tenant.database.run("update device set memo = 'later'");
      }
    }
    expect({ files, end: parts.end() }).toEqual(before);
    expect((await exportBy(tenant.client)).files.get("csv/users.csv")).toContain("後から");
  });
});

test("an empty tenant exports only its root organisation", async () => {
  const { end, files } = await exportBy(tenant.client);
  expect(end.records).toMatchObject({ orgs: 1, users: 0, tenant: 0 });
  expect(end.states).toMatchObject({ orgs: "exported", users: "empty", tenant: "empty" });
  expect(end).toMatchObject({ tenant: "試験", scope: null, auditHead: null });
  expect([...files.keys()].filter((name) => !name.startsWith("resources/"))).toEqual([
    "csv/orgs.csv",
    "csv/users.csv",
    "csv/devices.csv",
    ...["browser", "docs", "mailer", "calendar", "contacts"].map((app) => `csv/secured-${app}.csv`),
  ]);
});

test("resources that were not requested are left out", async () => {
  const { end, files } = await exportBy(tenant.client, { only: ["orgs", "answers"], csv: false });
  expect([...files.keys()]).toEqual(["resources/orgs.ndjson", "resources/answers.ndjson"]);
  expect(end.states).toMatchObject({ orgs: "exported", answers: "empty", users: "left-out" });
  const failure = await failureOf(exportBy(tenant.client, { only: ["users", "people"] }));
  expect(failure?.code).toBe("usage");
  expect(failure?.what.en).toContain("people");
});

test("a task has a line for each of its records, however many there are", async () => {
  const people = Array.from({ length: 30 }, (_, at) => [`利用者 ${at}`, `${at}@example.co.jp`]);
  await tenant.import({ kind: "users", fromConsole: true }, [["氏名", "メールアドレス"], ...people]);
  expect(linesOf(await exportBy(tenant.client), "console-tasks")).toEqual([]);
  await tenant.import({ kind: "users" }, [
    ["氏名", "メールアドレス", "役職"],
    ...people.map((person) => [...person, "課長"]),
  ]);
  const [task, ...others] = await tenant.client.console.list({});
  expect(others).toEqual([]);
  const lines = linesOf(await exportBy(tenant.client), "console-tasks").map((line) => JSON.parse(line) as object);
  expect(lines).toMatchObject(
    people.map(([name], at) => ({
      id: `${String(task?.number).padStart(12, "0")}-${String(at).padStart(6, "0")}`,
      work: "edit",
      name,
      changes: [{ field: "title", before: null, after: "課長" }],
    })),
  );
});

describe("a part of the tenant", () => {
  const orgs = { kind: "orgs" } as const;
  const people = { kind: "users" } as const;
  beforeEach(async () => {
    await tenant.import(orgs, [
      ["組織名", "組織コード", "上位組織コード"],
      ["東日本", "E", ""],
      ["東京", "E1", "E"],
      ["西日本", "W", ""],
    ]);
    await tenant.import(people, [
      ["氏名", "メールアドレス", "組織コード"],
      ["東", "e@example.co.jp", "E1"],
      ["西", "w@example.co.jp", "W"],
    ]);
    await tenant.import({ kind: "devices" } as const, [
      ["シリアルナンバー", "所有者メールアドレス"],
      ["SE", "e@example.co.jp"],
      ["SW", "w@example.co.jp"],
    ]);
  });

  const idOf = async (name: string): Promise<string> => (await tenant.client.orgs.find({ name }))[0]?.id ?? "";

  test("a division administrator gets only what the administrator may read", async () => {
    await addTestAccount(tenant, { name: "east", role: "division", org: "E", manages: ["E"] });
    const exported = await exportBy(tenant.as("east"));
    const { end } = exported;
    expect(end.states).toMatchObject({
      users: "exported",
      devices: "exported",
      accounts: "exported",
      "ade-server": "not-permitted",
      "secured-users": "not-permitted",
      schemes: "not-permitted",
    });
    expect(end.auditHead).toBeNull();
    expect(end.records).toMatchObject({ orgs: 2, users: 2, devices: 1 });
    expect([...exported.files.values()].join("\n")).not.toContain("西");
    const scoped = await exportBy(tenant.as("east"), { scope: await idOf("E1") });
    expect(scoped.end.records).toMatchObject({ orgs: 1, users: 1 });
    const outside = await failureOf(exportBy(tenant.as("east"), { scope: await idOf("W") }));
    expect(outside?.code).toBe("not-found");
  });
});

test("only an account that may do everything gets the tenant itself, and only on request", async () => {
  for (const role of ["system", "operator"] as const) await addTestAccount(tenant, { name: role, role, org: "全社" });
  const hasTenant = async (client: typeof tenant.client, tenantFile?: true): Promise<boolean> =>
    (await exportBy(client, { csv: false, tenant: tenantFile })).files.has("tenant.db");
  expect(await hasTenant(tenant.client, true)).toBe(true);
  expect(await hasTenant(tenant.as("system"), true)).toBe(true);
  expect(await hasTenant(tenant.as("operator"), true)).toBe(false);
  expect(await hasTenant(tenant.client)).toBe(false);
});

test("the console's files are those that the export commands write, but ordered by id", async () => {
  await fillAtRandom(tenant, 5, 20);
  const { files, end } = await exportBy(tenant.client, { newline: "lf" });
  const own = await new Response(await tenant.client.devices.export({ newline: "lf" })).text();
  const sorted = (text: string): readonly string[] =>
    text
      .slice(0, -1)
      .split(/\n(?=Ｓ)/)
      .toSorted();
  expect(sorted(files.get("csv/devices.csv") ?? "")).toEqual(sorted(own));
  expect(end.files["csv/devices.csv"]).toBe(end.records["devices"]);
  expect(end.files["csv/users.csv"]).toBe(end.records["users"]);
  expect(files.get("csv/secured-docs.csv")).toBe(
    await new Response(await tenant.client.secured.export("docs", { newline: "lf", layout: "full" })).text(),
  );
});

test("the records of every resource have the members that its fields define", async () => {
  await fillAtRandom(tenant, 3, 20);
  const exported = await exportBy(tenant.client);
  for (const name of RESOURCE_NAMES) {
    for (const line of linesOf(exported, name)) {
      expect(Object.keys(JSON.parse(line) as object)).toEqual(Object.keys(resourceOf(name).fields));
    }
  }
  expect(exported.end.records).toMatchObject({ users: expect.any(Number) });
});
