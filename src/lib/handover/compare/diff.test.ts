import fc from "fast-check";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openBundle } from "../bundle/read.ts";
import { toPropertyParameters, LONG_TIMEOUT } from "#support/drawn.ts";
import { toPlainDifference, compareByBruteForce } from "#support/handover/brute-force.ts";
import { freshFolder, storageIn, writeBundle, type Records } from "#support/handover/bundles.ts";
import { someSimilarRecords } from "#support/handover/random.ts";
import { compareStates, toTenantState, type Difference } from "./diff.ts";
import { UserNameReader } from "./user-names.ts";
import { walkDifferences } from "./walk.ts";

async function diffOf(one: Records, other: Records, names: readonly string[] = ["a", "b"]): Promise<Difference[]> {
  const root = freshFolder();
  const [a = "", b = ""] = names;
  await writeBundle(join(root, a), storageIn(root), { records: one });
  await writeBundle(join(root, b), storageIn(root), { records: other });
  const place = { workingFolder: root, temporary: storageIn(root) };
  await using before = await openBundle(a, place);
  await using after = await openBundle(b, place);
  return await Array.fromAsync(compareStates(toTenantState(before), toTenantState(after)));
}

test("finds the same differences as a brute-force comparison", LONG_TIMEOUT, async () => {
  await fc.assert(
    fc.asyncProperty(someSimilarRecords, fc.constantFrom(["a", "b"], ["a", "b.zip"]), async ([one, other], names) => {
      const found = await diffOf(one, other, names);
      expect(found.map(toPlainDifference)).toEqual(compareByBruteForce(one, other));
      const nameOf = (id: string | null): unknown =>
        [other, one]
          .flatMap(({ users = [] }) => users as readonly Readonly<Record<string, unknown>>[])
          .find((user) => user["id"] === id)?.["name"] ?? null;
      const accounts = found.filter(({ resource }) => resource === "accounts");
      expect(accounts.map(({ name }) => name)).toEqual(accounts.map(({ id }) => nameOf(id)));
    }),
    toPropertyParameters(25, 20_261_123),
  );
});

const FIELD = { id: "019a9f3c-5a00-7abc-8def-000000000003", name: "入社年度", createdAt: "2026-11-20T01:23:45.000Z" };

test("names each changed record", async () => {
  const renamed = { ...FIELD, name: "入社年" };
  expect(await diffOf({ "custom-fields": [FIELD] }, { "custom-fields": [renamed] })).toEqual([
    {
      resource: "custom-fields",
      change: "changed",
      id: FIELD.id,
      name: "入社年",
      field: "name",
      before: "入社年度",
      after: "入社年",
    },
  ]);
});

test("finds users' names however the file is split, and parses only the requested lines", async () => {
  const ids = Array.from({ length: 40 }, (_, at) => String(at * 2).padStart(4, "0"));
  const lines = ids.map((id) =>
    id === "0010" ? '{"id":"0010",' : JSON.stringify({ id, name: `user ${id}`, memo: '{"id":"0004"' }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }),
      fc.subarray([...Array(82).keys()]),
      async (cuts, asked) => {
        await using names = new UserNameReader({ name: "a", blocks: () => inTurn(blocks(lines, cuts)) });
        for (const number of asked.filter((one) => one !== 10)) {
          const id = String(number).padStart(4, "0");
          const name = ids.includes(id) ? `user ${id}` : null;
          expect(await names.nameOf(id)).toBe(name);
          expect(await names.nameOf(id)).toBe(name);
        }
      },
    ),
  );
});

const blocks = (lines: readonly string[], cuts: readonly number[]): Buffer[] => {
  const made: Buffer[] = [];
  let from = 0;
  for (let turn = 0; from < lines.length; turn += 1) {
    const to = from + (cuts[turn % cuts.length] ?? 1);
    made.push(
      Buffer.from(
        lines
          .slice(from, to)
          .map((line) => `${line}\n`)
          .join(""),
      ),
    );
    from = to;
  }
  return made;
};

async function* inTurn(made: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* made;
}

test("the same lines differ, however the files are split into blocks", async () => {
  const lineOf = (id: number, value: string): string =>
    JSON.stringify({ id: String(id).padStart(4, "0"), value: value.repeat(id % 7 === 0 ? 400 : 1) });
  const file = fc
    .uniqueArray(fc.tuple(fc.nat(60), fc.constantFrom("x", "y", "長い")), { selector: ([id]) => id, maxLength: 50 })
    .map((lines) => lines.toSorted(([x], [y]) => x - y));
  const cuts = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(file, file, cuts, cuts, async (one, other, cutsOfOne, cutsOfOther) => {
      const [mine, theirs] = [one, other].map((lines) => lines.map(([id, value]) => lineOf(id, value)));
      const pairs = await Array.fromAsync(
        walkDifferences(
          { where: "a", blocks: inTurn(blocks(mine ?? [], cutsOfOne)) },
          { where: "b", blocks: inTurn(blocks(theirs ?? [], cutsOfOther)) },
        ),
      );
      const gone = pairs.flatMap(({ before }) => (before === undefined ? [] : [before.toString()]));
      const come = pairs.flatMap(({ after }) => (after === undefined ? [] : [after.toString()]));
      expect(gone).toEqual((mine ?? []).filter((line) => !(theirs ?? []).includes(line)));
      expect(come).toEqual((theirs ?? []).filter((line) => !(mine ?? []).includes(line)));
    }),
  );
});

test.each([
  ["no id", ["{}"]],
  ["no JSON", ["x"]],
  ["another order", ['{"id":"b"}', '{"id":"a"}']],
])("refuses records with %s, and names the file", async (_, lines) => {
  const walking = Array.fromAsync(
    walkDifferences({ where: "a", blocks: inTurn(blocks(lines, [1])) }, { where: "b", blocks: inTurn([]) }),
  );
  await expect(walking).rejects.toMatchObject({ code: "input-rejected", where: "a" });
});
