import { line, step } from "../../advice/index.ts";
import { Failure } from "../../errors/index.ts";
import { actionName } from "../../model/audit.ts";
import type { FormatName } from "../../model/console-files.ts";
import { parseImportNumber } from "../../model/import-number.ts";
import { text, type Text } from "../../text/index.ts";
import { unknownImport, readImport, recordOf, type ImportRecord } from "../plans/import-rows.ts";
import { hasWritten, hasOnlySecrets } from "../versions/tables.ts";
import { isUndoneInMirror, type ChangeWriter } from "./audit-rows.ts";
import type { UndoneChange } from "../plans/engine.ts";
import type { Reader, Row } from "../store/store.ts";

/**
 * The import that somebody names: by its id, or by the number of its change or of its plan.
 *
 * @throws Failure `not-found`, which tells what else the number is of
 */
export const importNamed = async (reader: Reader, name: string): Promise<ImportRecord> => {
  const number = parseImportNumber(name);
  if (number === undefined) return readImport(reader, name);
  const { of, value } = number;
  const column = of === "plan" ? "pk" : "change";
  const row = await reader.get(`select * from import where ${column} = :value`, { value });
  if (row !== undefined) return recordOf(row);
  const change = of === "plan" ? undefined : await reader.get("select action from audit where seq = :value", { value });
  throw change === undefined ? unknownImport(name) : otherChange(value, String(change["action"]));
};

const otherChange = (number: number, action: string): Failure => {
  const { en, ja } = actionName(action);
  const see = line("audit show", [number]);
  return new Failure("not-found", {
    what: text(`${number} is not an import: ${en}`, `${number} はインポートではありません(${ja})`),
    hint: step("see it", "確認", see),
  });
};

/** A change of the tenant, as it is undone. */
export interface StoredChange {
  readonly number: number;
  /** null if it wrote nothing that has versions */
  readonly revision: number | null;
  readonly writer: ChangeWriter;
  /** the number of its import's plan */
  readonly import: number | null;
  readonly undoneBy: number | null;
  readonly action: string;
}

/** A change as the engine undoes it. */
export const undoneChange = ({ number, revision, writer }: StoredChange, skipBlocked: boolean): UndoneChange => ({
  number,
  revision: revision ?? -1,
  isImport: writer === "import" || writer === "console",
  isConfirmation: writer === "confirm",
  skipBlocked,
});

/** SQL: the changes `c` that who asks sees: by their audit record `a`, or by their import. */
const CHANGES = `select c.*, a.action from main.change c join main.audit a on a.seq = c.number
  and (exists (select 1 from audit seen where seen.seq = c.number) or c.import in (select seen.pk from import seen))`;

const changeOf = (row: Row): StoredChange => {
  const orNull = (column: string): number | null => (row[column] === null ? null : Number(row[column]));
  return {
    number: Number(row["number"]),
    revision: orNull("revision"),
    writer: row["writer"] as ChangeWriter,
    import: orNull("import"),
    undoneBy: orNull("undoneBy"),
    action: String(row["action"]),
  };
};

const noChange = (what: Text): Failure =>
  new Failure("not-found", {
    what,
    hint: step("see them all", "一覧", line("audit list", [])),
  });

/** Returns the revision of a change, even if the asker sees only a part of its task; -1 if there is no such change. */
export const revisionOf = async (reader: Reader, number: number): Promise<number> =>
  Number((await reader.get("select revision from main.change where number = :number", { number }))?.["revision"] ?? -1);

/** The change with a number, of those that who asks sees. @throws Failure `not-found` */
export const readChange = async (reader: Reader, number: number): Promise<StoredChange> => {
  const row = await reader.get(`${CHANGES} where c.number = :number`, { number });
  if (row === undefined) throw noChange(text(`no change ${number}`, `変更 ${number} はありません`));
  return changeOf(row);
};

/** The import that made a change; undefined if none did, or who asks does not see it. */
export const importOfChange = async (
  reader: Reader,
  { import: pk }: Pick<StoredChange, "import">,
): Promise<ImportRecord | undefined> => {
  const row = pk === null ? undefined : await reader.get("select * from import where pk = :pk", { pk });
  return row && recordOf(row);
};

/**
 * Returns the number of the newest export of the console of a kind that was taken over after a change; undefined if there is
 * none. One that was undone in the mirror alone was not the console's.
 */
export const exportSince = async (
  reader: Reader,
  { number }: Pick<StoredChange, "number">,
  kind: FormatName,
): Promise<number | undefined> => {
  const row = await reader.get(
    `select i.change from main.import i where i.kind = :kind and i.state = 'committed' and i.change > :number
       and i.detail -> 'request' ->> 'fromConsole'
       and not ${isUndoneInMirror("i.change")}
     order by i.change desc limit 1`,
    { kind, number },
  );
  return row && Number(row["change"]);
};

/** SQL: whether a change `c` can be undone: an import, a confirmation, or one that wrote records that have versions. */
const IS_UNDOABLE = `(c.import is not null or c.writer = 'confirm' or ${hasWritten("c.revision")})`;

/** True if a change can be undone: if an import made it, it is a confirmation, or it wrote records that have versions. */
export const isUndoable = async (reader: Reader, { number }: Pick<StoredChange, "number">): Promise<boolean> =>
  (await reader.count(`select count(*) from main.change c where c.number = :number and ${IS_UNDOABLE}`, { number })) >
  0;

/** True if a change only set secrets, which nothing restores. */
export const isOfSecrets = async (reader: Reader, { number }: Pick<StoredChange, "number">): Promise<boolean> =>
  (await reader.count(
    `select count(*) from main.change c where c.number = :number and ${hasOnlySecrets("c.revision")}`,
    { number },
  )) > 0;

/**
 * Returns the actor's newest change that was not undone. Skips undoes, and verifications, because these change no record.
 *
 * @param before only changes before this number
 */
export const newestChange = async (
  reader: Reader,
  actor: string,
  before = Number.MAX_SAFE_INTEGER,
): Promise<StoredChange | undefined> => {
  const row = await reader.get(
    `${CHANGES} where a.actor = :actor and c.undoneBy is null and c.undoes is null and c.number < :before
       and (c.writer <> 'console' or c.import is not null)
     order by c.number desc limit 1`,
    { actor, before },
  );
  return row && changeOf(row);
};

/** Returns the change that `last` means, even if it cannot be undone. @throws Failure `not-found` */
export const lastChange = async (reader: Reader, actor: string): Promise<StoredChange> => {
  const change = await newestChange(reader, actor);
  if (change === undefined)
    throw noChange(text(`no change of ${actor} is left to undo`, `${actor} による取り消せる変更はありません`));
  return change;
};

/** Who made changes after one, whom who asks sees: each once, the last first. */
export const laterActors = async (reader: Reader, number: number): Promise<readonly string[]> => {
  const rows = await reader.all(
    `select a.actor from main.change c join audit a on a.seq = c.number where c.number > :number and c.undoneBy is null and c.undoes is null
     group by a.actor order by max(c.number) desc`,
    { number },
  );
  return rows.map(({ actor }) => String(actor));
};
