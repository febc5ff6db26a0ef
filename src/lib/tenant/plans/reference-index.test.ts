import { expect, test } from "vitest";
import { TestTenant } from "#support/tenant/tenant.ts";
import { buildIsKnownSql } from "./expressions.ts";
import { getStoredKind } from "./tables.ts";

test("a referenced organisation is found through an index, however many organisations there are", async () => {
  await using tenant = new TestTenant();
  await tenant.import({ kind: "orgs" }, "組織名,組織コード\n営業部,S1");
  const [reference] = getStoredKind("users").references;
  if (reference === undefined) throw new Error("no reference");
  tenant.database.exec("create temp table refer (key text not null)");
  const steps = tenant.database
    .all(`explain query plan select f.key from temp.refer f where not ${buildIsKnownSql(reference, "f.key")}`)
    .map(({ detail }) => String(detail));
  expect(steps.filter((step) => step.includes("known"))).toEqual([
    expect.stringMatching(/^SEARCH known USING .*INDEX/),
  ]);
});
