import { copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writePeople } from "#support/process/people-file.ts";
import { FIXTURES } from "#support/process/program.ts";
import { prepareItem } from "./renewals.ts";
import { createScene, getImportId, runOrThrow, type Scene } from "./scene.ts";

const IMPORT_OPTIONS = ["--create-orgs", "--yes", "--format", "json"];

/** Imports twenty users, and then replaces their file: other titles, ten more, without the first two. */
async function prepareUsers(home: string): Promise<string> {
  const people = await writePeople(join(home, "people.csv"), { to: 20, title: "主任" });
  const id = getImportId(await runOrThrow(home, "users", "import", people, ...IMPORT_OPTIONS));
  await writePeople(people, { from: 2, to: 30 });
  return id;
}

/** The same as {@link prepareUsers}, with a file of the organisations of all users, which get other names. */
async function prepareOrgs(home: string): Promise<string> {
  const rows = Array.from({ length: 31 }, (_, at) => `課${at},S${at}\r\n`);
  await writeFile(join(home, "orgs.csv"), `組織名,組織コード\r\n${rows.join("")}`);
  return prepareUsers(home);
}

const prepareSecuredFile = async (home: string): Promise<void> => {
  await copyFile(join(FIXTURES, "secured", "docs", "users.shift_jis.crlf.csv"), join(home, "docs.csv"));
};

async function preparePlan(home: string): Promise<string> {
  await prepareUsers(home);
  return getImportId(
    await runOrThrow(home, "users", "import", "people.csv", ...IMPORT_OPTIONS, "--dry-run", "--keep-plan"),
  );
}

export const FILE_SCENES: readonly Scene[] = [
  {
    name: "the first import",
    plans: true,
    prepare: (home) => writePeople(join(home, "people.csv"), { to: 20 }),
    line: ["users", "import", "people.csv", ...IMPORT_OPTIONS],
  },
  createScene(
    "an import with a report",
    prepareUsers,
    "users import people.csv --create-orgs --yes --format json --report report.csv --overwrite",
    { plans: true, outputs: ["report.csv"] },
  ),
  createScene(
    "an import that deletes",
    prepareUsers,
    "users import people.csv --mode replace --confirm-deletions 2 --create-orgs --yes --format json",
    { plans: true },
  ),
  createScene("an import with organisations", prepareOrgs, "users import people.csv --orgs orgs.csv --yes", {
    plans: true,
  }),
  createScene(
    "an import of secrets",
    prepareSecuredFile,
    "secured users import docs.csv --app docs --create-groups --yes",
    { plans: true },
  ),
  {
    name: "an import of invalid rows",
    plans: true,
    prepare: async (home) => {
      await prepareUsers(home);
      await writeFile(join(home, "people.csv"), "氏名,メールアドレス\r\n山田,\r\n佐藤,sato@example.com\r\n");
    },
    line: ["users", "import", "people.csv", "--yes", "--errors", "errors.csv", "--overwrite"],
    code: 3,
    outputs: ["errors.csv"],
  },
  {
    name: "a commit",
    plans: true,
    // plans expire after some days
    readsDate: true,
    prepare: preparePlan,
    line: ["imports", "commit", "ID", "--yes"],
  },
  { name: "imports discard", readsDate: true, prepare: preparePlan, line: ["imports", "discard", "ID"] },
  createScene("an undo", prepareUsers, "undo last --confirm-deletions 40 --yes", { plans: true }),
  createScene("an export", prepareUsers, "users export -o export.csv --overwrite", {
    outputs: ["export.csv"],
    saysBefore: true,
  }),
  { name: "a list", prepare: prepareUsers, line: ["users", "list"] },
  { name: "a custom field", prepare: prepareUsers, line: ["users", "fields", "add", "入社日"] },
  { name: "a context", prepare: prepareUsers, line: ["context", "add", "kanto", "--embedded"] },
  createScene("a renewal", prepareUsers, "renewals add 本社 --kind custom --expires 2099-01-01"),
  createScene("a check", prepareItem, "renewals check", { failure: 3 }),
  createScene("a check of a file", prepareSecuredFile, "csv check docs.csv --as docs"),
];
