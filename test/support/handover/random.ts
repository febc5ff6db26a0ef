import fc from "fast-check";
import type { Field, Fields } from "../../../src/lib/model/thing.ts";
import { RESOURCE_NAMES, resourceOf, type ResourceName } from "../../../src/lib/handover/resources.ts";
import type { Records } from "./bundles.ts";

type AnyRecord = Readonly<Record<string, unknown>>;

const someWord = fc.oneof(
  fc.constantFrom(
    "",
    "本社",
    "営業部",
    "髙橋",
    "ｶﾅ",
    'a"b\\c',
    "line\nbreak",
    "\u202Eabc",
    "👩‍👩‍👧",
    "\u0000",
    "\u2028",
    "<script>",
  ),
  fc.string({ unit: "grapheme", maxLength: 12 }),
);

const someHex = (length: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(..."0123456789abcdef".split("")), minLength: length, maxLength: length });

/** One of 41 UUIDv7 values. There are so few that two bundles often have records with the same id. */
const someId = fc.nat(40).map((last) => `019a9f3c-5a00-7abc-8def-${String(last).padStart(12, "0")}`);

const someInstant = fc
  .date({ min: new Date("2020-01-01T00:00:00Z"), max: new Date("2029-12-31T00:00:00Z"), noInvalidDate: true })
  .map((at) => at.toISOString());

function someBareValue(field: Field): fc.Arbitrary<unknown> {
  switch (field.type) {
    case "text":
      return someWord;
    case "texts":
      return fc.array(someWord, { maxLength: 3 });
    case "choice":
      return fc.constantFrom(...field.choices);
    case "id":
      return someId;
    case "instant":
      return someInstant;
    case "day":
      return someInstant.map((at) => at.slice(0, 10));
    case "digest":
      return someHex(64);
    case "boolean":
      return fc.boolean();
    case "integer":
      return fc.integer();
    case "object":
      return someRecord(field.of);
    case "objects":
      return fc.array(someRecord(field.of), { maxLength: 2 });
  }
}

const someFieldValue = (field: Field): fc.Arbitrary<unknown> =>
  field.nullable === true ? fc.option(someBareValue(field)) : someBareValue(field);

const someRecord = (fields: Fields): fc.Arbitrary<AnyRecord> =>
  fc
    .tuple(...Object.values(fields).map(someFieldValue))
    .map((values) => Object.fromEntries(Object.keys(fields).map((name, at) => [name, values[at]])));

const compareIds = (one: AnyRecord, other: AnyRecord): number =>
  Buffer.compare(Buffer.from(String(one["id"])), Buffer.from(String(other["id"])));

/** Returns random records of a resource, sorted by id. The records that they refer to need not exist. */
const someRecordsOf = (name: ResourceName): fc.Arbitrary<readonly AnyRecord[]> => {
  const { fields, single } = resourceOf(name);
  if (single === true)
    return fc.array(
      someRecord(fields).map((record) => ({ ...record, id: name })),
      { maxLength: 1 },
    );
  return fc
    .uniqueArray(someRecord(fields), { maxLength: 6, selector: ({ id }) => id })
    .map((records) => records.toSorted(compareIds));
};

export const someWholeRecords: fc.Arbitrary<Records> = fc
  .tuple(...RESOURCE_NAMES.map(someRecordsOf))
  .map((all) => Object.fromEntries(RESOURCE_NAMES.map((name, at) => [name, all[at] ?? []])));

/** Two sets of records with much in common. */
export const someSimilarRecords: fc.Arbitrary<readonly [Records, Records]> = fc
  .tuple(someWholeRecords, someWholeRecords, fc.infiniteStream(fc.integer({ min: 0, max: 2 })))
  .map(([one, other, choices]) => [one, mixRecords(one, other, choices)]);

function mixRecords(one: Records, other: Records, choices: Iterator<number>): Records {
  return Object.fromEntries(
    RESOURCE_NAMES.map((name) => {
      const [mine, theirs] = [one[name] ?? [], other[name] ?? []] as readonly (readonly AnyRecord[])[];
      const byKey = new Map((mine ?? []).map((record) => [String(record["id"]), record]));
      for (const record of theirs ?? []) {
        const choice = Number(choices.next().value);
        const id = String(record["id"]);
        if (choice === 0) byKey.delete(id);
        if (choice === 1) byKey.set(id, record);
      }
      return [name, [...byKey.values()].toSorted(compareIds)];
    }),
  );
}
