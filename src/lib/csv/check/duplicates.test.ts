import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Problem } from "../../model/problem.ts";
import { findDuplicates } from "./duplicates.ts";
import { ValueHashes, type ValueHash } from "./hashes.ts";
import { PartChecker } from "./part.ts";
import { ProblemList } from "./problems.ts";
import { FORMATS } from "../../model/formats.ts";
import { readHeader } from "../layout/header.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "clomoctl-duplicates-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const TODAY = "2027-03-31";

const poor: ValueHash = (value, _comparison, _space, into) => {
  into[0] = (value.length % 3) * 0x4000_0000;
  into[1] = 0;
};

const duplicatesOf = async (ids: readonly string[], valuesAReading: number): Promise<readonly Problem[]> => {
  const path = join(folder, "input.csv");
  writeFileSync(path, `ユーザーID\n${ids.map((id) => `${id}\n`).join("")}`);
  const { layout } = readHeader(["ユーザーID"], FORMATS.browser);
  const hashes = new ValueHashes(poor);
  const checker = new PartChecker(layout, { today: TODAY }, new ProblemList(), hashes);
  for (const [i, id] of ids.entries()) checker.record([id], 1, i + 2, i + 2);
  const problems: Problem[] = [];
  const file = await open(path);
  try {
    await findDuplicates(file, hashes.part, {
      layout,
      today: TODAY,
      reading: { encoding: "utf-8" },
      report: (problem) => problems.push(problem),
      hash: poor,
      valuesAReading,
    });
  } finally {
    await file.close();
  }
  return problems;
};

describe("findDuplicates", () => {
  it("reports exactly the duplicates, even with a poor hash", async () => {
    const id = fc.string({ unit: fc.constantFrom("a", "A", "b"), minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.array(id, { maxLength: 20 }), fc.constantFrom(1, 1000), async (ids, valuesAReading) => {
        const expected = ids.flatMap((value, i) => {
          const first = ids.indexOf(value);
          if (first < i) return [`${i + 2} key-duplicate ${first + 2}`];
          const last = ids.lastIndexOf(value);
          return last > i ? [`${i + 2} key-duplicate ${last + 2}`] : [];
        });
        const found = await duplicatesOf(ids, valuesAReading);
        expect(
          found.toSorted((a, b) => a.row - b.row).map(({ row, code, params }) => `${row} ${code} ${params["row"]}`),
        ).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });
});
