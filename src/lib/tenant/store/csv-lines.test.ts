import { expect, test } from "vitest";
import { TestTenant } from "../testing/tenant.ts";
import { csvLines } from "./csv-lines.ts";
import { SqliteStore } from "./sqlite/store.ts";
import type { Reader } from "./store.ts";

test("an export cannot change the tenant", async () => {
  await using tenant = new TestTenant();
  const given: Reader[] = [];
  const stream = await new SqliteStore(tenant.database).lines(async (reader) => {
    given.push(reader);
    const fields = { key: "t.pk", before: 0, table: "custom_field t", joined: "", among: "true", where: "true" };
    return csvLines({ ...fields, params: {} }, [{ header: "name", sql: "t.name" }], "lf");
  });
  const changing = given.map((reader) => reader.all("delete from custom_field"));
  await expect(Promise.all(changing)).rejects.toThrow(/readonly/);
  expect(changing).toHaveLength(1);
  await stream.cancel();
});
