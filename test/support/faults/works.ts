import { copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writePeople } from "../process/people-file.ts";
import { FIXTURES, run, type Outcome } from "../process/program.ts";

/** A command that meets a faulty disk. */
export interface Work {
  readonly name: string;
  /** makes the home; what it returns stands for `ID` in the line */
  readonly prepare: (home: string) => Promise<string>;
  readonly line: readonly string[];
  /** as it ends on a sound disk; 0 when absent */
  readonly code?: number;
  /** as it ends where it fails; 1 when absent */
  readonly failure?: number;
  /** as it ends when it is run once more; as the first time when absent */
  readonly again?: number;
  /** it plans and commits, one after the other: a plan of it may stay where it ends between them */
  readonly plans?: true;
  /** the files it writes beside the tenant */
  readonly outputs?: readonly string[];
}

/** Runs a command that readies a home. @throws where it fails */
export const prepared = async (home: string, ...line: readonly string[]): Promise<Outcome> => {
  const ended = await run(line, { home, cwd: home });
  if (ended.code !== 0) throw new Error(ended.stderr);
  return ended;
};

const idOf = ({ text }: Outcome): string => (JSON.parse(text) as { readonly importId: string }).importId;

const YES = ["--create-orgs", "--yes", "--format", "json"];

/** Twenty users; the file then has another title for them, ten more, and not the first two. */
async function users(home: string): Promise<string> {
  const people = await writePeople(join(home, "people.csv"), { to: 20, title: "主任" });
  const id = idOf(await prepared(home, "users", "import", people, ...YES));
  await writePeople(people, { from: 2, to: 30 });
  return id;
}

const secured = async (home: string): Promise<string> => {
  await copyFile(join(FIXTURES, "secured", "docs", "users.shift_jis.crlf.csv"), join(home, "docs.csv"));
  return "";
};

const renewal = async (home: string): Promise<string> => {
  await prepared(home, "renewals", "add", "本社", "--kind", "custom", "--expires", "2099-01-01");
  return "";
};

export const WORKS: readonly Work[] = [
  {
    name: "the first import",
    prepare: (home) => writePeople(join(home, "people.csv"), { to: 20 }),
    line: ["users", "import", "people.csv", ...YES],
  },
  {
    name: "an import with a report",
    prepare: users,
    line: ["users", "import", "people.csv", ...YES, "--report", "report.csv", "--overwrite"],
    outputs: ["report.csv"],
  },
  {
    name: "an import that deletes",
    prepare: users,
    line: ["users", "import", "people.csv", "--mode", "replace", "--confirm-deletions", "2", ...YES],
  },
  {
    name: "an import of secrets",
    prepare: secured,
    line: ["secured", "users", "import", "docs.csv", "--app", "docs", "--create-groups", "--yes"],
  },
  {
    name: "an import of invalid rows",
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
    prepare: users,
    line: ["users", "import", "people.csv", ...YES, "--emit-csv", "upload.csv", "--overwrite"],
    outputs: ["upload.csv"],
  },
  {
    name: "a verification",
    prepare: async (home) => {
      await users(home);
      const people = join(home, "people.csv");
      await writePeople(people, { to: 20, title: "部長" });
      return idOf(await prepared(home, "users", "import", "people.csv", ...YES, "--emit-csv", "upload.csv"));
    },
    line: ["imports", "verify", "ID", "--against", "people.csv"],
  },
  {
    name: "a commit",
    prepare: async (home) => {
      await users(home);
      return idOf(await prepared(home, "users", "import", "people.csv", ...YES, "--dry-run", "--keep-plan"));
    },
    line: ["imports", "commit", "ID", "--yes"],
  },
  { name: "an undo", prepare: users, line: ["imports", "revert", "ID", "--confirm-deletions", "20", "--yes"] },
  {
    name: "an export",
    prepare: users,
    line: ["users", "export", "-o", "export.csv", "--overwrite"],
    outputs: ["export.csv"],
  },
  { name: "a list", prepare: users, line: ["users", "list"] },
  { name: "a custom field", prepare: users, line: ["users", "fields", "add", "入社日"] },
  { name: "a context", prepare: users, line: ["context", "add", "kanto", "--embedded"] },
  {
    name: "a renewal",
    prepare: users,
    line: ["renewals", "add", "本社", "--kind", "custom", "--expires", "2099-01-01"],
  },
  { name: "a check", prepare: renewal, line: ["renewals", "check"], failure: 3 },
  {
    name: "a check of a file",
    prepare: secured,
    line: ["csv", "check", "docs.csv", "--as", "docs"],
  },
  {
    name: "a conversion",
    prepare: secured,
    line: ["csv", "convert", "docs.csv", "out.csv", "--to-encoding", "utf-8"],
    outputs: ["out.csv"],
  },
];
