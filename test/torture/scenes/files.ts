import { copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writePeople } from "#support/process/people-file.ts";
import { FIXTURES } from "#support/process/program.ts";
import { withItem } from "./renewals.ts";
import { idOf, runOrThrow, type Scene } from "./scene.ts";

const YES = ["--create-orgs", "--yes", "--format", "json"];

/** Imports twenty users, and then replaces the file: it has other titles, ten more users, and not the first two. */
async function users(home: string): Promise<string> {
  const people = await writePeople(join(home, "people.csv"), { to: 20, title: "主任" });
  const id = idOf(await runOrThrow(home, "users", "import", people, ...YES));
  await writePeople(people, { from: 2, to: 30 });
  return id;
}

const secured = async (home: string): Promise<string> => {
  await copyFile(join(FIXTURES, "secured", "docs", "users.shift_jis.crlf.csv"), join(home, "docs.csv"));
  return "";
};

/** The same as {@link users}, with a plan of the new file. */
async function withPlan(home: string): Promise<string> {
  await users(home);
  return idOf(await runOrThrow(home, "users", "import", "people.csv", ...YES, "--dry-run", "--keep-plan"));
}

/** Imports and their plans, undo, and commands that write files. */
export const OF_FILES: readonly Scene[] = [
  {
    name: "the first import",
    plans: true,
    prepare: (home) => writePeople(join(home, "people.csv"), { to: 20 }),
    line: ["users", "import", "people.csv", ...YES],
  },
  {
    name: "an import with a report",
    plans: true,
    prepare: users,
    line: ["users", "import", "people.csv", ...YES, "--report", "report.csv", "--overwrite"],
    outputs: ["report.csv"],
  },
  {
    name: "an import that deletes",
    plans: true,
    prepare: users,
    line: ["users", "import", "people.csv", "--mode", "replace", "--confirm-deletions", "2", ...YES],
  },
  {
    name: "an import of secrets",
    plans: true,
    prepare: secured,
    line: ["secured", "users", "import", "docs.csv", "--app", "docs", "--create-groups", "--yes"],
  },
  {
    name: "an import of invalid rows",
    plans: true,
    prepare: async (home) => {
      await users(home);
      await writeFile(join(home, "people.csv"), "氏名,メールアドレス\r\n山田,\r\n佐藤,sato@example.com\r\n");
      return "";
    },
    line: ["users", "import", "people.csv", "--yes", "--errors", "errors.csv", "--overwrite"],
    code: 3,
    outputs: ["errors.csv"],
  },
  {
    name: "an import for the console",
    plans: true,
    prepare: users,
    line: ["users", "import", "people.csv", ...YES, "--emit-csv", "upload.csv", "--overwrite"],
    outputs: ["upload.csv"],
  },
  {
    name: "a verification",
    plans: true,
    prepare: async (home) => {
      await users(home);
      const people = join(home, "people.csv");
      await writePeople(people, { to: 20, title: "主任" });
      await runOrThrow(home, "users", "import", "people.csv", ...YES, "--from-console");
      await writePeople(people, { to: 20, title: "部長" });
      const done = await runOrThrow(home, "users", "import", "people.csv", ...YES, "--emit-csv", "upload.csv");
      return String((JSON.parse(done.text) as { readonly change: number }).change);
    },
    line: ["imports", "verify", "ID", "--against", "people.csv"],
  },
  {
    name: "a commit",
    plans: true,
    // plans expire after some days
    readsDate: true,
    prepare: withPlan,
    line: ["imports", "commit", "ID", "--yes"],
  },
  { name: "imports replan", plans: true, readsDate: true, prepare: withPlan, line: ["imports", "replan", "ID"] },
  { name: "imports discard", readsDate: true, prepare: withPlan, line: ["imports", "discard", "ID"] },
  {
    name: "an undo",
    plans: true,
    prepare: users,
    line: ["undo", "last", "--confirm-deletions", "40", "--yes"],
  },
  {
    name: "an export",
    prepare: users,
    line: ["users", "export", "-o", "export.csv", "--overwrite"],
    outputs: ["export.csv"],
    saysBefore: true,
  },
  { name: "a list", prepare: users, line: ["users", "list"] },
  { name: "a custom field", prepare: users, line: ["users", "fields", "add", "入社日"] },
  { name: "a context", prepare: users, line: ["context", "add", "kanto", "--embedded"] },
  {
    name: "a renewal",
    prepare: users,
    line: ["renewals", "add", "本社", "--kind", "custom", "--expires", "2099-01-01"],
  },
  { name: "a check", prepare: withItem, line: ["renewals", "check"], failure: 3 },
  {
    name: "a check of a file",
    prepare: secured,
    line: ["csv", "check", "docs.csv", "--as", "docs"],
  },
  {
    name: "a conversion",
    prepare: secured,
    line: ["csv", "convert", "docs.csv", "out.csv", "--to-encoding", "utf-8", "--overwrite"],
    outputs: ["out.csv"],
  },
];
