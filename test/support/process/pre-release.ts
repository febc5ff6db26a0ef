import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { FIXTURES, run } from "./program.ts";
import { openDatabase, TENANT } from "./tenant-state.ts";

/** Creates a home with users, and marks its tenant like a tenant of a pre-release version of clomoctl. */
export async function createPreReleaseHome(home: string): Promise<{ readonly folder: string }> {
  const made = await run(["users", "import", join(FIXTURES, "people.csv"), "--create-orgs", "--yes"], { home });
  if (made.code !== 0) throw new Error(made.stderr);
  const database = openDatabase(home);
  database.exec("pragma application_id = 0; pragma user_version = 30");
  database.close();
  return { folder: join(home, TENANT) };
}

/** Returns all files of a folder with their content and modification time. */
export const readFilesIn = (folder: string): readonly object[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name, parentPath }) => {
      const path = join(parentPath, name);
      return { path, writtenAt: statSync(path).mtimeMs, content: readFileSync(path).toString("base64") };
    });
