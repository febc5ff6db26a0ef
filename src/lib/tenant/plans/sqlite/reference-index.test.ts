import { expect, test } from "vitest";
import { TestTenant } from "#support/tenant/tenant.ts";
import { isKnown } from "./expressions.ts";
import { kindNamed } from "./tables.ts";

test("the organisation that a cell names is found by an index, however many there are", async () => {
  await using tenant = new TestTenant();
  await tenant.import({ kind: "orgs" }, [
    ["組織名", "組織コード"],
    ["営業部", "S1"],
  ]);
  const [reference] = kindNamed("users").references;
  if (reference === undefined) throw new Error("no reference");
  tenant.database.exec("create temp table refer (key text not null)");
  const steps = tenant.database
    .all(`explain query plan select f.key from temp.refer f where not ${isKnown(reference, "f.key")}`)
    .map(({ detail }) => String(detail));
  expect(steps.filter((step) => step.includes("known"))).toEqual([
    expect.stringMatching(/^SEARCH known USING .*INDEX/),
  ]);
});
