import fc from "fast-check";
import type { Field, Fields } from "../../../src/lib/model/thing.ts";
import { RESOURCE_NAMES, resourceOf, type ResourceName } from "../../../src/lib/handover/resources.ts";
import type { Records } from "./bundles.ts";

type Record_ = Readonly<Record<string, unknown>>;

const WORDS = fc.oneof(
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

const hex = (length: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(..."0123456789abcdef".split("")), minLength: length, maxLength: length });

/** One of 41 UUIDv7 values, so that two bundles often have records with the same id. */
const ID = fc.nat(40).map((last) => `019a9f3c-5a00-7abc-8def-${String(last).padStart(12, "0")}`);

const instant = fc
  .date({ min: new Date("2020-01-01T00:00:00Z"), max: new Date("2029-12-31T00:00:00Z"), noInvalidDate: true })
  .map((at) => at.toISOString());

function bare(field: Field): fc.Arbitrary<unknown> {
  switch (field.type) {
    case "text":
      return WORDS;
    case "texts":
      return fc.array(WORDS, { maxLength: 3 });
    case "choice":
      return fc.constantFrom(...field.choices);
    case "id":
      return ID;
    case "instant":
      return instant;
    case "day":
      return instant.map((at) => at.slice(0, 10));
    case "digest":
      return hex(64);
    case "boolean":
      return fc.boolean();
    case "integer":
      return fc.integer();
    case "object":
      return ordered(field.of);
    case "objects":
      return fc.array(ordered(field.of), { maxLength: 2 });
  }
}

const valueOf = (field: Field): fc.Arbitrary<unknown> =>
  field.nullable === true ? fc.option(bare(field)) : bare(field);

/** Returns a random record whose members are in the order of the fields. */
const ordered = (fields: Fields): fc.Arbitrary<Record_> =>
  fc
    .tuple(...Object.values(fields).map(valueOf))
    .map((values) => Object.fromEntries(Object.keys(fields).map((name, at) => [name, values[at]])));

const byId = (one: Record_, other: Record_): number =>
  Buffer.compare(Buffer.from(String(one["id"])), Buffer.from(String(other["id"])));

/** Returns random records of a resource, sorted by id. The ids that they refer to need not exist. */
const recordsOf = (name: ResourceName): fc.Arbitrary<readonly Record_[]> => {
  const { fields, single } = resourceOf(name);
  if (single === true)
    return fc.array(
      ordered(fields).map((record) => ({ ...record, id: name })),
      { maxLength: 1 },
    );
  return fc
    .uniqueArray(ordered(fields), { maxLength: 6, selector: ({ id }) => id })
    .map((records) => records.toSorted(byId));
};

/** Replaces the references in a record so that they contain only ids of `known`. */
function settled(name: ResourceName, record: Record_, known: ReadonlyMap<ResourceName, readonly string[]>): Record_ {
  const whole: Record<string, unknown> = { ...record };
  for (const [field, { to, many, member }] of Object.entries(resourceOf(name).holds)) {
    const ids = known.get(to) ?? [];
    const { [field]: value } = whole;
    if (many === true) whole[field] = ids.slice(0, 2);
    else if (member !== undefined) {
      const [id] = ids;
      whole[field] = id === undefined ? [] : (value as readonly Record_[]).map((one) => ({ ...one, [member]: id }));
    } else if (field !== "id" && value !== null) whole[field] = ids.at(-1) ?? null;
  }
  return whole;
}

/** The records of a complete bundle. They refer only to records in the bundle. */
export const wholeRecords: fc.Arbitrary<Records> = fc.tuple(...RESOURCE_NAMES.map(recordsOf)).map((all) => {
  const known = new Map<ResourceName, readonly string[]>();
  const made: Partial<Record<ResourceName, readonly Record_[]>> = {};
  for (const [at, name] of RESOURCE_NAMES.entries()) {
    const { holds, fields } = resourceOf(name);
    const held = holds["id"];
    const isHeld = ({ id }: Record_): boolean => held === undefined || (known.get(held.to) ?? []).includes(String(id));
    // the parent of an organisation is in the same file
    const own = (all[at] ?? []).map(({ id }) => String(id));
    if (Object.values(holds).some(({ to }) => to === name)) known.set(name, own);
    const isPossible = Object.entries(holds).every(
      ([field, { to, many, member }]) =>
        many === true || member !== undefined || fields[field]?.nullable === true || (known.get(to) ?? []).length > 0,
    );
    const records = (all[at] ?? [])
      .filter((record) => isPossible && isHeld(record))
      .map((record) => settled(name, record, known));
    known.set(
      name,
      records.map(({ id }) => String(id)),
    );
    made[name] = records;
  }
  return made;
});

/** Two sets of records with much in common. */
export const similarRecords: fc.Arbitrary<readonly [Records, Records]> = fc
  .tuple(wholeRecords, wholeRecords, fc.infiniteStream(fc.integer({ min: 0, max: 2 })))
  .map(([one, other, choices]) => [one, mixed(one, other, choices)]);

function mixed(one: Records, other: Records, choices: Iterator<number>): Records {
  return Object.fromEntries(
    RESOURCE_NAMES.map((name) => {
      const [mine, theirs] = [one[name] ?? [], other[name] ?? []] as readonly (readonly Record_[])[];
      const byKey = new Map((mine ?? []).map((record) => [String(record["id"]), record]));
      for (const record of theirs ?? []) {
        const choice = Number(choices.next().value);
        const id = String(record["id"]);
        if (choice === 0) byKey.delete(id);
        if (choice === 1) byKey.set(id, record);
      }
      return [name, [...byKey.values()].toSorted(byId)];
    }),
  );
}
