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
  readonly profiles: readonly {
    readonly kind: string;
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
  profiles: fc.array(
    fc.record({
      kind: fc.constantFrom("vpn", "passcode", "custom"),
      orgs: fc.uniqueArray(index, { maxLength: 3 }),
      devices: fc.uniqueArray(index, { maxLength: 3 }),
    }),
    { maxLength: 6 },
  ),
});

const idOf = (number: number): string => `00000000-0000-7000-8000-${String(number).padStart(12, "0")}`;

const AT = "2026-04-01T00:00:00.000Z";
const nameOrg = (pk: number): string => (pk === 1 ? "全社" : `C${pk}`);

/** Writes a drawn tenant to the tables. Numbers are cut to what exists; an organisation or device may be missing. */
const store = ({ orgs, users, devices, profiles }: DrawnTenant) => {
  const { database } = tenant;
  database.exec(
    "begin; delete from org where pk > 1; delete from user; delete from device; delete from config_profile",
  );
  const parents = orgs.map((parent, at) => 1 + (parent % (at + 1)));
  for (const [at, parent] of parents.entries())
    database.run(
      "insert into org (pk, id, name, code, parent, createdAt, updatedAt, revision) values (:pk, :id, :id, :code, :parent, :AT, :AT, 0)",
      { pk: at + 2, id: `o${at + 2}`, code: nameOrg(at + 2), parent, AT },
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
  for (const [at, one] of profiles.entries())
    database.run(
      "insert into config_profile (pk, id, name, kind, orgs, devices, createdAt, updatedAt, revision) values (:pk, :id, :id, :kind, :orgs, :devices, :AT, :AT, 0)",
      {
        pk: at + 1,
        id: `p${at + 1}`,
        kind: one.kind,
        orgs: JSON.stringify(one.orgs.map((org) => nameOrg(org + 1))),
        devices: JSON.stringify(one.devices.map((device) => `d${device + 1}`)),
        AT,
      },
    );
  database.run("update collection set revision = revision + 1 where name = 'orgs'", {});
  database.exec("commit");
  return { parents, owned };
};

/** Evaluates every pair of a device and a profile by itself. */
const evaluate = ({ users, profiles, ...drawn }: DrawnTenant, { parents, owned }: ReturnType<typeof store>) => {
  const orgOf = (number: number): number => 1 + (number % (drawn.orgs.length + 1));
  const path = (org: number): readonly number[] => (org === 1 ? [1] : [org, ...path(parents[org - 2] ?? 1)]);
  return owned.map(({ owner, org, platform, status }, at) => {
    if (platform === "Android" || status === "管理外") return [];
    const place = owner === null ? (org ?? 1) : orgOf(users[owner - 1] ?? 0);
    return profiles.flatMap(({ kind, orgs, devices }, number) => {
      const isAutomatic = path(place).some((one) => orgs.includes(one - 1));
      return isAutomatic || devices.includes(at) ? [{ name: `p${number + 1}`, kind }] : [];
    });
  });
};

test("effective profiles equal a brute-force evaluation of 1,000 tenants", LONG_TIMEOUT, async () => {
  await fc.assert(
    fc.asyncProperty(drawnTenant, async (drawn) => {
      const expected = evaluate(drawn, store(drawn));
      const { list, clashes } = tenant.client["config-profiles"];
      const found = await Promise.all(
        expected.map((_, at) => Array.fromAsync(list({ device: idOf(at + 1) }), ({ name, kind }) => ({ name, kind }))),
      );
      expect(found).toEqual(expected);
      const clashing = expected.flatMap((all) =>
        [...Map.groupBy(all, ({ kind }) => kind)].flatMap(([kind, same]) => (same.length > 1 ? [kind] : [])),
      );
      const told = (await clashes()).flatMap(({ kind, devices }) => Array.from({ length: devices }, () => kind));
      expect(told).toEqual(clashing.toSorted());
    }),
    toPropertyParameters(4000, 68),
  );
});

test("100,000 devices in 50 organisations with 40 profiles take at most a minute", { timeout: 180_000 }, async () => {
  const { database } = tenant;
  store({ orgs: Array.from({ length: 49 }, (_, at) => Math.floor(at / 3)), users: [], devices: [], profiles: [] });
  database.exec(`with recursive n (i) as (select 1 union all select i + 1 from n where i < 100000)
    insert into device (pk, id, serialNumber, platform, ownerOrg, createdAt, updatedAt, revision)
      select i, 'd' || i, 'S' || i, 'iOS', 1 + i % 50, '${AT}', '${AT}', 0 from n`);
  database.exec(`with recursive n (i) as (select 1 union all select i + 1 from n where i < 40)
    insert into config_profile (pk, id, name, kind, orgs, devices, createdAt, updatedAt, revision)
      select i, 'p' || i, 'P' || i, 'k' || (i % 15), json_array(iif(i % 2, '全社', 'C' || (2 + i))),
        (select json_group_array('S' || (j.value * 7 + i)) from json_each('[' || rtrim(replace(hex(zeroblob(400)), '0', '1,'), ',') || ']') j),
        '${AT}', '${AT}', 0 from n`);
  const begin = performance.now();
  const clashes = await tenant.client["config-profiles"].clashes();
  expect(performance.now() - begin).toBeLessThan(60_000);
  expect(clashes.length).toBeGreaterThan(10);
});
