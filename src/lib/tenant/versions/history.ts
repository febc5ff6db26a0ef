import { ACCOUNT } from "../../nouns/account.ts";
import { ORG, parseOrgPath } from "../../nouns/organisation.ts";
import { listStoredColumns, type Thing } from "../../model/thing.ts";
import { CUSTOM_FIELD, USER } from "../../nouns/user.ts";
import type { Session } from "../session.ts";
import type { Reader, Row, SqlValue, Params } from "../store/store.ts";
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

/** Returns the fields by which records are found: keys and names, but not ids. */
const listNameFields = ({ keys, fields, namedBy = "name" }: Thing): readonly string[] => {
  const unique = Object.keys(fields).filter((name) => fields[name]?.unique === true);
  return [...new Set([...keys.map(({ field }) => field), ...unique, namedBy])].filter((name) => name in fields);
};

interface SqlCondition {
  readonly sql: string;
  readonly params: Params;
}

const buildHasNameSql = (thing: Thing, field: string, name: string): SqlCondition => {
  const { comparison = "exact", type } = thing.fields[field] ?? {};
  const key = comparisonKey(comparison, name);
  const value = buildFieldKeySql(thing, field, (column) => `t.${quoteIdentifier(column)}`);
  const [param, text] = [`${field}Key`, `${field}Text`];
  if (type !== "texts") return { sql: `${value} = :${param}`, params: { [param]: key } };
  return {
    // the first condition is cheap and is false for nearly all records
    sql: `instr(${value}, :${text}) > 0 and exists (select 1 from json_each(${value}) e where e.value = :${param})`,
    params: { [param]: key, [text]: JSON.stringify(key).slice(1, -1) },
  };
};

const findRecordNumbers = async (
  reader: Reader,
  thing: Thing,
  fields: readonly string[],
  name: string,
): Promise<readonly number[]> => {
  const versions = getVersionSchema(thing.name);
  const conditions = fields.map((field) => buildHasNameSql(thing, field, name));
  const isNamed = ["t.id = :id", ...conditions.map(({ sql }) => `(${sql})`)].join(" or ");
  const params = Object.assign({ id: name }, ...conditions.map((condition) => condition.params)) as Params;
  const rows = await reader.all(
    `select t.pk from main.${thing.name} t where ${isNamed}
     union select t.pk from main.${getVersionTable(versions)} t where ${isNamed} order by 1`,
    params,
  );
  return rows.map(({ pk }) => Number(pk));
};

/** Finds records by id and by present and former names and keys, even if the records are deleted. */
export const findRecordsByName = async (
  reader: Reader,
  timelines: TimelineReader,
  thing: Thing,
  name: string,
): Promise<readonly number[]> => {
  const numbers = new Set(await findRecordNumbers(reader, thing, listNameFields(thing), name));
  if (thing === ORG) {
    // a path finds only existing organisations; a single name can be anywhere in the tree
    const [only = name, ...below] = parseOrgPath(name) ?? [];
    if (below.length === 0) for (const pk of await findRecordNumbers(reader, ORG, ["name"], only)) numbers.add(pk);
    for (const { id } of await findRecords(reader, ORG_LIST, name))
      for (const pk of await findRecordNumbers(reader, ORG, [], id)) numbers.add(pk);
  }
  const found: number[] = [];
  for (const pk of [...numbers].toSorted((a, b) => a - b))
    if ((await timelines.of(thing, pk)).isVisible) found.push(pk);
  return found;
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

interface HistoryColumn {
  readonly thing: Thing;
  readonly column: string;
  readonly field: string;
}

interface HistoryNoun {
  readonly thing: Thing;
  readonly columns: readonly HistoryColumn[];
  readonly namedBy?: string | undefined;
  readonly defaults?: Row | undefined;
}

const listHistoryColumns = (thing: Thing): readonly HistoryColumn[] =>
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

const BLANK_VALUES: readonly unknown[] = [undefined, null, "", false];

const isBlankValue = (value: DisplayValue): boolean =>
  BLANK_VALUES.includes(value) || (Array.isArray(value) && value.length === 0);

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
    const found: RecordHistory[] = [];
    for (const pk of await findRecordsByName(this.#reader, this.#timelines, this.#noun.thing, name)) {
      const history = await this.#read(pk);
      if (history !== undefined) found.push(history);
    }
    return found;
  }

  async #read(pk: number): Promise<RecordHistory | undefined> {
    const { thing, columns, namedBy } = this.#noun;
    const things = [...new Set([thing, ...columns.map((column) => column.thing)])];
    const timelines = await Promise.all(things.map((one) => this.#timelines.of(one, pk)));
    const steps = new Set(timelines.flatMap((one) => one.steps.map(({ revision }) => revision)));
    const revisions = [...steps].toSorted((a, b) => a - b);
    const facts = await this.#facts(revisions);
    const versions: RecordVersion[] = [];
    const [now, ...states] = [Infinity, ...revisions, ...revisions.map(toMomentBefore)].map((moment) =>
      this.#stateAt(timelines, moment),
    );
    for (const [at, revision] of revisions.entries()) {
      const [after = null, before = null] = [states[at], states[at + revisions.length]];
      const changes = await this.#changes(revision, before, after);
      const action = before === null ? "create" : after === null ? "delete" : "update";
      if ((before !== null || after !== null) && (action !== "update" || changes.length > 0))
        versions.push({ ...(facts.get(revision) as ChangeFacts), action, changes });
    }
    const last = now ?? states.slice(revisions.length).findLast((state) => state !== null);
    const [own] = timelines;
    if (own === undefined || last === undefined || last === null) return undefined;
    const moment = own.now === null ? toMomentBefore(own.steps.at(-1)?.revision ?? 0) : Infinity;
    const name = namedBy === undefined ? await this.#timelines.called(thing, pk, moment) : String(last[namedBy]);
    return { id: String(last["id"]), name: name ?? "", deleted: now === null, versions };
  }

  #stateAt(timelines: readonly Timeline[], moment: Moment): RecordState {
    const { namedBy, defaults } = this.#noun;
    const [own = null, ...others] = timelines.map((timeline) => getStateAt(timeline, moment));
    if (own === null || (namedBy !== undefined && own[namedBy] === null)) return null;
    return Object.assign({}, defaults, ...others, own) as Row;
  }

  async #changes(revision: number, before: RecordState, after: RecordState): Promise<VersionChange[]> {
    const changes: VersionChange[] = [];
    const isChange = ({ old, new: value }: VersionChange): boolean =>
      before !== null && after !== null ? true : !isBlankValue(old) || !isBlankValue(value);
    for (const column of this.#noun.columns) {
      const [old, value] = [before, after].map((state) => state?.[column.column] ?? null);
      if (old === value) continue;
      if (column.column === "custom") changes.push(...(await this.#customChanges(revision, old, value)));
      else
        changes.push({
          field: column.field,
          old: before === null ? null : await this.#shown(column, old, toMomentBefore(revision)),
          new: after === null ? null : await this.#shown(column, value, revision),
        });
    }
    return changes.filter(isChange);
  }

  #shown({ thing, column }: HistoryColumn, value: SqlValue | undefined, moment: Moment): Promise<DisplayValue> {
    return toDisplayValue(thing, column, value ?? null, (to, pk) => this.#timelines.called(to, pk, moment));
  }

  async #customChanges(
    revision: number,
    old: SqlValue | undefined,
    value: SqlValue | undefined,
  ): Promise<VersionChange[]> {
    const [before, after] = [old, value].map(
      (values) => JSON.parse(String(values ?? "{}")) as Readonly<Record<string, string>>,
    );
    const changes: VersionChange[] = [];
    for (const pk of new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])) {
      const [from = null, to = null] = [before?.[pk], after?.[pk]];
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
