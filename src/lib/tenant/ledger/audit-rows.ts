import { Failure, redactSecrets } from "../../errors/index.ts";
import type { Field } from "../../model/thing.ts";
import { NOUNS } from "../../nouns/index.ts";
import { text } from "../../text/index.ts";
import { sha256, type AccessOrigin } from "../store/ids.ts";
import type { Writer } from "../store/types.ts";

export interface ChangedObject {
  readonly thing: string;
  readonly id: string;
  readonly name?: string | undefined;
}

export interface AuditEntry {
  /** a UTC instant */
  readonly at: string;
  readonly actor: string;
  readonly by?: string | undefined;
  readonly origin: AccessOrigin;
  readonly action: string;
  readonly objects: readonly ChangedObject[];
  readonly before?: object | undefined;
  readonly after?: object | undefined;
  readonly detail?: object | undefined;
}

export type ChangeWriter = "hand" | "import" | "undo" | "console" | "confirm" | "drop";

export interface ChangeFacts {
  readonly writer: ChangeWriter;
  readonly revision: number | null;
  readonly import?: number | undefined;
  readonly undoes?: number | undefined;
}

const AUDIT_VERSION = 2;

/** Names of all fields that can be set but not read. Audit records never contain these fields. */
export const SECRET_FIELDS: ReadonlySet<string> = new Set(
  NOUNS.flatMap(({ fields }) =>
    Object.entries<Field>(fields).flatMap(([name, { secret, shownAs }]) =>
      secret === true ? [name, shownAs ?? name] : [],
    ),
  ),
);

const serialiseRecord = (seq: number, { at, actor, by, origin, action, objects, before, after, detail }: AuditEntry) =>
  JSON.stringify(
    { version: AUDIT_VERSION, seq, at, actor, by, origin, action, objects, before, after, detail },
    (name, value: unknown) => {
      if (SECRET_FIELDS.has(name)) return undefined;
      // the record travels in bundles, so it has the name of the file without the folders of this computer
      if (name === "source" && typeof value === "string") return value.split(/[/\\]/).at(-1);
      return typeof value === "string" ? redactSecrets(value) : value;
    },
  );

export const getNextChangeNumber = (writer: Writer): Promise<number> =>
  writer.count("select coalesce(max(seq), 0) + 1 from main.audit");

/** Returns the record's number. @param change undefined if nothing changed @throws Failure `unexpected` */
export const appendAudit = async (writer: Writer, entry: AuditEntry, change?: ChangeFacts): Promise<number> => {
  // `main.audit` also contains the records that the acting account cannot see
  const last = await writer.get("select seq, hash from main.audit order by seq desc limit 1");
  const seq = Number(last?.["seq"] ?? 0) + 1;
  const record = serialiseRecord(seq, entry);
  const hash = sha256(`${String(last?.["hash"] ?? "")}\n${record}`);
  const row = { seq, record, hash };
  const stored = await writer.run("insert into main.audit (seq, record, hash) values (:seq, :record, :hash)", row);
  if (stored !== 1)
    throw new Failure("unexpected", {
      what: text(
        `audit record ${seq} was not stored; nothing was changed`,
        `監査ログの記録 ${seq} を保存できませんでした。何も変更していません`,
      ),
    });
  if (change === undefined) return seq;
  const { writer: by, revision, import: own = null, undoes = null } = change;
  await writer.run(
    `insert into main.change (number, revision, writer, import, undoes)
     values (:seq, :revision, :by, :own, :undoes)`,
    { seq, revision, by, own, undoes },
  );
  if (undoes !== null) await recordUndo(writer, undoes, seq);
  return seq;
};

/** Records that a change was undone. Undoing an undo puts the original change into effect again. */
const recordUndo = async (writer: Writer, undone: number, by: number): Promise<void> => {
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
