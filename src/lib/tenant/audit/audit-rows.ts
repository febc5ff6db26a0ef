import { line, step } from "../../advice/index.ts";
import { Failure } from "../../errors/index.ts";
import { FORMATS } from "../../model/formats.ts";
import { text } from "../../text/index.ts";
import { sha256, type Origin } from "../ids.ts";
import type { Writer } from "../store/store.ts";

/** A record that a change is about. */
export interface ChangedObject {
  /** name of the thing: `user` */
  readonly thing: string;
  readonly id: string;
  /** what people call it */
  readonly name?: string | undefined;
}

/** One change of the tenant: who did what to what, when, and from where. */
export interface AuditEntry {
  /** a UTC instant */
  readonly at: string;
  readonly actor: string;
  /** who acted as the actor: the machine's owner */
  readonly by?: string | undefined;
  readonly origin: Origin;
  readonly action: string;
  readonly objects: readonly ChangedObject[];
  /** the ids of the organisations that it touched; none, or undefined: it is no organisation's */
  readonly orgs?: readonly string[] | undefined;
  /** what was changed or removed as it was, and as it is by now */
  readonly before?: object | undefined;
  readonly after?: object | undefined;
  /** what else is told of the action, as the counts of an import */
  readonly detail?: object | undefined;
}

/**
 * What wrote a change: an edit by hand, an import, `apply`, an undo, the takeover of an export of the console, or the
 * confirmation or dropping of a task.
 */
export type ChangeWriter = "hand" | "import" | "apply" | "undo" | "console" | "confirm" | "drop";

/** Facts about a change that its audit record does not have. The change has the number of that record. */
export interface ChangeFacts {
  readonly writer: ChangeWriter;
  /** null if no collection has a new revision */
  readonly revision: number | null;
  /** the number of its import */
  readonly import?: number | undefined;
  /** the number of the change that it undoes: what that one undid stands again */
  readonly undoes?: number | undefined;
}

/** The form of the records. */
const AUDIT_VERSION = 2;

/** The names of all fields whose values are only ever set: no record of the audit has one, wherever it stands. */
export const SECRET_FIELDS: ReadonlySet<string> = new Set(
  Object.values(FORMATS).flatMap(({ thing }) =>
    Object.entries(thing.fields).flatMap(([name, { secret, shownAs }]) =>
      secret === true ? [name, shownAs ?? name] : [],
    ),
  ),
);

/** Organisations that a record names at most. One that touched more names none, as one of the whole tenant. */
export const MAX_ORGS = 1_000;

/** Each organisation once, in the order of their ids; undefined of none, and of too many. */
const told = (orgs: readonly string[] = []): readonly string[] | undefined => {
  const all = [...new Set(orgs)].toSorted();
  return all.length === 0 || all.length > MAX_ORGS ? undefined : all;
};

/** A record's text, one line of JSON: what its hash is made of. */
const textOf = (
  seq: number,
  { at, actor, by, origin, action, objects, orgs, before, after, detail }: AuditEntry,
): string =>
  JSON.stringify(
    { version: AUDIT_VERSION, seq, at, actor, by, origin, action, objects, orgs: told(orgs), before, after, detail },
    (name, value: unknown) => (SECRET_FIELDS.has(name) ? undefined : value),
  );

/** Returns the number of the next change, which is the number of its audit record. */
export const nextChange = (writer: Writer): Promise<number> =>
  writer.count("select coalesce(max(seq), 0) + 1 from main.audit");

/**
 * Appends a record, in the transaction of the change it is of. Its hash is the SHA-256 of the hash before, a line feed
 * and its own text.
 *
 * @param change undefined if nothing was changed
 * @returns its number
 * @throws Failure `unexpected` if the record was not stored
 */
export const appendAudit = async (writer: Writer, entry: AuditEntry, change?: ChangeFacts): Promise<number> => {
  // whoever writes may not see all records
  const last = await writer.get("select seq, hash from main.audit order by seq desc limit 1");
  const seq = Number(last?.["seq"] ?? 0) + 1;
  const record = textOf(seq, entry);
  const hash = sha256(`${String(last?.["hash"] ?? "")}\n${record}`);
  const row = { seq, record, hash };
  const stored = await writer.run("insert into main.audit (seq, record, hash) values (:seq, :record, :hash)", row);
  if (stored !== 1) throw notStored(seq);
  if (change !== undefined) await insertChange(writer, seq, change);
  return seq;
};

const insertChange = async (
  writer: Writer,
  number: number,
  { writer: by, revision, import: own, undoes }: ChangeFacts,
): Promise<void> => {
  await writer.run(
    `insert into main.change (number, revision, writer, import, undoes)
     values (:number, :revision, :by, :own, :undoes)`,
    { number, revision, by, own: own ?? null, undoes: undoes ?? null },
  );
  if (undoes !== undefined) await noteUndone(writer, undoes, number);
};

/** SQL: true if the change `u` is an undo in the mirror alone: it says what the console has, as an export does. */
export const IS_UNDO_IN_MIRROR = "u.writer = 'console' and u.undoes is not null";

/**
 * SQL: true if a change was undone in the mirror alone: an export that it took over was not the console's.
 *
 * @param number SQL of its number
 */
export const isUndoneInMirror = (number: string): string =>
  `exists (select 1 from main.change w join main.change u on u.number = w.undoneBy where w.number = ${number} and ${IS_UNDO_IN_MIRROR})`;

/** Records that a change was undone: what it undid, if it is an undo, stands again, and what that undid is undone again. */
const noteUndone = async (writer: Writer, undone: number, by: number): Promise<void> => {
  await writer.run("update main.change set undoneBy = :by where number = :undone", { undone, by });
  const undoesOf = async (number: number): Promise<number | undefined> => {
    const row = await writer.get("select undoes from main.change where number = :number", { number });
    return row === undefined || row["undoes"] === null ? undefined : Number(row["undoes"]);
  };
  let [undo, stands] = [undone, false];
  for (let next = await undoesOf(undo); next !== undefined; next = await undoesOf(undo)) {
    const change = stands
      ? "set undoneBy = :undo where number = :next and undoneBy is null"
      : "set undoneBy = null where number = :next and undoneBy = :undo";
    await writer.run(`update main.change ${change}`, { undo, next });
    [undo, stands] = [next, !stands];
  }
};

/** A trigger that clomoctl did not make may drop a record without a word: then nothing is changed. */
const notStored = (seq: number): Failure =>
  new Failure("unexpected", {
    what: text(
      `record ${seq} of the audit was not stored; nothing was changed`,
      `監査ログの記録 ${seq} を保存できませんでした。何も変更していません`,
    ),
    hint: step("see what keeps it from being stored", "原因を調べる", line("doctor", [])),
  });
