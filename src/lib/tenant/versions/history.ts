import type { RecordHistory, RecordVersion } from "../../contract/index.ts";
import { ACCOUNT } from "../../model/account.ts";
import { DEVICE } from "../../model/device.ts";
import { ORG } from "../../model/organisation.ts";
import type { Thing } from "../../model/thing.ts";
import { CUSTOM_FIELD, USER } from "../../model/user.ts";
import type { Session } from "../session.ts";
import { THEN } from "../store/sql/forms.ts";
import type { Reader, Row, Value } from "../store/store.ts";
import { findNamed } from "./find.ts";
import {
  lastState,
  shownValue,
  stateAt,
  Timelines,
  type Moment,
  type RecordState,
  type ShownValue,
} from "./timeline.ts";

type VersionChange = RecordVersion["changes"][number];

/** A stored column that a history shows. */
interface HistoryColumn {
  /** the thing whose table has it */
  readonly thing: Thing;
  readonly column: string;
  /** its name in the history */
  readonly field: string;
}

/** What the history of a noun shows. */
interface HistoryNoun {
  /** the records by whose names and numbers the noun's records are found */
  readonly thing: Thing;
  readonly columns: readonly HistoryColumn[];
  /** whether a state of {@link thing} has a record of the noun */
  readonly exists: (state: Row) => boolean;
  /** the column with what people call the record, if that is not what they call the {@link thing} */
  readonly namedBy?: string | undefined;
  /** the values of a record of which a table has no row */
  readonly defaults?: Row | undefined;
}

const columnsOf = (thing: Thing): readonly HistoryColumn[] =>
  (thing.versioned ?? []).map((column) => ({ thing, column, field: column }));

const historyOf = (thing: Thing): HistoryNoun => ({ thing, columns: columnsOf(thing), exists: () => true });

const NOUNS = {
  users: historyOf(USER),
  orgs: historyOf(ORG),
  devices: historyOf(DEVICE),
  accounts: {
    thing: USER,
    columns: [
      { thing: USER, column: "accountName", field: "name" },
      { thing: USER, column: "accountPasswordSetAt", field: "passwordSetAt" },
      ...columnsOf(ACCOUNT),
    ],
    exists: ({ accountName }) => accountName !== null,
    namedBy: "accountName",
    defaults: { role: "none" },
  },
} as const satisfies Readonly<Record<string, HistoryNoun>>;

/** A noun whose records have a history. */
export type NounWithHistory = keyof typeof NOUNS;

const NO_VALUES: readonly unknown[] = [undefined, null, "", false];

/** Whether a value says nothing about a new or a deleted record. */
const isBlank = (value: ShownValue): boolean =>
  NO_VALUES.includes(value) || (Array.isArray(value) && value.length === 0);

/** Reads the histories of a noun's records. */
class HistoryReader {
  readonly #reader: Reader;
  readonly #noun: HistoryNoun;
  readonly #timelines: Timelines;

  constructor(reader: Reader, noun: HistoryNoun) {
    this.#reader = reader;
    this.#noun = noun;
    this.#timelines = new Timelines(reader);
  }

  async find(name: string): Promise<readonly RecordHistory[]> {
    const found: RecordHistory[] = [];
    for (const pk of await findNamed(this.#reader, this.#timelines, this.#noun.thing, name)) {
      const history = await this.#read(pk);
      if (history !== undefined) found.push(history);
    }
    return found;
  }

  /** Returns a record's history; undefined if there never was a record of the noun. */
  async #read(pk: number): Promise<RecordHistory | undefined> {
    const { thing, columns, namedBy } = this.#noun;
    const own = await this.#timelines.of(thing, pk);
    const things = [...new Set([thing, ...columns.map((column) => column.thing)])];
    const steps = new Set<number>();
    for (const one of things) for (const { revision } of (await this.#timelines.of(one, pk)).steps) steps.add(revision);
    const revisions = [...steps].toSorted((a, b) => a - b);
    const facts = await this.#facts(revisions);
    const versions: RecordVersion[] = [];
    let last: Row | undefined;
    for (const revision of revisions) {
      const before = await this.#stateAt(pk, { revision, side: "before" });
      const after = await this.#stateAt(pk, { revision, side: "after" });
      const changes = await this.#changes(revision, before, after);
      const action = before === null ? "create" : after === null ? "delete" : "update";
      if ((before === null && after === null) || (action === "update" && changes.length === 0)) continue;
      last = after ?? before ?? last;
      versions.push({ ...(facts.get(revision) ?? UNKNOWN), action, changes });
    }
    const now = await this.#stateAt(pk, NOW);
    last = now ?? last;
    if (last === undefined) return undefined;
    const state = lastState(own);
    const [step] = own.steps.slice(-1);
    const moment: Moment = own.now === null && step !== undefined ? { revision: step.revision, side: "before" } : NOW;
    const name = namedBy === undefined ? await this.#timelines.called(thing, pk, moment) : String(last[namedBy]);
    return { id: String(state?.["id"]), name: name ?? "", deleted: now === null, versions };
  }

  /** Returns the columns of a record at a moment, those of all its tables; null while it does not exist. */
  async #stateAt(pk: number, moment: Moment): Promise<RecordState> {
    const { thing, columns, exists, defaults } = this.#noun;
    const own = stateAt(await this.#timelines.of(thing, pk), moment);
    if (own === null || !exists(own)) return null;
    const others = [...new Set(columns.map((column) => column.thing))].filter((other) => other !== thing);
    const states = await Promise.all(others.map(async (other) => stateAt(await this.#timelines.of(other, pk), moment)));
    return Object.assign({}, defaults, ...states, own) as Row;
  }

  async #changes(revision: number, before: RecordState, after: RecordState): Promise<VersionChange[]> {
    const changes: VersionChange[] = [];
    const isChange = ({ old, new: value }: VersionChange): boolean =>
      before !== null && after !== null ? true : !isBlank(old) || !isBlank(value);
    for (const column of this.#noun.columns) {
      const [old, value] = [before, after].map((state) => state?.[column.column] ?? null);
      if (old === value) continue;
      if (column.column === "custom") changes.push(...(await this.#customChanges(revision, old, value)));
      else
        changes.push({
          field: column.field,
          old: before === null ? null : await this.#shown(column, old, { revision, side: "before" }),
          new: after === null ? null : await this.#shown(column, value, { revision, side: "after" }),
        });
    }
    return changes.filter(isChange);
  }

  #shown({ thing, column }: HistoryColumn, value: Value | undefined, moment: Moment): Promise<ShownValue> {
    return shownValue(thing, column, value ?? null, (to, pk) => this.#timelines.called(to, pk, moment));
  }

  /** Returns what changed in the custom fields, by their names at that time. */
  async #customChanges(revision: number, old: Value | undefined, value: Value | undefined): Promise<VersionChange[]> {
    const [before, after] = [old, value].map(
      (values) => JSON.parse(String(values ?? "{}")) as Readonly<Record<string, string>>,
    );
    const changes: VersionChange[] = [];
    for (const pk of new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])) {
      const [from = null, to = null] = [before?.[pk], after?.[pk]];
      if (from === to) continue;
      const name =
        (await this.#timelines.called(CUSTOM_FIELD, Number(pk), { revision, side: "after" })) ??
        (await this.#timelines.called(CUSTOM_FIELD, Number(pk), { revision, side: "before" }));
      changes.push({ field: `custom:${name ?? pk}`, old: from, new: to });
    }
    return changes;
  }

  /** Returns the facts of changes by their revisions. The number, the actor and the command are those of the audit as the asker sees it. */
  async #facts(revisions: readonly number[]): Promise<ReadonlyMap<number, ChangeFacts>> {
    const visible = (number: string): string => `(select v.seq from audit v where v.seq = ${number})`;
    const rows = await this.#reader.all(
      `select c.revision, m.at, a.seq as number, a.actor, a.action as command, ${visible("c.undoes")} as undoes,
         ${visible("c.undoneBy")} as undoneBy
       from json_each(:revisions) r ${THEN} main.change c on c.revision = r.value
         left join main.audit m on m.seq = c.number left join audit a on a.seq = c.number`,
      { revisions: JSON.stringify(revisions) },
    );
    const textOf = (value: Value | undefined): string | null => (value === null ? null : String(value));
    const numberOf = (value: Value | undefined): number | null => (value === null ? null : Number(value));
    return new Map(
      rows.map(({ revision, at, number, actor, command, undoes, undoneBy }) => [
        Number(revision),
        {
          number: numberOf(number),
          at: textOf(at),
          actor: textOf(actor),
          command: textOf(command),
          undoes: numberOf(undoes),
          undoneBy: numberOf(undoneBy),
        },
      ]),
    );
  }
}

type ChangeFacts = Omit<RecordVersion, "action" | "changes">;

/** The facts of what no change has recorded. */
const UNKNOWN: ChangeFacts = { number: null, at: null, actor: null, command: null, undoes: null, undoneBy: null };

/** After all changes. */
const NOW: Moment = { revision: Number.MAX_SAFE_INTEGER, side: "after" };

/** Returns the histories of a noun's records that have or had a name, also of deleted ones; see {@link findNamed}. */
export const history = (
  session: Pick<Session, "read">,
  noun: NounWithHistory,
  name: string,
): Promise<readonly RecordHistory[]> => session.read((reader) => new HistoryReader(reader, NOUNS[noun]).find(name));
