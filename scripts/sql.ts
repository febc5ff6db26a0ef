import { globSync, readFileSync } from "node:fs";
import { findForms } from "./sql/statements.ts";

/**
 * Refuses SQL that not both SQLite and PostgreSQL read alike: one line a place, exit code 1. Part of `npm run lint`.
 */
const breaches = globSync("src/lib/tenant/**/*.ts", { exclude: ["**/*.test.ts", "**/testing/**", "**/migrations.ts"] })
  .toSorted()
  .flatMap((file) => findForms(readFileSync(file, "utf8")).map(({ line, message }) => `${file}:${line}: ${message}\n`));
process.stdout.write(breaches.join(""));
process.exitCode = breaches.length > 0 ? 1 : 0;
