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
      // the copy keeps when a secret was set
      const others = [...files].filter(([name]) => name !== "tenant.db");
      expect(JSON.stringify(others)).not.toContain(SECRET_AT);
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
  expect(end).toMatchObject({ tenant: "試験", auditHead: null });
  expect([...files.keys()].filter((name) => !name.startsWith("resources/"))).toEqual([
    "csv/orgs.csv",
    "csv/users.csv",
    "csv/devices.csv",
    ...["browser", "docs", "mailer", "calendar", "contacts"].map((app) => `csv/secured-${app}.csv`),
    "tenant.db",
  ]);
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

test("only those who may do everything export, and the tenant itself only with everything else", async () => {
  for (const role of ["system", "operator"] as const) await addTestAccount(tenant, { name: role, role, org: "全社" });
  const names = async (client: typeof tenant.client, recordsOnly?: true): Promise<readonly string[]> => [
    ...(await exportBy(client, { recordsOnly })).files.keys(),
  ];
  for (const client of [tenant.client, tenant.as("system")]) {
    expect(await names(client)).toContain("tenant.db");
    expect(await names(client, true)).toEqual(RESOURCE_NAMES.map((name) => `resources/${name}.ndjson`));
  }
  expect((await failureOf(names(tenant.as("operator"))))?.code).toBe("not-permitted");
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
