import { expect, test } from "vitest";
import { TestTenant } from "#support/tenant/tenant.ts";
import { listStoredColumns } from "../../model/thing.ts";
import { ALL_COLUMNS_MASK, VERSION_SCHEMAS, getVersionTable } from "./tables.ts";

/** What no version keeps: the record's number, when it was written, and what proves a password. */
const BESIDE = ["pk", "revision", "updatedAt", "verifier"];

test.each([...VERSION_SCHEMAS])(
  "versions of %s have all of its columns, with a bit that fits into an integer",
  async (name, versions) => {
    await using tenant = new TestTenant();
    const columnsOf = (table: string): readonly string[] =>
      tenant.sql("select name from pragma_table_info(:table)", { table }).map((row) => String(row["name"]));
    const kept = versions.columns.map((column) => column.name);
    const own = columnsOf(name).filter((column) => column !== versions.key && !BESIDE.includes(column));
    expect(kept.toSorted()).toEqual(own.toSorted());
    expect(versions.times).toEqual(columnsOf(name).filter((column) => column === "updatedAt"));
    expect(columnsOf(getVersionTable(versions))).toEqual([
      "pk",
      "revision",
      "action",
      "changed",
      ...kept,
      ...versions.times,
    ]);
    const bits = new Set(versions.columns.map(({ bit }) => Number(bit)));
    expect(listStoredColumns(versions.thing).length).toBeLessThan(52);
    expect([...bits].every((bit) => Number.isSafeInteger(bit) && (BigInt(ALL_COLUMNS_MASK) & BigInt(bit)) !== 0n)).toBe(
      true,
    );
    expect(new Set(versions.columns.filter(({ leads }) => leads).map(({ bit }) => bit)).size).toBe(
      listStoredColumns(versions.thing).length,
    );
  },
);
