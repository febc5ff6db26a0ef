import { getVersionSchema } from "./versions.ts";
import { ACCOUNT } from "../../nouns/account.ts";
import { ORG, parseOrgPath } from "../../nouns/organisation.ts";
import { listStoredColumns, type RecordType } from "../../model/thing.ts";
import { CUSTOM_FIELD, USER } from "../../nouns/user.ts";
import type { Session } from "./session.ts";
import type { Reader, Params } from "../store/types.ts";
import {
  toDisplayValue,
  getStateAt,
  TimelineReader,
  toMomentBefore,
  type RecordState,
  type DisplayValue,
} from "./version-timeline.ts";
import { comparisonKey } from "../../model/normalise.ts";
import { ORG_LIST } from "./org-rows.ts";
import { findRecords } from "./lists.ts";
import { buildFieldKeySql, quoteIdentifier } from "../store/sql.ts";

/** SQL: true if a field of `t` has the key `:FIELD`. */
const buildHasKeySql = (thing: RecordType, field: string): string => {
  const key = buildFieldKeySql(thing, field, (column) => `t.${quoteIdentifier(column)}`);
  if (thing.fields[field]?.type !== "texts") return `${key} = :${field}`;
  // the first condition is cheap and is false for nearly all records
  return `instr(${key}, json_quote(:${field})) > 0 and exists (select 1 from json_each(${key}) e where e.value = :${field})`;
};

/** Finds records by id and by present and former names and keys. */
const findRecordNumbers = async (reader: Reader, thing: RecordType, name: string): Promise<readonly number[]> => {
  const { fields, keys = [], namedBy = "name" } = thing;
  const named = Object.entries(fields).filter(
    ([field, { unique }]) => unique === true || field === namedBy || keys.some((key) => key.field === field),
  );
  const isNamed = ["t.id = :id", ...named.map(([field]) => `(${buildHasKeySql(thing, field)})`)].join(" or ");
  const values = named.map(([field, { comparison = "exact" }]) => [field, comparisonKey(comparison, name)]);
  const rows = await reader.all(
    `select t.pk from main.${thing.name} t where ${isNamed}
     union select t.pk from main.${getVersionSchema(thing.name).table} t where ${isNamed}`,
    { id: name, ...(Object.fromEntries(values) as Params) },
  );
  return rows.map(({ pk }) => Number(pk));
};

/** A path finds only existing organisations; a single name can be anywhere in the tree. */
const listOrgNames = async (reader: Reader, name: string): Promise<readonly string[]> => {
  const path = parseOrgPath(name) ?? [];
  const existing = await findRecords(reader, ORG_LIST, name);
  return [...(path.length === 1 ? path : []), ...existing.map(({ id }) => id)];
};

/** Number, time, actor and command of the change are null if the acting account may not see the change. */
export interface RecordVersion {
  readonly number: number | null;
  /** UTC instant */
  readonly at: string | null;
  readonly actor: string | null;
  readonly command: string | null;
  readonly action: "create" | "update" | "delete";
  readonly changes: readonly { readonly field: string; readonly old: DisplayValue; readonly new: DisplayValue }[];
  /** number of the change that this change undoes; `undoneBy`: number of the change that undoes this change */
  readonly undoes: number | null;
  readonly undoneBy: number | null;
}

export interface RecordHistory {
  readonly id: string;
  /** display name; a deleted record keeps its last name */
  readonly name: string;
  readonly deleted: boolean;
  readonly versions: readonly RecordVersion[];
}

type VersionChange = RecordVersion["changes"][number];

const isBlankValue = (value: DisplayValue): boolean =>
  value === null || value === false || (value !== true && value.length === 0);

class HistoryReader {
  readonly #reader: Reader;
  readonly #thing: RecordType;
  readonly #timelines: TimelineReader;

  constructor(reader: Reader, thing: RecordType) {
    this.#reader = reader;
    this.#thing = thing;
    this.#timelines = new TimelineReader(reader);
  }

  async find(name: string): Promise<readonly RecordHistory[]> {
    const thing = this.#thing;
    // an account has the number and the names of its user
    const named = thing === ACCOUNT ? USER : thing;
    const numbers = new Set<number>();
    for (const one of [name, ...(thing === ORG ? await listOrgNames(this.#reader, name) : [])])
      for (const pk of await findRecordNumbers(this.#reader, named, one)) numbers.add(pk);
    const found: RecordHistory[] = [];
    for (const pk of [...numbers].toSorted((a, b) => a - b))
      if ((await this.#timelines.of(named, pk)).isVisible) found.push(...(await this.#read(pk, named)));
    return found;
  }

  async #read(pk: number, named: RecordType): Promise<readonly RecordHistory[]> {
    const timeline = await this.#timelines.of(this.#thing, pk);
    const revisions = timeline.steps.map(({ revision }) => revision);
    const owner = await this.#timelines.of(named, pk);
    const moments = [...owner.steps.map(({ revision }) => toMomentBefore(revision)), Infinity];
    const latest = moments.findLast((moment) => getStateAt(owner, moment) !== null);
    if (latest === undefined || (timeline.now === null && revisions.length === 0)) return [];
    const facts = await this.#facts(revisions);
    const versions: RecordVersion[] = [];
    for (const { revision, before } of timeline.steps) {
      const after = getStateAt(timeline, revision);
      const changes = await this.#changes(revision, before, after);
      const action = before === null ? "create" : after === null ? "delete" : "update";
      if (changes.length > 0 || (before === null) !== (after === null))
        versions.push({ ...(facts.get(revision) as ChangeFacts), action, changes });
    }
    const name = (await this.#timelines.called(named, pk, latest)) ?? "";
    return [{ id: String(getStateAt(owner, latest)?.["id"]), name, deleted: latest !== Infinity, versions }];
  }

  async #changes(revision: number, before: RecordState, after: RecordState): Promise<readonly VersionChange[]> {
    const changes: VersionChange[] = [];
    for (const [column] of listStoredColumns(this.#thing)) {
      if ((before?.[column] ?? null) === (after?.[column] ?? null)) continue;
      const show = async (state: RecordState, moment: number): Promise<DisplayValue> =>
        state &&
        toDisplayValue(this.#thing, column, state[column] ?? null, (to, pk) => this.#timelines.called(to, pk, moment));
      if (column === "custom") changes.push(...(await this.#customChanges(revision, before, after)));
      else
        changes.push({
          field: column,
          old: await show(before, toMomentBefore(revision)),
          new: await show(after, revision),
        });
    }
    if (before !== null && after !== null) return changes;
    return changes.filter((change) => !isBlankValue(change.old) || !isBlankValue(change.new));
  }

  async #customChanges(revision: number, before: RecordState, after: RecordState): Promise<readonly VersionChange[]> {
    const [old = {}, now = {}] = [before, after].map(
      (state) => JSON.parse(String(state?.["custom"] ?? "{}")) as Readonly<Record<string, string>>,
    );
    const changes: VersionChange[] = [];
    for (const pk of Object.keys({ ...old, ...now })) {
      const [from = null, to = null] = [old[pk], now[pk]];
      if (from === to) continue;
      const name =
        (await this.#timelines.called(CUSTOM_FIELD, Number(pk), revision)) ??
        (await this.#timelines.called(CUSTOM_FIELD, Number(pk), toMomentBefore(revision)));
      changes.push({ field: `custom:${name ?? pk}`, old: from, new: to });
    }
    return changes;
  }

  async #facts(revisions: readonly number[]): Promise<ReadonlyMap<number, ChangeFacts>> {
    const visible = (number: string): string => `(select v.seq from audit v where v.seq = ${number})`;
    const written =
      "(select n.number from main.change n where n.number = c.undoneBy and n.revision in (select value from json_each(:revisions)))";
    const rows = await this.#reader.all(
      `select r.value as revision, m.at, a.seq as number, a.actor, a.action as command, ${visible("c.undoes")} as undoes,
         ${visible(written)} as undoneBy
       from json_each(:revisions) r left join main.change c on c.revision = r.value
         left join main.audit m on m.seq = c.number left join audit a on a.seq = c.number`,
      { revisions: JSON.stringify(revisions) },
    );
    return new Map(rows.map(({ revision, ...facts }) => [Number(revision), facts as unknown as ChangeFacts]));
  }
}

type ChangeFacts = Omit<RecordVersion, "action" | "changes">;

export const readHistory = (
  session: Pick<Session, "read">,
  of: string,
  name: string,
): Promise<readonly RecordHistory[]> =>
  session.read((reader) => new HistoryReader(reader, getVersionSchema(of).thing).find(name));
