import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { prepareMirror, prepareSecuredUser } from "./by-hand.ts";
import { runOrThrow, type Scene } from "./scene.ts";

const ADD_NO_ADMINISTRATORS = ["administrators", "add", "--none"];

/** Prepares a mirror in which two users are administrators. */
async function prepareAdministrators(home: string): Promise<string> {
  await prepareMirror(home);
  await runOrThrow(home, "users", "administrators", "add", "E1", "E2");
  return "";
}

async function prepareSecuredAdministrator(home: string): Promise<string> {
  await prepareSecuredUser(home);
  await runOrThrow(home, "secured", "administrators", "add", "hanako", "--app", "docs");
  return "";
}

/** Prepares a mirror with a custom field in which one user has a value. */
async function prepareField(home: string): Promise<string> {
  await prepareMirror(home);
  await runOrThrow(home, "users", "fields", "add", "入社日");
  await runOrThrow(home, "users", "edit", "E1", "--custom", "入社日=2020-04-01");
  return "";
}

/** Prepares a file that contains answers to two questions of the handover checklist. */
async function prepareAnswers(home: string): Promise<string> {
  const answers = "question,value\nrules.lost.owner,情報システム部\nconsole.tags,共有フォルダー\n";
  await writeFile(join(home, "answers.csv"), answers);
  return "";
}

/** Scenes of commands for administrators, settings, and answers that only people can give. */
export const SETTINGS_SCENES: readonly Scene[] = [
  { name: "users administrators add --none", prepare: prepareMirror, line: ["users", ...ADD_NO_ADMINISTRATORS] },
  { name: "users administrators add", prepare: prepareMirror, line: ["users", "administrators", "add", "E1", "E2"] },
  {
    name: "users administrators remove",
    prepare: prepareAdministrators,
    line: ["users", "administrators", "remove", "E1"],
  },
  {
    name: "secured administrators add",
    prepare: prepareSecuredUser,
    line: ["secured", "administrators", "add", "hanako", "--app", "docs"],
  },
  {
    name: "secured administrators remove",
    prepare: prepareSecuredAdministrator,
    line: ["secured", "administrators", "remove", "hanako", "--app", "docs"],
  },
  {
    name: "users fields remove",
    prepare: prepareField,
    line: ["users", "fields", "remove", "入社日", "--confirm-deletions", "1"],
  },
  {
    name: "context set",
    prepare: prepareMirror,
    line: ["context", "set", "local", "--timezone", "Asia/Tokyo", "--protected"],
  },
  { name: "handover answer", prepare: prepareAnswers, line: ["handover", "answer", "--file", "answers.csv"] },
];
