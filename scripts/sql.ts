import { globSync, readFileSync } from "node:fs";
import { findAuditRecordReads, findForbiddenStatements, type RuleBreach } from "./sql/statements.ts";

/**
 * Folders in which SQL is allowed: the tenant's store and the folders of its subjects. This script (part of
 * `npm run lint`) reports SQL in any other place, and SQL that reads audit records outside the audit folder: one line per
 * violation, exit code 1.
 */
const SQL_FOLDERS = globSync(["src/lib/tenant/*/", "src/lib/replicate/"])
  .filter((folder) => !/\/(?:policy|http)$/.test(folder))
  .map((folder) => `${folder}/`);
const AUDIT_FOLDERS = ["src/lib/tenant/ledger/audit-"];
/** A lock between processes that is implemented with SQLite. */
const SETTINGS_LOCK_FILE = "src/lib/config/settings-lock.ts";
const EXCLUDED_FILES = ["**/*.test.ts"];

const isInFolders = (file: string, folders: readonly string[]): boolean =>
  folders.some((folder) => file.startsWith(folder));
const isSchemaFile = (file: string): boolean => /\/(?:schema|record-tables)\.ts$/.test(file);

const findBreaches = (
  pattern: string,
  of: (source: string) => readonly RuleBreach[],
  except: (file: string) => boolean,
) =>
  globSync(pattern, { exclude: EXCLUDED_FILES })
    .filter((file) => !except(file))
    .toSorted()
    .flatMap((file) => of(readFileSync(file, "utf8")).map(({ line, message }) => `${file}:${line}: ${message}\n`));

const sqlBreaches = [
  ...findBreaches(
    "src/**/*.ts",
    findForbiddenStatements,
    (file) => isInFolders(file, SQL_FOLDERS) || file === SETTINGS_LOCK_FILE,
  ),
  ...findBreaches(
    "src/**/*.ts",
    findAuditRecordReads,
    (file) => isInFolders(file, AUDIT_FOLDERS) || isSchemaFile(file),
  ),
];
process.stdout.write(sqlBreaches.join(""));
process.exitCode = sqlBreaches.length > 0 ? 1 : 0;
