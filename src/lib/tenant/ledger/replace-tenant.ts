import { copyFileSync, linkSync, renameSync, rmSync } from "node:fs";
import type { CopyRelation } from "../../model/tenant-file.ts";
import { compareAuditChains, keepReplacedRecords } from "./audit-chains.ts";
import { TENANT_CHANGED_FAILURE, createLockedFailure } from "../store/storage-failure.ts";
import { EMPTIED_COLUMNS, EMPTIED_TABLES } from "./tenant-copy.ts";
import { Database, isBusyError } from "../store/database.ts";

const attach = (database: Database, path: string): void => {
  database.run("attach :path as received", { path });
};

export const compareCopyWithTenant = (local: string, copy: string): CopyRelation => {
  using database = new Database(local, { readOnly: true });
  attach(database, copy);
  return compareAuditChains(database);
};

const listColumns = (database: Database, table: string): readonly string[] =>
  database.all(`pragma main.table_info("${table}")`).map(({ name }) => String(name));

const copyLocalData = (database: Database): void => {
  // a trigger ends the credentials of an account whose password changes, so the passwords come first
  for (const [table, columns] of Object.entries(EMPTIED_COLUMNS)) {
    const key = listColumns(database, table).includes("pk") ? "pk" : "user";
    const names = columns.map((name) => `"${name}"`).join(", ");
    database.exec(
      `update received."${table}" as r set (${names}) = (select ${names} from main."${table}" l where l.${key} = r.${key})`,
    );
  }
  database.exec(`update received.renewal_item as r set source = l.source from main.renewal_item l
    where l.id = r.id and l.fingerprint is r.fingerprint and substr(l.source, -length(r.source)) = r.source`);
  for (const [table, left] of [
    // the codes for forgotten passwords end
    ...EMPTIED_TABLES.filter((name) => name !== "reset_code").map((name) => [name, ""] as const),
    ["renewal_notice", "pk"] as const,
  ]) {
    const columns = listColumns(database, table)
      .filter((name) => name !== left)
      .map((name) => `"${name}"`)
      .join(", ");
    database.exec(
      `insert into received."${table}" (${columns}) select ${columns} from main."${table}" where true on conflict do nothing`,
    );
    for (const { rowid = null } of database.all(`pragma received.foreign_key_check("${table}")`))
      database.run(`delete from received."${table}" where rowid = :rowid`, { rowid });
  }
};

export const toFormerName = (path: string): string => `${path}.former`;

/** The old file is kept with the suffix `.former`. @throws Failure `conflict`, `locked` */
export const replaceTenantFile = (path: string, received: string): void => {
  try {
    using database = new Database(path);
    requireOnlyConnection(database);
    attach(database, received);
    database.exec("begin exclusive");
    const relation = compareAuditChains(database);
    if (relation.kind !== "empty" && relation.kind !== "forward") throw TENANT_CHANGED_FAILURE;
    if (relation.kind === "forward") {
      copyLocalData(database);
      keepReplacedRecords(database, relation.local);
    }
    database.exec("commit");
  } catch (error) {
    throw isBusyError(error) ? createLockedFailure() : error;
  }
  const former = toFormerName(path);
  rmSync(former, { force: true });
  try {
    linkSync(path, former);
  } catch {
    // the file system may not support links
    copyFileSync(path, former);
  }
  renameSync(received, path);
};

/** The log can be removed only if no other connection is open. @throws `locked` */
const requireOnlyConnection = (database: Database): void => {
  database.exec("pragma busy_timeout = 0");
  const mode = database.get("pragma journal_mode = delete")?.["journal_mode"];
  if (mode !== "delete") throw createLockedFailure();
};
