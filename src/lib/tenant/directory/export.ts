import type { SQLOutputValue } from "node:sqlite";
import type { App } from "../../contract/index.ts";
import { FORMATS, SECURED_FORMATS } from "../../csv/formats/index.ts";
import { NEWLINES, formatRecord } from "../../csv/write.ts";
import type { Newline } from "../../csv/record.ts";
import type { Database, Params } from "../store/sqlite/database.ts";
import { name } from "../store/sqlite/imports/expressions.ts";
import { ROOT_ORG_PK } from "../store/sqlite/migrations.ts";
import { listOrgs, type PlacedOrg } from "./orgs.ts";
import { PASSES_SECURED_FILTERS, securedFilterParams } from "./secured.ts";
import { PASSES_USER_FILTERS, userFilterParams } from "./users.ts";

/** What an export holds and the newline it is written with. */
export interface ExportQuery {
  readonly filterName?: string | undefined;
  readonly filterId?: string | undefined;
  readonly newline: Newline;
}

/** A column of an export: how its cells are made of the value the statement gives. */
interface ExportColumn {
  readonly header: string;
  readonly sql: string;
  /** a JSON list that fills this many columns */
  readonly times?: number;
  /** a key of a JSON object */
  readonly key?: string;
}

/** The statement whose rows are the records, in order. */
interface ExportStatement {
  readonly columns: readonly ExportColumn[];
  readonly from: string;
  readonly params: Params;
}

/** Text that goes out at a time, in characters. */
const CHUNK_LENGTH = 64 * 1024;

const SINGLE = /^\["[^"\\]*"\]$/;

/** The items of a JSON list; most lists have one plain item. */
const items = (value: string): readonly string[] => {
  if (SINGLE.test(value)) return [value.slice(2, -2)];
  return JSON.parse(value) as string[];
};

/** Fills one record's cells from the values of a row. */
const fill = (columns: readonly ExportColumn[], values: readonly SQLOutputValue[], cells: string[]): void => {
  let at = 0;
  for (let i = 0; i < columns.length; i += 1) {
    const value = values[i];
    const { times, key } = columns[i] ?? {};
    if (times !== undefined) {
      const list = items(String(value));
      for (let n = 0; n < times; n += 1) cells[at++] = list[n] ?? "";
    } else if (value === null || value === undefined) cells[at++] = "";
    else if (key !== undefined) cells[at++] = (JSON.parse(String(value)) as Record<string, string>)[key] ?? "";
    else cells[at++] = typeof value === "string" ? value : String(value);
  }
};

/** The text of an export in chunks, the header first. */
function* exportText(database: Database, { columns, from, params }: ExportStatement, newline: string): Generator<string> {
  const header = columns.flatMap((column) => Array.from({ length: column.times ?? 1 }, () => column.header));
  let text = formatRecord(header, newline);
  const statement = database.driver.prepare(`select ${columns.map(({ sql }) => sql).join(", ")} ${from}`);
  statement.setReturnArrays(true);
  statement.setAllowUnknownNamedParameters(true);
  const cells = header.map(() => "");
  for (const row of statement.iterate(params)) {
    fill(columns, row as unknown as readonly SQLOutputValue[], cells);
    text += formatRecord(cells, newline);
    if (text.length < CHUNK_LENGTH) continue;
    yield text;
    text = "";
  }
  yield text;
}

/** Chunks of text as a stream of UTF-8 bytes that flows as fast as it is read. */
const streamOf = (chunks: Generator<string>): ReadableStream<Uint8Array> => {
  const encoder = new TextEncoder();
  return new ReadableStream({
    pull(controller) {
      const { value, done } = chunks.next();
      if (done === true) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    cancel() {
      chunks.return(undefined);
    },
  });
};

/** PANEL users in the order they were made; the columns of the format, secrets left out, then the custom fields. */
export const exportUsers = (database: Database, query: ExportQuery): ReadableStream<Uint8Array> => {
  const params = userFilterParams(query);
  const emails = database.count(`select max(json_array_length(t.emails)) from user t where ${PASSES_USER_FILTERS}`, params);
  const own = FORMATS.users.columns
    .filter(({ secret }) => secret !== true)
    .map(({ field, header }): ExportColumn => {
      if (field === "orgCode") return { header, sql: "o.code" };
      return field === "emails" ? { header, sql: "t.emails", times: Math.max(1, emails) } : { header, sql: `t.${name(field)}` };
    });
  const custom = database
    .all("select pk, name from custom_field order by pk")
    .map((field): ExportColumn => ({ header: String(field["name"]), sql: "t.custom", key: String(field["pk"]) }));
  const from = `from user t join org o on o.pk = t.org where ${PASSES_USER_FILTERS} order by t.pk`;
  return streamOf(exportText(database, { columns: [...own, ...custom], from, params }, NEWLINES[query.newline]));
};

/**
 * Users of an app by ユーザーID, administrators left out. `console` is the three columns of the console's own export,
 * `full` every column that is no secret.
 *
 * @see facts 6.5
 */
export const exportSecuredUsers = (
  database: Database,
  app: App,
  { layout, ...query }: ExportQuery & { readonly layout: "console" | "full" },
): ReadableStream<Uint8Array> => {
  const params = { ...securedFilterParams(query), app };
  const where = `t.app = :app and t.administrator = 0 and ${PASSES_SECURED_FILTERS}`;
  const groups = database.count(`select max(json_array_length(t.groups)) from secured_user t where ${where}`, params);
  const columns = SECURED_FORMATS[app].columns
    .filter(({ secret, consoleExport }) => secret !== true && (layout === "full" || consoleExport === true))
    .map(({ field, header, repeated }): ExportColumn => {
      const column = { header, sql: `t.${name(field)}` };
      return repeated === true ? { ...column, times: Math.max(1, groups) } : column;
    });
  const from = `from secured_user t where ${where} order by t.userId`;
  return streamOf(exportText(database, { columns, from, params }, NEWLINES[query.newline]));
};

/** Organisations, parents before their children; a parent without a code is named by its path. */
export const exportOrgs = (database: Database, query: ExportQuery): ReadableStream<Uint8Array> => {
  const orgs = listOrgs(database);
  const byId = new Map(orgs.map((org) => [org.id, org]));
  const newline = NEWLINES[query.newline];
  const { filterName, filterId } = securedFilterParams(query);
  const passes = (org: PlacedOrg): boolean =>
    org.pk !== ROOT_ORG_PK &&
    (filterName === null || org.name.includes(filterName)) &&
    (filterId === null || (org.code ?? "").includes(filterId));
  const record = (org: PlacedOrg): string => {
    const parent = byId.get(org.parentId ?? "");
    const path = parent === undefined || parent.code !== null ? "" : parent.path;
    return formatRecord([org.name, org.code ?? "", parent?.code ?? "", path], newline);
  };
  function* chunks(): Generator<string> {
    yield formatRecord(FORMATS.orgs.columns.map(({ header }) => header), newline);
    for (const org of orgs) if (passes(org)) yield record(org);
  }
  return streamOf(chunks());
};
