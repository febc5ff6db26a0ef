import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { formatRecord, NEWLINES } from "../../csv/records/record.ts";
import { TestTenant } from "#support/tenant/tenant.ts";
import { buildCsvLines } from "./list-export.ts";
import { Store } from "../store/store.ts";
import type { Reader } from "../store/types.ts";

test("an export cannot change the tenant", async () => {
  await using tenant = new TestTenant();
  const given: Reader[] = [];
  const stream = await new Store(tenant.database).lines(async (reader) => {
    given.push(reader);
    const fields = { key: "t.pk", before: 0, table: "custom_field t", joined: "", among: "true", where: "true" };
    return buildCsvLines({ ...fields, params: {} }, [{ header: "name", sql: "t.name" }], "lf");
  });
  const changing = given.map((reader) => reader.all("delete from custom_field"));
  await expect(Promise.all(changing)).rejects.toThrow(/readonly/);
  expect(changing).toHaveLength(1);
  await stream.cancel();
});

/** Texts of letters, of what CSV quotes, of what JSON escapes, and of what ends cells on the way. */
const CELL = fc.string({
  unit: fc.constantFrom("a", "髙", "😀", " ", ",", '"', "\\", "\n", "\r", "\u001e", "\u001f", "\t"),
  maxLength: 6,
});

const hasAny = (text: string, characters: string): boolean => [...characters].some((one) => text.includes(one));

test("cells with any characters match the record writer, for each newline, and only some need the slower form", async () => {
  const list = "json_array(t.name)";
  const columns = [
    { header: "name", sql: "t.name" },
    { header: "first", sql: `${list} ->> 0`, plain: `substr(${list}, 3, max(0, length(${list}) - 4))` },
    { header: "key", sql: "t.nameKey" },
  ];
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.tuple(CELL, CELL), { minLength: 1, maxLength: 40, selector: ([, key]) => key }),
      fc.constantFrom("lf", "cr", "crlf"),
      async (rows, newline) => {
        await using tenant = new TestTenant();
        for (const [at, [name, key]] of rows.entries()) {
          tenant.database.run(
            "insert into custom_field (pk, id, name, nameKey, createdAt) values (:pk, 'id' || :pk, :name, :key, '')",
            { pk: at + 1, name, key },
          );
        }
        const used: (() => readonly { readonly value: unknown }[])[] = [];
        const stream = await new Store(tenant.database).lines(async () => {
          const fields = { key: "t.pk", before: 0, table: "custom_field t", joined: "", among: "true", where: "true" };
          const lines = buildCsvLines({ ...fields, params: {} }, columns, newline);
          const faster = lines.plain && vi.spyOn(lines.plain, "finished");
          used.push(() => faster?.mock.results ?? []);
          return lines;
        });
        const records = [["name", "first", "key"], ...rows.map(([name, key]) => [name, name, key])];
        expect(await new Response(stream).text()).toBe(
          records.map((cells) => formatRecord(cells, NEWLINES[newline])).join(""),
        );
        const isUnusable = rows.some(
          ([name, key]) => hasAny(name, ',"\\\n\r\t\u001e\u001f') || hasAny(key, "\u001e\u001f"),
        );
        expect(used.flatMap((results) => results().map(({ value }) => value === undefined))).toEqual([isUnusable]);
      },
    ),
    { numRuns: 60, examples: (["lf", "cr", "crlf"] as const).map((newline) => [[["a", "b"]], newline]) },
  );
});
