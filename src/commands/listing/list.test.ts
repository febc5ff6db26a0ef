import { describe, expect, it } from "vitest";
import type { Failure } from "../../lib/errors/index.ts";
import { same } from "../../lib/text/index.ts";
import { firstLines, firstOf, listColumns } from "./list.ts";
import { theOne } from "./named.ts";

const COLUMNS = ["id", "name"].map((key) => ({ key, header: same(key), value: () => key }));
const keys = (output: Parameters<typeof listColumns>[0]["output"]): readonly string[] =>
  listColumns({ output }, COLUMNS, ["name"]).map(({ key }) => key);

describe("listColumns", () => {
  it("gives people and pipes the usual ones, programs and who names some all of them", () => {
    for (const format of ["table", "tsv", "csv"] as const)
      expect(keys({ format, fields: undefined, query: undefined })).toEqual(["name"]);
    expect(keys({ format: "ndjson", fields: undefined, query: undefined })).toEqual(["id", "name"]);
    expect(keys({ format: "json", fields: undefined, query: "[0]" })).toEqual(["id", "name"]);
    expect(keys({ format: "table", fields: ["id"], query: undefined })).toEqual(["id", "name"]);
    expect(keys({ format: "json", fields: undefined, query: undefined })).toEqual(["id", "name"]);
  });
});

describe("firstOf", () => {
  it("asks for no more records than it gives", async () => {
    let asked = 0;
    function* records(): Generator<number> {
      for (;;) yield (asked += 1);
    }
    expect(await Array.fromAsync(firstOf(records(), 3))).toEqual([1, 2, 3]);
    expect(asked).toBe(3);
    expect(await Array.fromAsync(firstOf(records(), 0))).toEqual([]);
    expect(asked).toBe(3);
    const all = [1, 2];
    expect(firstOf(all, undefined)).toBe(all);
  });
});

describe("firstLines", () => {
  const chunks = ["a\nbb\n", "cc", "c\n", "d\n"];
  async function* source(): AsyncGenerator<Uint8Array> {
    for (const chunk of chunks) yield Buffer.from(chunk);
  }
  const first = async (limit?: number): Promise<string> =>
    Buffer.concat(await Array.fromAsync(firstLines(source(), limit))).toString();

  it("are as many as asked for, wherever the chunks end", async () => {
    expect(await first()).toBe(chunks.join(""));
    expect(await Promise.all([0, 1, 2, 3, 4, 5].map(first))).toEqual([
      "",
      "a\n",
      "a\nbb\n",
      "a\nbb\nccc\n",
      chunks.join(""),
      chunks.join(""),
    ]);
  });
});

describe("theOne", () => {
  const kind = { noun: same("user"), list: "clomoctl users list", describe: (id: number) => `no. ${id}` };
  const failing = (found: readonly number[]): Failure | undefined => {
    try {
      theOne("x", found, kind);
      return undefined;
    } catch (error) {
      return error as Failure;
    }
  };

  it("is the only one that fits", () => {
    expect(theOne("x", [7], kind)).toBe(7);
    expect(failing([])).toMatchObject({ code: "not-found", hint: { en: "see clomoctl users list" } });
    expect(failing([1, 2])).toMatchObject({ code: "usage", what: { en: "x matches 2: no. 1; no. 2" } });
  });

  it("lists some of many", () => {
    expect(failing(Array.from({ length: 30 }, (_, at) => at))?.what.en).toMatch(/^x matches 30: no\. 0;.+no\. 9; …$/);
    expect(failing(Array.from({ length: 10 }, (_, at) => at))?.what.en).toMatch(/no\. 9$/);
    expect(failing(Array.from({ length: 11 }, (_, at) => at))?.what.en).toMatch(/no\. 9; …$/);
  });
});
