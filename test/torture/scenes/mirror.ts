import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writePeople } from "#support/process/people-file.ts";
import { prepareMirror } from "./by-hand.ts";
import { createScene, runOrThrow, type Scene } from "./scene.ts";

const SYNC = ["console", "sync", "export.csv", "--confirm-deletions", "1"];

/**
 * Prepares a mirror with tasks 3 to 8 of all kinds, and an export in which 3 is done, 4 contradicted, and more changed.
 */
async function prepareTasks(home: string): Promise<string> {
  await prepareMirror(home);
  const people = await readFile(join(home, "people.csv"), "utf8");
  const change = (text: string, user: number, title: string): string =>
    text.replace(new RegExp(`(太郎${user},.*)係長`), `$1${title}`);
  const shown = change(change(change(people, 0, "部長"), 1, "課長"), 10, "課長");
  // in the console, user 19 was deleted and user 20 was created
  await writeFile(join(home, "export.csv"), shown.replaceAll("19", "20").replaceAll("S20", "S19"));
  for (const user of ["user0@example.com", "user1@example.com"])
    await runOrThrow(home, "users", "edit", user, "--title", "部長");
  await runOrThrow(home, "users", "create", "--name", "髙橋 花子", "--email", "hanako@example.jp");
  await runOrThrow(home, "users", "delete", "user5@example.com", "--confirm-deletions", "1");
  await writePeople(join(home, "people.csv"), { from: 6, to: 10, title: "主任" });
  await runOrThrow(home, "users", "import", "people.csv", "--yes");
  await runOrThrow(home, "clomo-account", "edit", "account2", "--memo", "予備");
  return home;
}

let preparedTasks: Promise<string> | undefined;

async function copyTasks(home: string): Promise<void> {
  preparedTasks ??= prepareTasks(home);
  if ((await preparedTasks) !== home) await cp(await preparedTasks, home, { recursive: true });
}

/** Prepares the tasks, and then runs commands. */
const prepareTasksAnd =
  (...lines: readonly string[]): Scene["prepare"] =>
  async (home) => {
    await copyTasks(home);
    for (const line of lines) await runOrThrow(home, ...line.split(" "));
  };

/**
 * Scenes that change the records and the observed state of a mirror together: a change, an import of the console's
 * export, an undo, a confirmation and a drop.
 */
export const MIRROR_SCENES: readonly Scene[] = [
  createScene("a change in a mirror", copyTasks, "users edit user1@example.com --title 課長 --email taro@example.jp"),
  { name: "a takeover", plans: true, prepare: copyTasks, line: SYNC },
  {
    name: "an undo of a takeover",
    plans: true,
    prepare: prepareTasksAnd(SYNC.join(" ")),
    line: ["undo", "9", "--confirm-deletions", "1"],
  },
  createScene("an undo of what is in a file", prepareTasksAnd("console upload -o first.csv"), "undo 4 --yes", {
    plans: true,
  }),
  { name: "console confirm", prepare: copyTasks, line: ["console", "confirm", "8"] },
  createScene("upload files", prepareTasksAnd("orgs create 本社 --code H01"), "console upload -o uploads --overwrite", {
    saysBefore: true,
    recordsFirst: true,
    // each run has an audit record
    tables: ["user", "user_observed", "org_observed", "device_observed"],
    outputs: ["uploads/1-orgs.csv", "uploads/2-users.csv"],
  }),
  createScene("console drop", copyTasks, "console drop 4 5 6 --confirm-deletions 1", { plans: true }),
  createScene(
    "console drop of what was taken back",
    prepareTasksAnd("console upload -o first.csv", "undo 4 --yes"),
    "console drop 4 --yes",
    { plans: true },
  ),
];
