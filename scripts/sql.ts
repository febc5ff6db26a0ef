import { globSync, readFileSync } from "node:fs";
import { findForms, findStatements, type Breach } from "./sql/statements.ts";

/**
 * Refuses SQL outside the tenant's store and the folders of its subjects, and in them what not both SQLite and PostgreSQL read alike: one line a place,
 * exit code 1. Part of `npm run lint`.
 */
const PLACES = ["src/lib/tenant/store/", "src/lib/tenant/versions/", "src/lib/tenant/console/"];
/** A lock of the operating system's, taken through SQLite. */
const SETTINGS_LOCK = "src/lib/config/settings-lock.ts";
const EXCEPT = ["**/*.test.ts"];

const find = (pattern: string, of: (source: string) => readonly Breach[], except: (file: string) => boolean) =>
  globSync(pattern, { exclude: EXCEPT })
    .filter((file) => !except(file))
    .toSorted()
    .flatMap((file) => of(readFileSync(file, "utf8")).map(({ line, message }) => `${file}:${line}: ${message}\n`));

const breaches = [
  ...PLACES.flatMap((place) => find(`${place}**/*.ts`, findForms, (file) => file.endsWith("/migrations.ts"))),
  ...find(
    "src/**/*.ts",
    findStatements,
    (file) => PLACES.some((place) => file.startsWith(place)) || file === SETTINGS_LOCK,
  ),
];
process.stdout.write(breaches.join(""));
process.exitCode = breaches.length > 0 ? 1 : 0;
