import { formatOrgPath, ORG, ROOT_ORG_NAME } from "../../model/organisation.ts";
import { SCHEME } from "../../model/scheme.ts";
import type { Field, Thing } from "../../model/thing.ts";
import { CUSTOM_FIELD } from "../../model/user.ts";
import type { Reader, Row, Value } from "../store/store.ts";
import { versionsOf } from "./keep.ts";
import { RELATIONS } from "./references.ts";
import { versionTable, type Versions } from "./tables.ts";

/** The columns of a record at some time; null while it does not exist. */
export type RecordState = Row | null;

/** A change of a record. */
interface TimelineStep {
  readonly revision: number;
  readonly before: RecordState;
  readonly after: RecordState;
}

/** Right before a change, or right after it. */
export interface Moment {
  readonly revision: number;
  readonly side: "before" | "after";
}

/** What a record was, from its creation on. */
export interface Timeline {
  /** oldest first */
  readonly steps: readonly TimelineStep[];
  readonly now: RecordState;
  /** false: the asker may not know of the record */
  readonly isVisible: boolean;
}

/** Returns a record as it was at a moment. */
export const stateAt = ({ steps, now }: Timeline, { revision, side }: Moment): RecordState => {
  const next = steps.find((step) => step.revision > revision || (side === "before" && step.revision === revision));
  return next === undefined ? now : next.before;
};

/** Returns the last state of a record in which it existed. */
export const lastState = ({ steps, now }: Timeline): RecordState => now ?? steps.at(-1)?.before ?? null;

/** Returns the changed columns of a version, with their values before the change. */
const changedValues = ({ columns }: Versions, version: Row): Row => {
  const changed = BigInt(Number(version["changed"]));
  const own = columns.filter(({ bit }) => (changed & BigInt(bit)) !== 0n).map(({ name }) => name);
  return Object.fromEntries(own.map((name) => [name, version[name] ?? null]));
};

/** The things that are the whole tenant's: who sees a part of it sees their records, too. */
const SHARED: readonly Thing[] = [CUSTOM_FIELD, SCHEME];

/** SQL: counts the change that deleted a record, if the asker may see it: then the asker may see the record, too. */
const countDeletion = (versions: Versions): string =>
  `select count(*) from audit a join main.change c on c.number = a.seq
   where c.revision = (select max(v.revision) from main.${versionTable(versions)} v where v.pk = :pk and v.action = 'delete')`;

const isVisible = async (reader: Reader, versions: Versions, pk: number, now: RecordState): Promise<boolean> => {
  const { thing, key } = versions;
  if (!reader.isPartial || SHARED.includes(thing)) return true;
  const visible = now === null ? countDeletion(versions) : `select count(*) from ${thing.name} t where t.${key} = :pk`;
  return (await reader.count(visible, { pk })) > 0;
};

const readTimeline = async (reader: Reader, versions: Versions, pk: number): Promise<Timeline> => {
  const { thing, key } = versions;
  const now = (await reader.get(`select * from main.${thing.name} t where t.${key} = :pk`, { pk })) ?? null;
  const written = await reader.all(`select * from main.${versionTable(versions)} where pk = :pk`, { pk });
  const created = await reader.all(
    "select revision from main.created_range where thing = :thing and :pk between first and last",
    { thing: thing.name, pk },
  );
  const revisionOf = (row: Row): number => Number(row["revision"]);
  const creations = new Set(created.map(revisionOf));
  const kept = new Map(written.map((version) => [revisionOf(version), version]));
  const revisions = [...new Set([...creations, ...kept.keys()])].toSorted((a, b) => b - a);
  const steps: TimelineStep[] = [];
  let after: RecordState = now;
  for (const revision of revisions) {
    const version = kept.get(revision);
    const former = version === undefined ? after : { ...after, ...changedValues(versions, version) };
    const isNew = creations.has(revision);
    // a bundle brings records that were created and deleted before it
    if (isNew && version?.["action"] === "delete") {
      steps.push({ revision, before: former, after });
      after = former;
    }
    const before = isNew ? null : former;
    steps.push({ revision, before, after });
    after = before;
  }
  return { steps: steps.toReversed(), now, isVisible: await isVisible(reader, versions, pk, now) };
};

/** Reads what records were. Each record is read once. */
export class Timelines {
  readonly #reader: Reader;
  readonly #known = new Map<string, Promise<Timeline>>();

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  /** Returns what a record was. @param pk its number */
  of({ name }: Pick<Thing, "name">, pk: number): Promise<Timeline> {
    const place = `${name} ${pk}`;
    const timeline = this.#known.get(place) ?? readTimeline(this.#reader, versionsOf(name), pk);
    this.#known.set(place, timeline);
    return timeline;
  }

  /** Returns what people call a record at a moment; null if the asker may not know. @param pk its number */
  called(thing: Thing, pk: Value, moment: Moment): Promise<string | null> {
    return calledIn(async (of, number) => {
      const timeline = await this.of(of, number);
      return timeline.isVisible ? stateAt(timeline, moment) : null;
    })(thing, pk);
  }
}

/** Returns a record as it is at some time, or on one side; null if it is not there, or the asker may not know. */
export type StateReader = (thing: Thing, pk: number) => Promise<RecordState>;

/** Returns what people call a record; null if it is not there, or the asker may not know. */
export type NameReader = (thing: Thing, pk: Value) => Promise<string | null>;

/** Returns what people call records in their states. */
export const calledIn =
  (stateOf: StateReader): NameReader =>
  async (thing, pk) => {
    const state = pk === null ? null : await stateOf(thing, Number(pk));
    if (state === null) return null;
    return thing.name === ORG.name ? pathIn(stateOf, state) : nameIn(thing, state);
  };

/** Returns the path of an organisation, without organisations above it that the asker may not know. */
const pathIn = async (stateOf: StateReader, org: Row): Promise<string> => {
  const names: string[] = [];
  let at: RecordState = org;
  while (at !== null && at["parent"] !== null) {
    names.unshift(String(at["name"]));
    at = await stateOf(ORG, Number(at["parent"]));
  }
  return names.length === 0 ? ROOT_ORG_NAME : formatOrgPath(names);
};

/** A value as people know it. */
export type ShownValue = boolean | string | string[] | null;

/** Returns what a field of a table is in the model. */
export const fieldOf = ({ fields }: Thing, column: string): Field | undefined =>
  fields[column] ?? Object.values(fields).find(({ short }) => short === column);

/** Returns a stored value as people know it. @param called names the other records of references */
export const shownValue = async (
  thing: Thing,
  column: string,
  value: Value,
  called: NameReader,
): Promise<ShownValue> => {
  const type = fieldOf(thing, column)?.type;
  if (type === "boolean") return value === 1;
  const relation = RELATIONS.find(({ from, field }) => from === thing && field === column);
  if (relation === undefined || relation.byName === true)
    return value === null ? null : type === "texts" ? (JSON.parse(String(value)) as string[]) : String(value);
  if (relation.joined === undefined) return called(relation.to, value);
  const names: string[] = [];
  for (const pk of value === null ? [] : (JSON.parse(String(value)) as readonly number[])) {
    const name = await called(relation.to, pk);
    if (name !== null) names.push(name);
  }
  return names;
};

/** What people call a record: its name, and the key by which they know it if that is another. */
const nameIn = ({ fields, keys: [key], namedBy = "name" }: Thing, state: Row): string => {
  const name = String(state[namedBy]);
  const value = key === undefined ? null : (state[key.field] ?? null);
  if (key === undefined || value === null) return name;
  const [known = name] =
    fields[key.field]?.type === "texts" ? (JSON.parse(String(value)) as readonly string[]) : [String(value)];
  return known === name ? name : `${name} <${known}>`;
};
