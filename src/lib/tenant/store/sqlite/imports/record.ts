import type { ImportRequest } from "../../../../contract/index.ts";
import { Failure } from "../../../../errors/index.ts";
import type { PlanCounts, PlanRequest, StagedFile } from "../../../../imports/plan.ts";
import { IMPORT_STATE_NAMES } from "../../../../model/import.ts";
import { text } from "../../../../text/index.ts";
import type { ColumnMap } from "../../../../csv/layout/map.ts";
import type { FormatName } from "../../../../model/console-files.ts";
import type { Database, Row } from "../database.ts";
import type { PlanSql } from "./stored-kind.ts";
import { kindNamed } from "./tables.ts";

export type ImportState = "uploading" | "planned" | "awaiting-console" | "committed" | "discarded" | "failed";

/** The request of an import, with all that is needed to read its file. */
export interface StoredRequest extends PlanRequest {
  readonly key: ImportRequest["key"];
  readonly allowUnknownColumns: boolean;
  readonly map?: ColumnMap | undefined;
  readonly delimiter: string;
  readonly fileName: string;
}

/** The data of an import that is stored as JSON. */
export interface ImportDetail {
  readonly actor: string;
  readonly request: StoredRequest | null;
  readonly staged: StagedFile | null;
  readonly counts: PlanCounts | null;
  /** which records the plan deletes, see `deletionsOf`; and which ones somebody agreed to as it was sent to the console */
  readonly deletions?: string | null | undefined;
  readonly agreedDeletions?: string | null | undefined;
  /** an older program made it, and it was open: it was discarded as the tenant was migrated */
  readonly outdated?: true | undefined;
  readonly committedAt: string | null;
  readonly emittedAt: string | null;
  /** the import that this one reverts, or that reverted this one */
  readonly reverts: string | null;
  readonly revertedBy: string | null;
  /** the process that receives its file */
  readonly process: number | null;
}

/** An import as stored by the tenant. */
export interface ImportRecord {
  readonly pk: number;
  readonly id: string;
  readonly kind: FormatName;
  readonly state: ImportState;
  readonly createdAt: string;
  readonly etag: string | null;
  /** the revision its commit gave to the records it changed */
  readonly revision: number | null;
  readonly detail: ImportDetail;
}

export const BLANK_DETAIL: Omit<ImportDetail, "actor"> = {
  request: null,
  staged: null,
  counts: null,
  committedAt: null,
  emittedAt: null,
  reverts: null,
  revertedBy: null,
  process: null,
};

const recordOf = (row: Row): ImportRecord => ({
  pk: Number(row["pk"]),
  id: String(row["id"]),
  kind: row["kind"] as FormatName,
  state: row["state"] as ImportState,
  createdAt: String(row["createdAt"]),
  etag: row["etag"] === null ? null : String(row["etag"]),
  revision: row["revision"] === null ? null : Number(row["revision"]),
  detail: JSON.parse(String(row["detail"])) as ImportDetail,
});

export const insertImport = (database: Database, record: Omit<ImportRecord, "pk">): void => {
  database.run(
    `insert into import (id, kind, state, createdAt, etag, revision, detail)
     values (:id, :kind, :state, :createdAt, :etag, :revision, :detail)`,
    { ...record, detail: JSON.stringify(record.detail) },
  );
};

/** The parts of an import that change after it is created. */
export type ImportChange = Partial<Pick<ImportRecord, "state" | "etag" | "revision">> & {
  readonly detail?: Partial<ImportDetail> | undefined;
};

export const changeImport = (database: Database, record: ImportRecord, change: ImportChange): void => {
  const next = { ...record, ...change, detail: { ...record.detail, ...change.detail } };
  database.run(
    "update import set state = :state, etag = :etag, revision = :revision, detail = :detail where pk = :pk",
    { pk: next.pk, state: next.state, etag: next.etag, revision: next.revision, detail: JSON.stringify(next.detail) },
  );
};

const findImport = (database: Database, id: string): ImportRecord | undefined => {
  const row = database.get("select * from import where id = :id", { id });
  return row === undefined ? undefined : recordOf(row);
};

/** @throws Failure `not-found` */
export const readImport = (database: Database, id: string): ImportRecord => {
  const record = findImport(database, id);
  if (record !== undefined) return record;
  throw new Failure("not-found", {
    what: text(`no import ${id}`, `インポート ${id} はありません`),
    hint: text("see them all: clomoctl imports list", "一覧: clomoctl imports list"),
  });
};

/** Newest first. */
export const listImports = (database: Database): readonly ImportRecord[] =>
  database.all("select * from import order by pk desc").map(recordOf);

/**
 * The plan of an import as its SQL needs it.
 *
 * @throws Failure `conflict` if the import has no plan (any more)
 */
export const planSqlOf = (record: ImportRecord): PlanSql => {
  const { id, kind, state, detail } = record;
  const { request, staged } = detail;
  const open = state === "planned" || state === "awaiting-console";
  if (open && request !== null && staged !== null) return { kind: kindNamed(kind), request, staged };
  if (detail.outdated === true) throw outdated(record);
  throw new Failure("conflict", {
    what: text(
      `import ${id} is ${state}; it has no open plan`,
      `インポート ${id} は${IMPORT_STATE_NAMES[state].ja}で、有効な計画がありません`,
    ),
    hint: text("import the file again", "ファイルをもう一度インポートしてください"),
  });
};

/** The failure of an open import that an older program made, of which nothing is read any more. */
export const outdated = ({ id }: ImportRecord): Failure =>
  new Failure("conflict", {
    what: text(
      `import ${id} was discarded: made by an older clomoctl; import the file again`,
      `インポート ${id} は破棄されました。以前の版の clomoctl で作られています。ファイルをもう一度インポートしてください`,
    ),
  });

/** The failure of committing a plan with invalid rows. */
export const rejected = (record: ImportRecord): Failure =>
  new Failure("input-rejected", {
    what: text(
      `import ${record.id} has invalid rows; nothing was changed`,
      `インポート ${record.id} に不正な行があるため、何も変更していません`,
    ),
    hint: text(`see them: clomoctl imports show ${record.id}`, `確認: clomoctl imports show ${record.id}`),
  });
