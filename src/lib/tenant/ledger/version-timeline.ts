import { formatOrgPath, ORG, ROOT_ORG_NAME } from "../../nouns/organisation.ts";
import { SCHEME } from "../../nouns/scheme.ts";
import type { Field, RecordType } from "../../model/thing.ts";
import { CUSTOM_FIELD } from "../../nouns/user.ts";
import type { Reader, Row, SqlValue } from "../store/types.ts";
import { RELATIONS, type VersionSchema, getVersionSchema } from "./versions.ts";

/** null if the record does not exist at the time */
export type RecordState = Row | null;

export const toMomentBefore = (revision: number): number => revision - 0.5;

interface Timeline {
  /** the changes of the record, oldest first, and its state before each change */
  readonly steps: readonly { readonly revision: number; readonly before: RecordState }[];
  readonly now: RecordState;
  readonly isVisible: boolean;
}

export const getStateAt = ({ steps, now }: Timeline, moment: number): RecordState => {
  const next = steps.find(({ revision }) => revision > moment);
  return next === undefined ? now : next.before;
};

/** Record types that are also visible to accounts with a limited scope. */
export const SHARED_THINGS: readonly RecordType[] = [CUSTOM_FIELD, SCHEME];

/** An account that sees an audit record of a deletion may see the deleted record. */
const isRecordVisible = async (reader: Reader, versions: VersionSchema, pk: number, isHere: boolean) => {
  const { thing, key } = versions;
  if (!reader.isPartial || SHARED_THINGS.includes(thing)) return true;
  const seen = isHere
    ? `${thing.name} t where t.${key} = :pk`
    : `audit a join main.change c on c.number = a.seq
         where c.revision = (select max(v.revision) from main.${versions.table} v where v.pk = :pk and v.action = 'delete')`;
  return (await reader.get(`select 1 from ${seen}`, { pk })) !== undefined;
};

const readTimeline = async (reader: Reader, versions: VersionSchema, pk: number): Promise<Timeline> => {
  const { thing, key } = versions;
  const now = (await reader.get(`select * from ${thing.name} t where t.${key} = :pk`, { pk })) ?? null;
  const written = await reader.all(`select * from ${versions.table} where pk = :pk`, { pk });
  const created = await reader.all(
    "select revision from main.created_range where thing = :thing and :pk between first and last",
    { thing: thing.name, pk },
  );
  const creations = new Set(created.map(({ revision }) => Number(revision)));
  const kept = new Map(written.map((version) => [Number(version["revision"]), version]));
  const steps: Timeline["steps"][number][] = [];
  let state: RecordState = now;
  for (const revision of [...new Set([...creations, ...kept.keys()])].toSorted((a, b) => b - a)) {
    const version = kept.get(revision);
    const changed = BigInt(Number(version?.["changed"] ?? 0));
    const own = versions.columns.filter(({ bit }) => (changed & BigInt(bit)) !== 0n);
    const values = own.map(({ name }) => [name, version?.[name] ?? null]);
    state = creations.has(revision) ? null : { ...state, ...(Object.fromEntries(values) as Row) };
    steps.unshift({ revision, before: state });
  }
  return { steps, now, isVisible: await isRecordVisible(reader, versions, pk, now !== null) };
};

export class TimelineReader {
  readonly #reader: Reader;
  readonly #known = new Map<string, Promise<Timeline>>();

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  of({ name }: Pick<RecordType, "name">, pk: number): Promise<Timeline> {
    const place = `${name} ${pk}`;
    const timeline = this.#known.get(place) ?? readTimeline(this.#reader, getVersionSchema(name), pk);
    this.#known.set(place, timeline);
    return timeline;
  }

  called(thing: RecordType, pk: SqlValue, moment: number): Promise<string | null> {
    return createStateNameReader(async (of, number) => {
      const timeline = await this.of(of, number);
      return timeline.isVisible ? getStateAt(timeline, moment) : null;
    })(thing, pk);
  }
}

export type StateReader = (thing: RecordType, pk: number) => Promise<RecordState>;

export type NameReader = (thing: RecordType, pk: SqlValue) => Promise<string | null>;

export const createStateNameReader =
  (stateOf: StateReader): NameReader =>
  async (thing, pk) => {
    const state = pk === null ? null : await stateOf(thing, Number(pk));
    if (state === null) return null;
    if (thing.name === ORG.name) return readVisiblePath(stateOf, state);
    const { name, key } = getNameAndKey(thing, state);
    return key === name ? name : `${name} <${key}>`;
  };

export const readVisiblePath = async (stateOf: StateReader, org: Row): Promise<string> => {
  const names: string[] = [];
  let at: RecordState = org;
  while (at !== null && at["parent"] !== null) {
    names.unshift(String(at["name"]));
    at = await stateOf(ORG, Number(at["parent"]));
  }
  return names.length === 0 ? ROOT_ORG_NAME : formatOrgPath(names);
};

export type DisplayValue = boolean | string | string[] | null;

export const findFieldOfColumn = ({ fields }: RecordType, column: string): Field | undefined =>
  fields[column] ?? Object.values(fields).find(({ short }) => short === column);

export const toDisplayValue = async (
  thing: RecordType,
  column: string,
  value: SqlValue,
  called: NameReader,
): Promise<DisplayValue> => {
  const type = findFieldOfColumn(thing, column)?.type;
  if (type === "boolean") return value === 1;
  const relation = RELATIONS.find(({ from, field, byName }) => from === thing && field === column && byName !== true);
  if (relation?.joined !== undefined) {
    const numbers = JSON.parse(String(value ?? "[]")) as readonly number[];
    const names = await Promise.all(numbers.map((pk) => called(relation.to, pk)));
    return names.filter((name) => name !== null);
  }
  if (relation !== undefined) return called(relation.to, value);
  if (value === null) return null;
  return type === "texts" ? (JSON.parse(String(value)) as string[]) : String(value);
};

/** Returns the name of a record, and its key, or else the name again. */
export const getNameAndKey = ({ fields, keys: [own] = [], namedBy = "name" }: RecordType, state: Row) => {
  const name = String(state[namedBy]);
  const { field = namedBy } = own ?? {};
  const value = state[field] ?? null;
  if (value === null || fields[field]?.type !== "texts") return { name, key: String(value ?? name) };
  return { name, key: (JSON.parse(String(value)) as readonly string[])[0] ?? name };
};
