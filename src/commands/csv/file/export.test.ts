import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { freshFolder, run } from "#support/commands/program.ts";

const VERBS = ["users export", "orgs export", "devices export", "secured users export --app docs", "audit export"];
const DATABASE = "SQLite format 3\0";

describe.each(VERBS)("%s", (verb) => {
  test.each(["tenant.db", "missing/out.csv", "folder.csv"])(
    "asks the tenant for nothing where -o %s is refused: it would record an export that nobody has",
    async (output) => {
      const folder = freshFolder();
      mkdirSync(join(folder, "folder.csv"));
      writeFileSync(join(folder, "tenant.db"), DATABASE);
      expect(await run(`${verb} -o ${output}`, { folder, tenant: {} })).toMatchObject({ exit: 2, requests: [] });
      expect(readFileSync(join(folder, "tenant.db"), "utf8")).toBe(DATABASE);
    },
  );
});
