import { expect, test } from "vitest";
import type { Database } from "../store/sqlite/database.ts";
import { TestTenant } from "../testing/tenant.ts";
import { streamExport } from "./export-text.ts";

test("an export cannot change the tenant", async () => {
  await using tenant = new TestTenant();
  const change = (database: Database): never => {
    database.exec("delete from custom_field");
    throw new Error("it was changed");
  };
  expect(() => streamExport(tenant.database, "lf", change)).toThrow(/readonly/);
});
