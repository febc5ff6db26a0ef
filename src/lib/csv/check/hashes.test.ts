import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findSharedHashes, toHashId, hashValue, toStoredRow, ValueHashes, type ValueHash } from "./hashes.ts";

const collect = (values: readonly string[], hash?: ValueHash): ValueHashes => {
  const hashes = new ValueHashes(hash);
  for (const [index, value] of values.entries()) hashes.add(value, "exact", 0, index + 1);
  return hashes;
};

const findAll = (hashes: ValueHashes): { ids: readonly number[]; rows: readonly number[] } => {
  const all = [...findSharedHashes(hashes.part)];
  return {
    ids: all.flatMap(({ ids }) => ids),
    rows: all.flatMap(({ rows }) => rows).toSorted((a, b) => a - b),
  };
};

const idOf = (value: string): number => {
  const into = new Uint32Array(2);
  hashValue(value, "exact", 0, into);
  return toHashId(into[0] ?? 0, into[1] ?? 0);
};

describe("findSharedHashes", () => {
  it("reports every value that is in several rows, with its rows", () => {
    const value = fc.string({ maxLength: 2, unit: fc.constantFrom("a", "b", "c") });
    fc.assert(
      fc.property(fc.array(value), (all) => {
        const isRepeated = (v: string): boolean => all.indexOf(v) !== all.lastIndexOf(v);
        const found = findAll(collect(all));
        expect(new Set(found.ids)).toEqual(new Set(all.filter(isRepeated).map(idOf)));
        const rows = all.flatMap((v, i) => (isRepeated(v) ? [toStoredRow(i + 1)] : []));
        expect(found.rows).toEqual(rows.toSorted((a, b) => a - b));
      }),
    );
  });

  it("handles many chunks and buckets", () => {
    const values = Array.from({ length: 200_000 }, (_, i) => `user${i}@example.com`);
    expect(findAll(collect(values)).rows).toEqual([]);
    values[150_000] = "user7@example.com";
    expect(findAll(collect(values))).toEqual({
      ids: [idOf("user7@example.com")],
      rows: [8, 150_001],
    });
  });

  it("finds nothing to read again if no value is in two rows", () => {
    expect([...findSharedHashes(collect(["a", "b", "c"]).part)]).toEqual([]);
  });

  it("keeps separate value spaces apart", () => {
    const hashes = new ValueHashes();
    hashes.add("a", "exact", 0, 1);
    hashes.add("a", "exact", 1, 2);
    expect(findAll(hashes).rows).toEqual([]);
  });
});

describe("hashValue", () => {
  const hash = (key: string): readonly number[] => {
    const into = new Uint32Array(2);
    hashValue(key, "mail-address", 0, into);
    return [...into];
  };

  it("depends on every character, in both of its words", () => {
    const base = hash("user1@example.com");
    for (const other of ["user2@example.com", "uesr1@example.com", "user1@example.con", "user1@example.co", "山"]) {
      expect(hash(other)[0]).not.toBe(base[0]);
      expect(hash(other)[1]).not.toBe(base[1]);
    }
  });

  it("differs for nearly all codes and addresses that differ only in digits", () => {
    const ids = new Set<number>();
    const into = new Uint32Array(2);
    for (let i = 0; i < 100_000; i += 1) {
      for (const value of [`${i}`, `E${String(i).padStart(7, "0")}`, `sato${i}@example.jp`]) {
        hashValue(value, "code", 0, into);
        ids.add(toHashId(into[0] ?? 0, into[1] ?? 0));
      }
    }
    expect(ids.size).toBe(300_000);
  });

  it("is the same for addresses that compare equal", () => {
    for (const other of ["STRASSE@x", "strasse@X", "Straße@x"]) expect(hash(other)).toEqual(hash("Strasse@x"));
    expect(hash("\u212a@x")).toEqual(hash("k@x"));
  });
});
