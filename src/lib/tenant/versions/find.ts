import { ACCOUNT } from "../../model/account.ts";
import { DEVICE } from "../../model/device.ts";
import { comparisonKey } from "../../model/normalise.ts";
import { ORG, parseOrgPath } from "../../model/organisation.ts";
import { SCHEME } from "../../model/scheme.ts";
import { SECURED_GROUP, SECURED_USER } from "../../model/secured-user.ts";
import { keyColumn, type Thing } from "../../model/thing.ts";
import { CUSTOM_FIELD, USER } from "../../model/user.ts";
import { ROOT } from "../records/org-rows.ts";
import { keyOrValue, quoteIdentifier, THEN } from "../store/sql/forms.ts";
import type { Params, Reader } from "../store/store.ts";
import { versionsOf } from "./keep.ts";
import { versionTable } from "./tables.ts";
import { lastState, Timelines } from "./timeline.ts";

/** The fields by whose values records are found, besides the id: those of today, and those that they had before. */
const KEY_FIELDS: ReadonlyMap<Thing, readonly string[]> = new Map<Thing, readonly string[]>([
  [USER, ["emails", "employeeCode", "accountName"]],
  [ORG, ["code", "name"]],
  [DEVICE, ["serialNumber", "imei"]],
  [SECURED_USER, ["userId"]],
  [SECURED_GROUP, ["name"]],
  [CUSTOM_FIELD, ["name"]],
  [SCHEME, ["name"]],
]);

/** The full names of people, which several may have. */
const PEOPLE: ReadonlyMap<Thing, string> = new Map<Thing, string>([
  [USER, "name"],
  [SECURED_USER, "displayName"],
]);

interface Condition {
  readonly sql: string;
  readonly params: Params;
}

/** SQL: a record `t` has a name as a value of a field. */
const hasName = ({ fields }: Thing, field: string, name: string): Condition => {
  const { comparison = "exact", type, short = field } = fields[field] ?? {};
  const list = type === "texts";
  const key = comparisonKey(comparison, name);
  const value = keyOrValue(comparison, `t.${keyColumn({ short, list })}`, `t.${quoteIdentifier(field)}`);
  const [param, text] = [`${field}Key`, `${field}Text`];
  if (!list) return { sql: `${value} = :${param}`, params: { [param]: key } };
  return {
    // the first condition is cheap, and false for nearly all
    sql: `instr(${value}, :${text}) > 0 and exists (select 1 from json_each(${value}) e where e.value = :${param})`,
    params: { [param]: key, [text]: JSON.stringify(key).slice(1, -1) },
  };
};

/** Returns the numbers of the records that have or had a name as a value of one of these fields, or as their id. */
const findNumbers = async (
  reader: Reader,
  thing: Thing,
  fields: readonly string[],
  name: string,
): Promise<readonly number[]> => {
  const versions = versionsOf(thing.name);
  const conditions = fields.map((field) => hasName(thing, field, name));
  const isNamed = ["t.id = :id", ...conditions.map(({ sql }) => `(${sql})`)].join(" or ");
  const params = Object.assign({ id: name }, ...conditions.map((condition) => condition.params)) as Params;
  const rows = await reader.all(
    `select t.pk from main.${thing.name} t where ${isNamed}
     union select t.pk from main.${versionTable(versions)} t where ${isNamed} order by 1`,
    params,
  );
  return rows.map(({ pk }) => Number(pk));
};

/** Returns the numbers of the organisations that are or were below one of others. */
const findBelow = async (reader: Reader, orgs: readonly number[], above: readonly number[]): Promise<number[]> => {
  const numbers = { orgs: JSON.stringify(orgs), above: JSON.stringify(above) };
  const isBelow = "t.pk in (select value from json_each(:orgs)) and t.parent in (select value from json_each(:above))";
  const rows = await reader.all(
    `select t.pk from main.org t where ${isBelow}
     union select t.pk from main.${versionTable(versionsOf(ORG.name))} t where ${isBelow} order by 1`,
    numbers,
  );
  return rows.map(({ pk }) => Number(pk));
};

const areVisible = async (timelines: Timelines, thing: Thing, numbers: readonly number[]): Promise<number[]> => {
  const found: number[] = [];
  for (const pk of numbers) if ((await timelines.of(thing, pk)).isVisible) found.push(pk);
  return found;
};

/** Returns the numbers of the organisations that have or had a path. @param names from the top down */
const findPath = async (reader: Reader, timelines: Timelines, names: readonly string[]): Promise<readonly number[]> => {
  let above: readonly number[] = [ROOT];
  for (const name of names) {
    const named = await findNumbers(reader, ORG, ["name"], name);
    above = await areVisible(timelines, ORG, await findBelow(reader, named, above));
  }
  return above;
};

const findBy = async (
  reader: Reader,
  timelines: Timelines,
  thing: Thing,
  fields: readonly string[],
  name: string,
): Promise<readonly number[]> => {
  const found = new Set(await findNumbers(reader, thing, fields, name));
  const [first, ...below] = (thing === ORG ? parseOrgPath(name) : undefined) ?? [];
  if (first !== undefined) {
    // a single name is that of an organisation in any place
    const placed =
      below.length === 0 ? findNumbers(reader, ORG, ["name"], first) : findPath(reader, timelines, [first, ...below]);
    for (const pk of await placed) found.add(pk);
  }
  const numbers = [...found].toSorted((a, b) => a - b);
  return areVisible(timelines, thing, numbers);
};

/**
 * Returns the numbers of all records of a thing that have or had a name, also of deleted ones: users by mail address, employee
 * code or account name, organisations by code, name or path, devices by serial number or IMEI; all by id.
 */
export const findNamed = (
  reader: Reader,
  timelines: Timelines,
  thing: Thing,
  name: string,
): Promise<readonly number[]> => findBy(reader, timelines, thing, KEY_FIELDS.get(thing) ?? [], name);

/** What was done to records. */
export interface RecordChanges {
  /** the ids of the records */
  readonly ids: readonly string[];
  /** the numbers of the changes that wrote them, or the accounts of users */
  readonly changes: readonly number[];
}

/** Returns what was done to all records that have or had a name, as {@link findNamed}; people are found by full name, too. */
export const findChanges = async (reader: Reader, name: string): Promise<RecordChanges> => {
  const timelines = new Timelines(reader);
  const ids: string[] = [];
  const revisions = new Set<number>();
  for (const [thing, keys] of KEY_FIELDS) {
    const person = PEOPLE.get(thing);
    const fields = person === undefined ? keys : [...keys, person];
    for (const pk of await findBy(reader, timelines, thing, fields, name)) {
      ids.push(String(lastState(await timelines.of(thing, pk))?.["id"]));
      for (const written of thing === USER ? [USER, ACCOUNT] : [thing])
        for (const { revision } of (await timelines.of(written, pk)).steps) revisions.add(revision);
    }
  }
  const rows = await reader.all(
    `select c.number from json_each(:revisions) r ${THEN} main.change c on c.revision = r.value`,
    { revisions: JSON.stringify([...revisions]) },
  );
  return { ids, changes: rows.map(({ number }) => Number(number)) };
};
