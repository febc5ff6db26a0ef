import { globSync, readFileSync } from "node:fs";
import { findForms, findRecordReads, findStatements, type Breach } from "./sql/statements.ts";

/**
 * Refuses SQL outside the tenant's store and the folders of its subjects, and in them what not both SQLite and PostgreSQL read alike: one line a place,
 * exit code 1; and SQL that reads records of the audit outside its folder. Part of `npm run lint`.
 */
const PLACES = globSync("src/lib/tenant/*/")
  .filter((folder) => !/\/(?:policy|http)$/.test(folder))
  .map((folder) => `${folder}/`);
const OF_AUDIT = ["src/lib/tenant/audit/"];
/** A lock of the operating system's, taken through SQLite. */
const SETTINGS_LOCK = "src/lib/config/settings-lock.ts";
const EXCEPT = ["**/*.test.ts"];

const isIn = (file: string, folders: readonly string[]): boolean => folders.some((folder) => file.startsWith(folder));
const isSchema = (file: string): boolean => file.endsWith("/migrations.ts");

const find = (pattern: string, of: (source: string) => readonly Breach[], except: (file: string) => boolean) =>
  globSync(pattern, { exclude: EXCEPT })
    .filter((file) => !except(file))
    .toSorted()
    .flatMap((file) => of(readFileSync(file, "utf8")).map(({ line, message }) => `${file}:${line}: ${message}\n`));

const breaches = [
  ...PLACES.flatMap((place) => find(`${place}**/*.ts`, findForms, isSchema)),
  ...find("src/**/*.ts", findStatements, (file) => isIn(file, PLACES) || file === SETTINGS_LOCK),
  ...find("src/**/*.ts", findRecordReads, (file) => isIn(file, OF_AUDIT) || isSchema(file)),
];
process.stdout.write(breaches.join(""));
process.exitCode = breaches.length > 0 ? 1 : 0;
