import { copyFileSync, linkSync, renameSync, rmSync } from "node:fs";
import { createUnreceivableFailure, type CopyRelation } from "../../../model/tenant-file.ts";
import { EMPTIED_COLUMNS, EMPTIED_TABLES } from "./copy.ts";
import { Database, isBusyError } from "./database.ts";
import { createLockedFailure } from "./storage-failure.ts";

/** Actions that write only what a bundle never contains, or nothing at all. */
const LOCAL_ACTIONS = `handover.export handover.receive users.export secured.export access-tokens.create
  access-tokens.revoke sessions.create sessions.end accounts.reset-password accounts.send-code accounts.void-code
  ade.keypair`.split(/\s+/);

const IS_OWN_SQL = `not (coalesce(record ->> 'action', '') in (${LOCAL_ACTIONS.map((action) => `'${action}'`).join(", ")}))`;

/** Returns how the tenant `received` relates to the tenant in `main`, by their audit chains: equal hashes mean equal beginnings. */
export const relateAuditChains = (database: Database): CopyRelation => {
  if (database.count("select count(*) from main.audit") + database.count("select count(*) from main.change") === 0)
    return { kind: "empty" };
  const common = database.get(
    `select l.seq, l.record ->> 'at' as at from main.audit l join received.audit r on r.seq = l.seq and r.hash = l.hash
     order by l.seq desc limit 1`,
  );
  if (common === undefined) return { kind: "other" };
  const seq = Number(common["seq"]);
  const countOwn = (schema: string): number =>
    database.count(`select count(*) from ${schema}.audit where seq > ${seq} and ${IS_OWN_SQL}`);
  const [local, received] = [countOwn("main"), countOwn("received")];
  if (received === 0) return { kind: local === 0 ? "same" : "older" };
  return local === 0 ? { kind: "forward", changes: received, since: String(common["at"]) } : { kind: "other" };
};

const attach = (database: Database, path: string): void => {
  database.run("attach :path as received", { path });
};

export const relateCopy = (local: string, copy: string): CopyRelation => {
  const database = new Database(local, { readOnly: true });
  try {
    attach(database, copy);
    return relateAuditChains(database);
  } finally {
    database.close();
  }
};

const listColumns = (database: Database, table: string): readonly string[] =>
  database.all(`pragma main.table_info("${table}")`).map(({ name }) => String(name));

/** Copies into `received` what a bundle never contains, and the reminders that were already sent. */
const carryOver = (database: Database): void => {
  for (const [table, left] of [
    ...EMPTIED_TABLES.map((name) => [name, ""] as const),
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
  for (const [table, columns] of Object.entries(EMPTIED_COLUMNS)) {
    const key = listColumns(database, table).includes("pk") ? "pk" : "user";
    const names = columns.map((name) => `"${name}"`).join(", ");
    database.exec(
      `update received."${table}" as r set (${names}) = (select ${names} from main."${table}" l where l.${key} = r.${key})`,
    );
  }
};

/** Returns the name of the file that a tenant had before the last `handover receive`. */
export const toFormerName = (path: string): string => `${path}.former`;

/** Replaces a tenant's file by a received one, beside which it stays. @throws Failure `conflict`, `locked` */
export const replaceTenantFile = (path: string, received: string): void => {
  const database = new Database(path);
  try {
    lockAlone(database);
    attach(database, received);
    database.exec("begin exclusive");
    const { kind } = relateAuditChains(database);
    if (kind !== "empty" && kind !== "forward") throw createUnreceivableFailure(kind, path);
    if (kind === "forward") carryOver(database);
    database.exec("commit");
  } catch (error) {
    throw isBusyError(error) ? createLockedFailure() : error;
  } finally {
    database.close();
  }
  const former = toFormerName(path);
  rmSync(former, { force: true });
  try {
    linkSync(path, former);
  } catch {
    // some file systems do not support links
    copyFileSync(path, former);
  }
  renameSync(received, path);
};

/** Makes sure that no other connection to the file is open: only then can it leave the mode with a log. */
const lockAlone = (database: Database): void => {
  database.exec("pragma busy_timeout = 0");
  const mode = database.get("pragma journal_mode = delete")?.["journal_mode"];
  if (mode !== "delete") throw createLockedFailure();
};
