import { readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { EncodingDetector, type EncodingGuess } from "../src/lib/csv/encoding/detect.ts";
import type { FormatName } from "../src/lib/nouns/index.ts";
import { RecordReader } from "../src/lib/csv/encoding/reader.ts";
import type { Encoding } from "../src/lib/csv/records/record.ts";
import { PROBLEMS } from "../src/lib/model/problem.ts";
import { openForAllTests } from "#support/tenant/tenant.ts";
import { allFixtures } from "./fixtures/all.ts";
import type { BrokenEntry } from "./fixtures/broken-file.ts";
import type { FixtureEntry } from "./fixtures/file.ts";
import type { ExpectedProblem } from "./fixtures/mistakes.ts";

const FOLDER = join(import.meta.dirname, "..", "fixtures");
const BROKEN = join(FOLDER, "broken");

const parsed = (path: string): unknown => JSON.parse(readFileSync(path, "utf8"));

const good = Object.entries(parsed(join(FOLDER, "index.json")) as Record<string, FixtureEntry>);
const broken = Object.entries(parsed(join(BROKEN, "index.json")) as Record<string, BrokenEntry>);

const tenant = openForAllTests();

/** Plans an import into an empty tenant, or one with the users of the fixtures for lists of what belongs to them. */
const check = async (
  path: string,
  kind: FormatName,
  { encoding, delimiter }: Pick<FixtureEntry, "encoding" | "delimiter">,
) => {
  tenant.clear();
  const creates = { createOrgs: true, createGroups: true };
  if (kind === "devices" && !path.startsWith(BROKEN)) {
    const users = Uint8Array.from(readFileSync(join(FOLDER, "users", "people.utf-8.crlf.csv")));
    await tenant.client.imports.commit(await tenant.send({ kind: "users", ...creates }, users, "utf-8"));
  }
  const plan = await tenant.send({ kind, delimiter, ...creates }, Uint8Array.from(readFileSync(path)), encoding);
  return { ...plan, problems: await tenant.problems(plan) };
};

const detect = (path: string): EncodingGuess => {
  const detector = new EncodingDetector();
  detector.write(readFileSync(path));
  return detector.end();
};

const records = (path: string, { encoding, delimiter = "," }: Pick<FixtureEntry, "encoding" | "delimiter">) => {
  const found: string[][] = [];
  const reader = new RecordReader(
    { encoding, dialect: { delimiter } },
    {
      record: (cells, count) => void found.push(cells.slice(0, count)),
      problem: ({ code, row }) => expect.fail(`${code} in row ${row}`),
    },
  );
  reader.write(readFileSync(path));
  reader.end();
  return found;
};

describe("the fixtures", () => {
  it("match the generated files byte for byte", async () => {
    const wanted = allFixtures();
    const entries = await readdir(FOLDER, { recursive: true, withFileTypes: true });
    const present = entries
      .filter((entry) => entry.isFile())
      .map((entry) =>
        join(entry.parentPath, entry.name)
          .slice(FOLDER.length + 1)
          .replaceAll("\\", "/"),
      )
      .filter((file) => file !== "README.md" && file !== ".gitattributes" && !/^(?:bundles|lists)\//.test(file));
    expect(new Set(present)).toEqual(new Set(wanted.keys()));
    const differing = [...wanted].filter(([file, bytes]) => !readFileSync(join(FOLDER, file)).equals(bytes));
    expect(differing.map(([file]) => file)).toEqual([]);
  });
});

const WARNED_OF: ReadonlySet<string> = new Set(["name-blanks", "value-mended"]);

describe("good fixtures", () => {
  it.each(good)("%s has no problem", async (file, { format, encoding, delimiter = "," }) => {
    const report = await check(join(FOLDER, file), format, { encoding, delimiter });
    // half-width kana and blanks at the ends of texts are corrected
    const rest = report.problems.filter(({ code }) => !WARNED_OF.has(code));
    expect([rest, report.errors]).toEqual([[], 0]);
    expect(report.rows).toBeGreaterThan(0);
  });

  it.each(good)("%s is recognised", (file, { encoding }) => {
    expect(detect(join(FOLDER, file))).toMatchObject({ encoding, ascii: false, ambiguity: undefined });
  });

  it("contain the same records in all their encodings", () => {
    const families = Map.groupBy(good, ([file]) => file.replace(/\.(?:shift_jis|utf).*/, ""));
    const pairs = [...families.values()].filter((files) => files.length > 1);
    expect(pairs.map((files) => files.length)).toEqual([8, 6, 6, 6, 6, 6, 6, 2, 2, 2]);
    for (const files of pairs) {
      const [first, ...others] = files.map(([file, entry]) => records(join(FOLDER, file), entry));
      for (const other of others) expect(other).toEqual(first);
    }
  });
});

const read = (file: string): Uint8Array<ArrayBuffer> => Uint8Array.from(readFileSync(join(BROKEN, file)));

const isShort = ({ maxRecordLength }: BrokenEntry): boolean => maxRecordLength === undefined;
const alone = broken.filter(([, entry]) => entry.needs === undefined && isShort(entry));
const long = broken.filter(([, entry]) => !isShort(entry));
const beside = broken.filter(([, { needs }]) => needs !== undefined);

/** Tests make the workbooks that they need. */
const OF_WORKBOOKS = /^(?:cell-.+|rows-hidden)$/;

describe("broken fixtures", () => {
  it("exist for every problem", () => {
    // this one is found with --allow unknown-columns only
    const mending = ["header-near"];
    // these are corrected
    const ofBytes = ["character-invisible", "value-hidden"];
    // and these in a tenant that has records or custom fields, or in an export of the console
    const inTenants = `key-mended account-name-composed administrator-above column-blank row-contested org-outside
      owner-ambiguous owner-released row-ambiguous org-name-ambiguous org-name-taken org-name-unknown row-repeated
      row-skipped row-total values-cleared reference-deleted value-kept value-respelt zeros-lost row-left
      leaving-unknown leaver-stays record-unknown record-ambiguous record-contested values-moved`.split(/\s+/);
    // no field of today's files has these types
    const ofTypes = ["not-day", "not-integer", "not-count"];
    const found = new Set([...broken.map(([, { code }]) => code), ...mending, ...ofBytes, ...inTenants, ...ofTypes]);
    expect(found).toEqual(new Set(Object.keys(PROBLEMS).filter((code) => !OF_WORKBOOKS.test(code))));
  });

  it.each(alone)(
    "%s has exactly its problem",
    async (file, { format, encoding, partner, code, row, column, header = "" }) => {
      const { problems } = await check(join(BROKEN, file), format, { encoding });
      const first = partner === undefined ? [] : [{ code, row: partner }];
      expect(problems).toMatchObject([...first, { code, row, column, header }]);
    },
  );

  it.each(long)("%s has a record that is too long", (file, { encoding, maxRecordLength, ...wanted }) => {
    const found: object[] = [];
    const reader = new RecordReader(
      { encoding, maxRecordLength },
      { record: () => undefined, problem: (one) => void found.push(one) },
    );
    reader.write(read(file));
    reader.end();
    expect(found).toMatchObject([{ code: wanted.code, row: wanted.row }]);
  });

  it.each(beside)("%s has exactly its problem when it is checked against its tenant", async (file, entry) => {
    const { format, encoding, code, row, column, header = "", partner, before = [], administrator, request } = entry;
    tenant.clear();
    for (const earlier of before) {
      await tenant.client.imports.commit(await tenant.send({ kind: earlier.format }, read(earlier.file), encoding));
    }
    const who = administrator ?? null;
    tenant.sql("update user set administrator = 1 where emails ->> 0 = :who", { who });
    tenant.sql("update secured_user set administrator = 1 where userId = :who", { who });
    const plan = await tenant.send({ kind: format, ...request }, read(file), encoding);
    const first = partner === undefined ? [] : [{ code, row: partner }];
    expect(await tenant.problems(plan)).toMatchObject([...first, { code, row, column, header }]);
  });

  it("ambiguous-kana.csv could be in either encoding", () => {
    expect(detect(join(BROKEN, "ambiguous-kana.csv")).ambiguity).toEqual({
      row: 2,
      utf8: "Muñoz,munoz@example.com",
      cp932: "Muﾃｱoz,munoz@example.com",
    });
  });
});

interface Expected {
  readonly format: FormatName;
  readonly encoding: Encoding;
  readonly problems: readonly ExpectedProblem[];
}

describe.each(["twenty-mistakes", "twenty-codes"])("%s", (name) => {
  const file = (ending: string): string => join(BROKEN, `${name}.${ending}`);
  const { format, encoding, problems } = parsed(file("json")) as Expected;

  it("has more than twenty kinds of mistakes", () => {
    const kinds = new Set(problems.map(({ code, kind }) => (name === "twenty-codes" ? code : kind)));
    expect(kinds.size).toBeGreaterThan(20);
    expect(problems.some(({ row, line }) => row !== line)).toBe(true);
  });

  it("has exactly its mistakes", async () => {
    const report = await check(file("csv"), format, { encoding });
    const places = report.problems.map(({ row, line, column, code }) => ({ row, line, column, code }));
    const order = (a: object, b: object): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
    // the earlier of two rows at fault is named as well; no record before it has two lines
    const wanted = problems.flatMap(({ row, line, column, code, partner }) => [
      ...(partner === undefined ? [] : [{ row: partner, line: partner, column, code }]),
      { row, line, column, code },
    ]);
    expect(places.toSorted(order)).toEqual(wanted.toSorted(order));
  });

  it("has no problems after its mistakes are corrected", async () => {
    const report = await check(file("mended.csv"), format, { encoding });
    expect(report).toMatchObject({ problems: [], errors: 0, warnings: 0 });
  });
});
