import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findSharedHashes, hashValue, ValueHashes, type ValueHash } from "./hashes.ts";

const collect = (values: readonly string[], hash?: ValueHash): ValueHashes => {
  const hashes = new ValueHashes(hash);
  for (const [index, value] of values.entries()) hashes.add(value, "exact", 0, index + 1);
  return hashes;
};

const rowsOf = (parts: Parameters<typeof findSharedHashes>[0]): ReadonlySet<number> =>
  new Set([...findSharedHashes(parts)].flatMap(({ rows }) => rows));

describe("findSharedHashes", () => {
  it("tells every row whose value is in another row too, over parts", () => {
    const value = fc.string({ maxLength: 2, unit: fc.constantFrom("a", "b", "c") });
    fc.assert(
      fc.property(fc.array(value), fc.array(value), (first, second) => {
        const all = [...first, ...second];
        const repeated = all.flatMap((v, i) => (all.filter((other) => other === v).length > 1 ? [i + 1] : []));
        const found = rowsOf([
          { hashes: collect(first).part, rowsBefore: 0 },
          { hashes: collect(second).part, rowsBefore: first.length },
        ]);
        expect([...found].toSorted((a, b) => a - b)).toEqual(repeated);
      }),
    );
  });

  it("goes over many chunks and buckets", () => {
    const values = Array.from({ length: 200_000 }, (_, i) => `user${i}@example.com`);
    expect(rowsOf([{ hashes: collect(values).part, rowsBefore: 0 }])).toEqual(new Set());
    values[150_000] = "user7@example.com";
    expect(rowsOf([{ hashes: collect(values).part, rowsBefore: 0 }])).toEqual(new Set([8, 150_001]));
  });

  it("finds nothing to read again where no value is in two rows", () => {
    expect([...findSharedHashes([{ hashes: collect(["a", "b", "c"]).part, rowsBefore: 0 }])]).toEqual([]);
  });

  it("keeps the spaces apart", () => {
    const hashes = new ValueHashes();
    hashes.add("a", "exact", 0, 1);
    hashes.add("a", "exact", 1, 2);
    expect(rowsOf([{ hashes: hashes.part, rowsBefore: 0 }])).toEqual(new Set());
  });
});

describe("hashValue", () => {
  const hash = (key: string): readonly number[] => {
    const into = new Uint32Array(2);
    hashValue(key, "mail-address", 0, into);
    return [...into];
  };

  it("depends on every character in both words", () => {
    const base = hash("user1@example.com");
    for (const other of ["user2@example.com", "uesr1@example.com", "user1@example.con", "user1@example.co", "山"]) {
      expect(hash(other)[0]).not.toBe(base[0]);
      expect(hash(other)[1]).not.toBe(base[1]);
    }
  });

  it("is the same for addresses that compare equal", () => {
    for (const other of ["STRASSE@x", "strasse@X", "Straße@x"]) expect(hash(other)).toEqual(hash("Strasse@x"));
    expect(hash("\u212a@x")).toEqual(hash("k@x"));
  });
});
