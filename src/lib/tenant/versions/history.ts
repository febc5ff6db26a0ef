import { ACCOUNT } from "../../nouns/account.ts";
import { ORG, parseOrgPath } from "../../nouns/organisation.ts";
import { listStoredColumns, type RecordType } from "../../model/thing.ts";
import { CUSTOM_FIELD, USER } from "../../nouns/user.ts";
import type { Session } from "../session.ts";
import type { Reader, Row, Params } from "../store/store.ts";
import {
  toDisplayValue,
  getStateAt,
  TimelineReader,
  toMomentBefore,
  type Moment,
  type Timeline,
  type RecordState,
  type DisplayValue,
} from "./timeline.ts";
import { comparisonKey } from "../../model/normalise.ts";
import { ORG_LIST } from "../records/org-rows.ts";
import { findRecords } from "../store/lists.ts";
import { buildFieldKeySql, quoteIdentifier } from "../store/sql.ts";
import { getVersionSchema } from "./save-versions.ts";
import { getVersionTable } from "./tables.ts";

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
     union select t.pk from main.${getVersionTable(getVersionSchema(thing.name))} t where ${isNamed}`,
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

interface HistoryNoun {
  readonly thing: RecordType;
  readonly columns: readonly { readonly thing: RecordType; readonly column: string; readonly field: string }[];
  readonly namedBy?: string | undefined;
  readonly defaults?: Row | undefined;
}

const listHistoryColumns = (thing: RecordType): HistoryNoun["columns"] =>
  listStoredColumns(thing).map(([column]) => ({ thing, column, field: column }));

/** Accounts have the names of users, and their history shows when a password was set. */
const ACCOUNT_HISTORY: HistoryNoun = {
  thing: USER,
  columns: [
    { thing: USER, column: "accountName", field: "name" },
    { thing: USER, column: "accountPasswordSetAt", field: "passwordSetAt" },
    ...listHistoryColumns(ACCOUNT),
  ],
  namedBy: "accountName",
  defaults: { role: "none" },
};

const isBlankValue = (value: DisplayValue): boolean =>
  value === null || value === false || (value !== true && value.length === 0);

class HistoryReader {
  readonly #reader: Reader;
  readonly #noun: HistoryNoun;
  readonly #timelines: TimelineReader;

  constructor(reader: Reader, noun: HistoryNoun) {
    this.#reader = reader;
    this.#noun = noun;
    this.#timelines = new TimelineReader(reader);
  }

  async find(name: string): Promise<readonly RecordHistory[]> {
    const { thing } = this.#noun;
    const numbers = new Set<number>();
    for (const one of [name, ...(thing === ORG ? await listOrgNames(this.#reader, name) : [])])
      for (const pk of await findRecordNumbers(this.#reader, thing, one)) numbers.add(pk);
    const found: RecordHistory[] = [];
    for (const pk of [...numbers].toSorted((a, b) => a - b))
      if ((await this.#timelines.of(thing, pk)).isVisible) found.push(...(await this.#read(pk)));
    return found;
  }

  async #read(pk: number): Promise<readonly RecordHistory[]> {
    const { thing, columns, namedBy } = this.#noun;
    const things = new Set([thing, ...columns.map((column) => column.thing)]);
    const timelines = await Promise.all([...things].map((one) => this.#timelines.of(one, pk)));
    const stateAt = (moment: Moment): RecordState => this.#getStateAt(timelines, moment);
    const all = new Set(timelines.flatMap(({ steps }) => steps.map(({ revision }) => revision)));
    const revisions = [...all].toSorted((a, b) => a - b);
    const latest = [...revisions.map(toMomentBefore), Infinity].findLast((moment) => stateAt(moment) !== null);
    const last = latest === undefined ? null : stateAt(latest);
    if (latest === undefined || last === null) return [];
    const facts = await this.#facts(revisions);
    const versions: RecordVersion[] = [];
    for (const revision of revisions) {
      const [before, after] = [stateAt(toMomentBefore(revision)), stateAt(revision)];
      const changes = await this.#changes(revision, before, after);
      const action = before === null ? "create" : after === null ? "delete" : "update";
      if (changes.length > 0 || (before === null) !== (after === null))
        versions.push({ ...(facts.get(revision) as ChangeFacts), action, changes });
    }
    const name = namedBy === undefined ? await this.#timelines.called(thing, pk, latest) : String(last[namedBy]);
    return [{ id: String(last["id"]), name: name ?? "", deleted: latest !== Infinity, versions }];
  }

  #getStateAt(timelines: readonly Timeline[], moment: Moment): RecordState {
    const { namedBy, defaults } = this.#noun;
    const [own = null, ...others] = timelines.map((timeline) => getStateAt(timeline, moment));
    if (own === null || (namedBy !== undefined && own[namedBy] === null)) return null;
    return Object.assign({}, defaults, ...others, own) as Row;
  }

  async #changes(revision: number, before: RecordState, after: RecordState): Promise<readonly VersionChange[]> {
    const changes: VersionChange[] = [];
    for (const { thing, column, field } of this.#noun.columns) {
      if ((before?.[column] ?? null) === (after?.[column] ?? null)) continue;
      const show = async (state: RecordState, moment: Moment): Promise<DisplayValue> =>
        state &&
        toDisplayValue(thing, column, state[column] ?? null, (to, pk) => this.#timelines.called(to, pk, moment));
      if (column === "custom") changes.push(...(await this.#customChanges(revision, before, after)));
      else changes.push({ field, old: await show(before, toMomentBefore(revision)), new: await show(after, revision) });
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
): Promise<readonly RecordHistory[]> => {
  const { thing } = getVersionSchema(of);
  const noun = thing === ACCOUNT ? ACCOUNT_HISTORY : { thing, columns: listHistoryColumns(thing) };
  return session.read((reader) => new HistoryReader(reader, noun).find(name));
};
