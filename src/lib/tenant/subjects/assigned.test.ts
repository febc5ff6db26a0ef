import fc from "fast-check";
import { expect, test } from "vitest";
import { LONG_TIMEOUT, toPropertyParameters } from "#support/drawn.ts";
import { openForEachTest, type TestTenant } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
openForEachTest((opened) => (tenant = opened));

interface DrawnTenant {
  /** parent of each organisation, which is 全社 (1) or an earlier one */
  readonly orgs: readonly number[];
  readonly users: readonly number[];
  readonly devices: readonly {
    readonly owner: number | null;
    readonly org: number | null;
    readonly platform: string | null;
    readonly status: string | null;
  }[];
  /** profiles or apps */
  readonly records: readonly {
    readonly kind: number;
    readonly licences: number | null;
    readonly orgs: readonly number[];
    readonly devices: readonly number[];
  }[];
}

const index = fc.nat({ max: 11 });

const drawnTenant: fc.Arbitrary<DrawnTenant> = fc.record({
  orgs: fc.array(index, { maxLength: 8 }),
  users: fc.array(index, { minLength: 1, maxLength: 4 }),
  devices: fc.array(
    fc.record({
      owner: fc.option(index),
      org: fc.option(index),
      platform: fc.constantFrom(null, "iOS", "macOS", "Android"),
      status: fc.constantFrom(null, "管理中", "事前登録", "管理外"),
    }),
    { maxLength: 8 },
  ),
  records: fc.array(
    fc.record({
      kind: fc.nat({ max: 2 }),
      licences: fc.option(fc.nat({ max: 4 })),
      orgs: fc.uniqueArray(index, { maxLength: 3 }),
      devices: fc.uniqueArray(index, { maxLength: 3 }),
    }),
    { maxLength: 6 },
  ),
});

const idOf = (number: number): string => `00000000-0000-7000-8000-${String(number).padStart(12, "0")}`;

/** The record types, by noun, with the values of kind that are drawn. */
const NOUNS = {
  "config-profiles": { table: "config_profile", kinds: ["custom", "passcode", "vpn"] },
  apps: { table: "app", kinds: ["Enterprise", "MarketPlace", "MarketPlace"] },
} as const;

type Noun = keyof typeof NOUNS;

const AT = "2026-04-01T00:00:00.000Z";
const orgIdOf = (pk: number): string => `00000000-0000-7000-9000-${String(pk).padStart(12, "0")}`;
const nameOrg = (pk: number): string => (pk === 1 ? "全社" : `C${pk}`);

/** Writes a drawn tenant to the tables. Numbers are cut to what exists; an organisation or device may be missing. */
const store = (noun: Noun, { orgs, users, devices, records }: DrawnTenant) => {
  const { database } = tenant;
  const { table, kinds } = NOUNS[noun];
  database.exec(`begin; delete from org where pk > 1; delete from user; delete from device; delete from ${table}`);
  const parents = orgs.map((parent, at) => 1 + (parent % (at + 1)));
  for (const [at, parent] of parents.entries())
    database.run(
      "insert into org (pk, id, name, code, parent, createdAt, updatedAt, revision) values (:pk, :id, :id, :code, :parent, :AT, :AT, 0)",
      { pk: at + 2, id: orgIdOf(at + 2), code: nameOrg(at + 2), parent, AT },
    );
  const orgOf = (drawn: number): number => 1 + (drawn % (orgs.length + 1));
  for (const [at, org] of users.entries())
    database.run(
      "insert into user (pk, id, name, org, createdAt, updatedAt, revision) values (:pk, :id, :id, :org, :AT, :AT, 0)",
      { pk: at + 1, id: `u${at + 1}`, org: orgOf(org), AT },
    );
  const owned = devices.map(({ owner, org, ...one }) => ({
    ...one,
    owner: owner === null ? null : 1 + (owner % users.length),
    org: owner === null && org !== null ? orgOf(org) : null,
  }));
  for (const [at, one] of owned.entries())
    database.run(
      "insert into device (pk, id, serialNumber, platform, status, owner, ownerOrg, createdAt, updatedAt, revision) values (:pk, :id, :serial, :platform, :status, :owner, :org, :AT, :AT, 0)",
      { pk: at + 1, id: idOf(at + 1), serial: `d${at + 1}`, AT, ...one },
    );
  for (const [at, one] of records.entries()) {
    const licences = noun === "apps" ? ", licences" : "";
    database.run(
      `insert into ${table} (pk, id, name, kind, orgs, devices, createdAt, updatedAt, revision${licences}) values (:pk, :id, :id, :kind, :orgs, :devices, :AT, :AT, 0${licences && ", :licences"})`,
      {
        pk: at + 1,
        id: `p${at + 1}`,
        kind: kinds[one.kind] ?? "",
        ...(noun === "apps" && { licences: one.licences }),
        orgs: JSON.stringify(one.orgs.map((org) => nameOrg(org + 1))),
        devices: JSON.stringify(one.devices.map((device) => `d${device + 1}`)),
        AT,
      },
    );
  }
  database.run("update collection set revision = revision + 1 where name = 'orgs'", {});
  database.exec("commit");
  return { parents, owned };
};

/** Evaluates every pair of a device and a record by itself, then every pair of an organisation and a record. */
const evaluate = ({ users, records, ...drawn }: DrawnTenant, { parents, owned }: ReturnType<typeof store>) => {
  const orgOf = (number: number): number => 1 + (number % (drawn.orgs.length + 1));
  const path = (org: number): readonly number[] => (org === 1 ? [1] : [org, ...path(parents[org - 2] ?? 1)]);
  const ofDevices = owned.map(({ owner, org, platform, status }, at) => {
    if (platform === "Android" || status === "管理外") return [];
    const place = owner === null ? (org ?? 1) : orgOf(users[owner - 1] ?? 0);
    return [...records.entries()].filter(
      ([, { orgs, devices }]) => path(place).some((one) => orgs.includes(one - 1)) || devices.includes(at),
    );
  });
  const ofOrgs = [1, ...parents.keys().map((at) => at + 2)].map((org) =>
    [...records.entries()].filter(([, { orgs }]) => path(org).some((one) => orgs.includes(one - 1))),
  );
  return { ofDevices, ofOrgs };
};

const nameAll = (records: readonly (readonly [number, unknown])[]): readonly string[] =>
  records.map(([at]) => `p${at + 1}`);

test.each(["config-profiles", "apps"] as const)(
  "effective %s equal a brute-force evaluation of 1,000 tenants",
  LONG_TIMEOUT,
  async (noun) => {
    await fc.assert(
      fc.asyncProperty(drawnTenant, async (drawn) => {
        const { ofDevices, ofOrgs } = evaluate(drawn, store(noun, drawn));
        const list = async (query: object): Promise<readonly string[]> =>
          Array.fromAsync(tenant.client[noun].list(query) as AsyncIterable<{ name: string }>, ({ name }) => name);
        const root = String(tenant.database.all("select id from org where pk = 1")[0]?.["id"]);
        expect(await Promise.all(ofDevices.map((_, at) => list({ device: idOf(at + 1) })))).toEqual(
          ofDevices.map(nameAll),
        );
        expect(await Promise.all(ofOrgs.map((_, at) => list({ org: at === 0 ? root : orgIdOf(at + 1) })))).toEqual(
          ofOrgs.map(nameAll),
        );
        const short = [...drawn.records.entries()].filter(([at, { licences }]) => {
          const count = ofDevices.filter((records) => records.some(([one]) => one === at)).length;
          return licences !== null && licences < count;
        });
        expect(noun === "apps" ? await list({ short: true }) : []).toEqual(noun === "apps" ? nameAll(short) : []);
      }),
      toPropertyParameters(4000, 68),
    );
  },
);

test("100,000 devices in 50 organisations with 40 profiles and 40 apps take at most a minute", async () => {
  const { database } = tenant;
  store("apps", {
    orgs: Array.from({ length: 49 }, (_, at) => Math.floor(at / 3)),
    users: [],
    devices: [],
    records: [],
  });
  database.exec(`with recursive n (i) as (select 1 union all select i + 1 from n where i < 100000)
    insert into device (pk, id, serialNumber, platform, ownerOrg, createdAt, updatedAt, revision)
      select i, 'd' || i, 'S' || i, 'iOS', 1 + i % 50, '${AT}', '${AT}', 0 from n`);
  for (const { table, kinds } of Object.values(NOUNS))
    database.exec(`with recursive n (i) as (select 1 union all select i + 1 from n where i < 40)
    insert into ${table} (pk, id, name, kind, orgs, devices, createdAt, updatedAt, revision)
      select i, 'p' || i, 'P' || i, '${kinds[1]}', json_array(iif(i % 2, '全社', 'C' || (2 + i))),
        (select json_group_array('S' || (j.value * 7 + i)) from json_each('[' || rtrim(replace(hex(zeroblob(400)), '0', '1,'), ',') || ']') j),
        '${AT}', '${AT}', 0 from n`);
  database.exec("update app set licences = 10");
  const begin = performance.now();
  const short = await Array.fromAsync(tenant.client.apps.list({ short: true }));
  const took = performance.now() - begin;
  expect(took).toBeLessThan(60_000);
  expect(short).toHaveLength(40);
}, 180_000);
