import { line, step } from "../../advice/index.ts";
import { Failure } from "../../errors/index.ts";
import { getActionName } from "../../derived/audit.ts";
import { parseImportNumber } from "../../model/import.ts";
import { text, type Text } from "../../text/index.ts";
import {
  createUnknownImportFailure,
  readImport,
  SELECT_IMPORTS,
  toImportRecord,
  type ImportRecord,
  type PlanCounts,
} from "./import-rows.ts";
import { buildHasRestorableSql, buildHasWrittenSql } from "./versions.ts";
import type { StoredRequest } from "./import-request.ts";
import type { ChangeWriter } from "./audit-rows.ts";
import type { Reader } from "../store/types.ts";

export interface UndoneChange {
  readonly number: number;
  readonly revision: number;
  readonly isImport: boolean;
  /** true for an import of a console export, and for its undo and redo */
  readonly isOfConsole?: boolean | undefined;
  /** for dropped tasks: revisions of the tasks; only values that these revisions wrote last are replaced */
  readonly dropped?: readonly number[] | undefined;
  readonly deleted?: { readonly request: StoredRequest; readonly ids: readonly string[] } | undefined;
  /** what the change did, if it is known: tells how far the planning of its undo is */
  readonly counts?: Pick<PlanCounts, "create" | "update" | "delete" | "beside"> | null | undefined;
  /** for dropped tasks: the visible records; undefined if the whole tenant is visible */
  readonly inSight?: readonly (readonly [thing: string, pk: number])[] | undefined;
}

/** @param name id, change number or plan number of an import @throws Failure `not-found` */
export const getImportByName = async (reader: Reader, name: string): Promise<ImportRecord> => {
  const number = parseImportNumber(name);
  if (number === undefined) return readImport(reader, name);
  const { of, value } = number;
  const column = of === "plan" ? "pk" : "change";
  const row = await reader.get(`${SELECT_IMPORTS} where i.${column} = :value`, { value });
  if (row !== undefined) return toImportRecord(row);
  const change = of === "plan" ? undefined : await reader.get("select action from audit where seq = :value", { value });
  throw change === undefined
    ? createUnknownImportFailure(name)
    : createNotImportFailure(value, String(change["action"]));
};

const createNotImportFailure = (number: number, action: string): Failure => {
  const { en, ja } = getActionName(action);
  const see = line("audit show", [number]);
  return new Failure("not-found", {
    what: text(`change ${number} is not an import: ${en}`, `変更 ${number} はインポートではありません(${ja})`),
    hint: step("to see the change", "変更の確認", see),
  });
};

export interface StoredChange {
  readonly number: number;
  readonly revision: number | null;
  readonly writer: ChangeWriter;
  readonly import: number | null;
  readonly undoneBy: number | null;
  readonly action: string;
  readonly isOfConsole: boolean;
}

export const toUndoneChange = ({ number, revision, writer, isOfConsole }: StoredChange): UndoneChange => ({
  number,
  revision: revision ?? -1,
  isImport: writer === "import",
  isOfConsole,
});

const IS_OF_CONSOLE_SQL = `(with recursive undone(number, writer) as (select c.number, c.writer union select o.number, o.writer
    from undone u join main.change w on w.number = u.number join main.change o on o.number = w.undoes)
  select max(writer = 'console') from undone)`;

const SELECT_VISIBLE_CHANGES = `select c.*, a.action, ${IS_OF_CONSOLE_SQL} as isOfConsole from main.change c join main.audit a on a.seq = c.number
  and (exists (select 1 from audit seen where seen.seq = c.number) or c.import in (select seen.pk from import seen))`;

type ChangeRow = Omit<StoredChange, "isOfConsole"> & { readonly isOfConsole: number };

const toStoredChange = (row: ChangeRow): StoredChange => ({ ...row, isOfConsole: row.isOfConsole === 1 });

const createUnknownChangeFailure = (what: Text): Failure =>
  new Failure("not-found", {
    what,
    // suggests `imports list`, because operators may undo imports but may not read the audit log
    hint: step("to list all imports", "インポートの一覧", line("imports list", [])),
  });

/** -1 for a change that did not write records. */
export const findRevision = async (reader: Reader, number: number): Promise<number> =>
  Number((await reader.get("select revision from main.change where number = :number", { number }))?.["revision"] ?? -1);

/** @throws Failure `not-found`, also if the acting account cannot see the change */
export const readChange = async (reader: Reader, number: number): Promise<StoredChange> => {
  const row = await reader.get<ChangeRow>(`${SELECT_VISIBLE_CHANGES} where c.number = :number`, { number });
  if (row === undefined)
    throw createUnknownChangeFailure(text(`no change has the number ${number}`, `${number} 番の変更はありません`));
  return toStoredChange(row);
};

export const findImportOfChange = async (
  reader: Reader,
  { import: pk }: Pick<StoredChange, "import">,
): Promise<ImportRecord | undefined> => {
  const row = pk === null ? undefined : await reader.get(`${SELECT_IMPORTS} where i.pk = :pk`, { pk });
  return row && toImportRecord(row);
};

/** A change that wrote only secrets cannot be undone, because secrets are not stored. */
export const isUndoable = async (reader: Reader, { number }: Pick<StoredChange, "number">): Promise<boolean> =>
  (await reader.count(
    `select count(*) from main.change c where c.number = :number and (${buildHasRestorableSql("c.revision")}
       or c.import is not null and not ${buildHasWrittenSql("c.revision")})`,
    { number },
  )) > 0;

/** Returns the actor's newest change except sign-ins. @throws Failure `not-found` */
export const getLastChange = async (reader: Reader, actor: string): Promise<StoredChange> => {
  const row = await reader.get<ChangeRow>(
    `${SELECT_VISIBLE_CHANGES} where a.actor = :actor and a.action not glob 'sessions.*'
     order by c.number desc limit 1`,
    { actor },
  );
  if (row === undefined)
    throw createUnknownChangeFailure(text(`there is no change by ${actor}`, `${actor} による変更はありません`));
  return toStoredChange(row);
};
