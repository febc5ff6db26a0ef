import fc from "fast-check";
import { expect, test } from "vitest";
import { partsOf, randomTenant, restoreFrom, travelling } from "./testing/restoring.ts";
import { failureOf, TestTenant } from "./testing/tenant.ts";

/** Pairs of random tenants; `CLOMOCTL_HISTORIES` makes more. */
const RUNS = Number(process.env["CLOMOCTL_HISTORIES"] ?? 24);

/** Everything in the file, but for what tells how often it was changed. */
const contentOf = ({ database }: TestTenant): string =>
  JSON.stringify(
    database
      .all("select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' order by name")
      .map(({ name }) => [name, database.all(`select * from "${String(name)}"`)]),
  );

test("a tenant that was empty is the one that was exported, to the byte, and the same again changes nothing", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), async (seed) => {
      await using from = await randomTenant(seed);
      await using to = new TestTenant();
      const files = await travelling(from.client);
      await restoreFrom(to.client, files);
      expect(await travelling(to.client)).toEqual(files);
      const before = contentOf(to);
      expect((await restoreFrom(to.client, files)).id).toBeNull();
      expect(contentOf(to)).toBe(before);
    }),
    { numRuns: RUNS },
  );
}, 300_000);

test("any tenant is made like any other", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), fc.integer(), async (one, other) => {
      await using from = await randomTenant(one);
      await using to = await randomTenant(other);
      const files = await travelling(from.client);
      await restoreFrom(to.client, files);
      expect(await travelling(to.client)).toEqual(files);
    }),
    { numRuns: RUNS },
  );
}, 300_000);

test("what was changed is changed back, and what was done meanwhile is undone", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), async (seed) => {
      await using tenant = await randomTenant(seed);
      const { database } = tenant;
      const files = await travelling(tenant.client);
      const [keys, swapped] = [
        `coalesce(accountKey, accountName)`,
        "select pk from user where accountName is not null order by pk limit 2",
      ];
      database.change(() => {
        const users = database.all(swapped).map(({ pk }) => Number(pk));
        const [a, b] = users;
        if (a !== undefined && b !== undefined) {
          const [was] = database.all(
            `select accountName, accountKey, emails, emailKeys, ${keys} as key from user where pk = :a`,
            { a },
          );
          database.run("update user set accountName = 'x', accountKey = null where pk = :a", { a });
          database.run("update user set accountName = :accountName, accountKey = :accountKey where pk = :b", {
            ...was,
            b,
          });
        }
        database.run("update user set employeeCode = 'neu' || pk where pk % 2 = 0");
        database.run("update custom_field set name = 'anders' || pk, nameKey = 'anders' || pk");
        database.run("delete from device where pk % 2 = 1");
        database.run("update org set name = name || '2', code = null, codeKey = null where parent is not null");
      });
      await restoreFrom(tenant.client, files);
      expect(await travelling(tenant.client)).toEqual(files);
    }),
    { numRuns: RUNS },
  );
}, 300_000);

test("nothing is removed that was not confirmed by its number, and a plan holds for the tenant it was made of", async () => {
  await using from = new TestTenant();
  await using to = await randomTenant(5);
  const files = await travelling(from.client);
  const before = contentOf(to);
  const { etag, resources, removals } = await to.client.restores.plan(partsOf(files));
  const removed = resources.reduce((sum, each) => sum + each.removed, 0);
  expect(removals).toHaveLength(removed);
  expect(removed).toBeGreaterThan(10);
  const few = await failureOf(to.client.restores.create({ etag }, partsOf(files), { deletions: removed - 1 }));
  expect(few?.code).toBe("input-rejected");
  expect(few?.what.en).toContain(`removes ${removed} records`);
  expect(contentOf(to)).toBe(before);
  await to.client.users.create({ name: "後から", emails: ["later@example.co.jp"] });
  const late = await failureOf(to.client.restores.create({ etag }, partsOf(files), { deletions: removed }));
  expect(late?.code).toBe("conflict");
});
