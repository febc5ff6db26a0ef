import fc from "fast-check";
import { expect, test } from "vitest";
import { splitIntoLineBlocks } from "../bundle/line-blocks.ts";
import { walkDifferences } from "./walk.ts";

async function* chunksOf(text: string, sizes: readonly number[]): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  const shared = Buffer.alloc(bytes.length);
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    const chunk = shared.subarray(0, bytes.copy(shared, 0, at, at + size));
    at += chunk.length;
    yield chunk;
    shared.fill("#");
  }
}

const linesOf = (records: ReadonlyMap<string, string>): string[] =>
  [...records]
    .toSorted(([one], [other]) => Buffer.compare(Buffer.from(one), Buffer.from(other)))
    .map(([id, value]) => JSON.stringify({ id, value }));

const RECORDS = fc
  .array(fc.tuple(fc.string({ unit: "binary", maxLength: 4 }), fc.string({ maxLength: 40 })), { maxLength: 30 })
  .map((pairs) => new Map(pairs));
const SIZES = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 5 });

test("finds the same pairs as two maps, however the chunks are split, and with a reused buffer", async () => {
  await fc.assert(
    fc.asyncProperty(RECORDS, RECORDS, SIZES, SIZES, async (own, changes, cuts, others) => {
      const after = new Map([...own].filter((_, at) => at % 3 > 0));
      for (const [id, value] of changes) after.set(id, value);
      const [one, other] = [own, after].map((records) => new Set(linesOf(records)));
      const source = (lines: ReadonlySet<string>, sizes: readonly number[]) => ({
        where: "records",
        blocks: splitIntoLineBlocks(chunksOf([...lines].map((line) => `${line}\n`).join(""), sizes), "records"),
      });
      const [gone, come]: string[][] = [[], []];
      for await (const pair of walkDifferences(source(one ?? new Set(), cuts), source(other ?? new Set(), others))) {
        if (pair.before !== undefined) gone?.push(pair.before.toString());
        if (pair.after !== undefined) come?.push(pair.after.toString());
      }
      expect(gone).toEqual([...(one ?? [])].filter((line) => other?.has(line) !== true));
      expect(come).toEqual([...(other ?? [])].filter((line) => one?.has(line) !== true));
    }),
    { numRuns: 100 },
  );
});
