import type { App } from "../../contract/index.ts";
import { FORMATS, SECURED_FORMATS } from "../../model/formats.ts";
import { NEWLINES, formatRecord } from "../../csv/records/writer.ts";
import type { Newline } from "../../csv/records/record.ts";
import type { Database } from "../store/sqlite/database.ts";
import { quoteIdentifier } from "../store/sqlite/imports/expressions.ts";
import { ROOT_ORG_PK } from "../store/sqlite/migrations.ts";
import { streamExport, streamOf, type ExportColumn } from "./export-text.ts";
import { listOrgs, type PlacedOrg } from "./orgs.ts";
import { PASSES_SECURED_FILTERS, securedFilterParams } from "./secured.ts";
import { PASSES_USER_FILTERS, userFilterParams } from "./users.ts";

/** Content of an export and its line ending. */
export interface ExportQuery {
  readonly filterName?: string | undefined;
  readonly filterId?: string | undefined;
  readonly newline: Newline;
}

/** Text written at once, in characters. */
const CHUNK_LENGTH = 32 * 1024;

/** Columns for the items of a JSON list, at least one: as many as the fullest record needs. */
const listColumns = (header: string, sql: string, most: number): readonly ExportColumn[] => {
  const columns = Array.from({ length: Math.max(1, most) }, (_, at) => ({ header, sql: `${sql} ->> ${at}` }));
  // `["text"]` or `[]`; a list of two has quotes in between, an escaped character a backslash
  const plain = `substr(${sql}, 3, max(0, length(${sql}) - 4))`;
  return columns.length === 1 ? columns.map((column) => ({ ...column, plain })) : columns;
};

/** PANEL users in order of creation; the columns of the format without secrets, then the custom fields. */
export const exportUsers = (tenant: Database, query: ExportQuery): ReadableStream<Uint8Array> =>
  streamExport(tenant, query.newline, (database) => {
    const params = userFilterParams(query);
    const most = `select max(json_array_length(t.emails)) from user t where ${PASSES_USER_FILTERS}`;
    const own = FORMATS.users.columns
      .filter(({ secret }) => secret !== true)
      .flatMap(({ field, header }): readonly ExportColumn[] => {
        if (field === "orgCode") return [{ header, sql: "o.code" }];
        if (field === "emails") return listColumns(header, "t.emails", database.count(most, params));
        return [{ header, sql: `t.${quoteIdentifier(field)}` }];
      });
    const custom = database.all("select pk, name from custom_field order by pk").map((field): ExportColumn => ({
      header: String(field["name"]),
      sql: `t.custom ->> '$."${Number(field["pk"])}"'`,
    }));
    return {
      columns: [...own, ...custom],
      key: "t.pk",
      table: "user t",
      joined: "join org o on o.pk = t.org",
      among: "true",
      where: PASSES_USER_FILTERS,
      params,
      before: 0,
    };
  });

/**
 * Users of an app by ユーザーID, without administrators. `console` means the three columns of the console's own export,
 * `full` every non-secret column.
 *
 * @see facts 6.5
 */
export const exportSecuredUsers = (
  tenant: Database,
  app: App,
  { layout, ...query }: ExportQuery & { readonly layout: "console" | "full" },
): ReadableStream<Uint8Array> =>
  streamExport(tenant, query.newline, (database) => {
    const params = { ...securedFilterParams(query), app };
    const among = "t.app = :app";
    const where = `t.administrator = 0 and ${PASSES_SECURED_FILTERS}`;
    const most = `select max(json_array_length(t.groups)) from secured_user t where ${among} and ${where}`;
    const columns = SECURED_FORMATS[app].columns
      .filter(({ secret, consoleExport }) => secret !== true && (layout === "full" || consoleExport === true))
      .flatMap(({ field, header, repeated }): readonly ExportColumn[] => {
        const sql = `t.${quoteIdentifier(field)}`;
        return repeated === true ? listColumns(header, sql, database.count(most, params)) : [{ header, sql }];
      });
    return { columns, key: "t.userId", table: "secured_user t", joined: "", among, where, params, before: "" };
  });

/** Organisations, parents before their children; a parent without a code is given by its path. */
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
  function* chunks(): Generator<Uint8Array, void> {
    let text = formatRecord(
      FORMATS.orgs.columns.map(({ header }) => header),
      newline,
    );
    for (const org of orgs) {
      if (passes(org)) text += record(org);
      if (text.length < CHUNK_LENGTH) continue;
      yield Buffer.from(text);
      text = "";
    }
    yield Buffer.from(text);
  }
  return streamOf(chunks());
};
