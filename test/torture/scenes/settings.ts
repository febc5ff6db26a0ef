import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { mirror, withSecured } from "./by-hand.ts";
import { runOrThrow, type Scene } from "./scene.ts";

const NOBODY = ["administrators", "add", "--none"];

/** Prepares a mirror in which two users are administrators. */
async function withAdministrators(home: string): Promise<string> {
  await mirror(home);
  await runOrThrow(home, "users", "administrators", "add", "E1", "E2");
  return "";
}

async function withSecuredAdministrator(home: string): Promise<string> {
  await withSecured(home);
  await runOrThrow(home, "secured", "administrators", "add", "hanako", "--app", "docs");
  return "";
}

/** Prepares a mirror with a custom field in which one user has a value. */
async function withField(home: string): Promise<string> {
  await mirror(home);
  await runOrThrow(home, "users", "fields", "add", "入社日");
  await runOrThrow(home, "users", "edit", "E1", "--custom", "入社日=2020-04-01");
  return "";
}

/** Prepares a file with answers to two questions of the handover checklist. */
async function withAnswers(home: string): Promise<string> {
  const answers = [
    "by: 髙橋",
    "answers:",
    "  - {question: rules.lost.owner, value: 情報システム部}",
    "  - {question: console.tags, value: 共有フォルダー}",
    "",
  ];
  await writeFile(join(home, "answers.yaml"), answers.join("\n"));
  return "";
}

/** Commands for administrators, settings, and answers that only people know. */
export const SETTINGS: readonly Scene[] = [
  { name: "users administrators add --none", prepare: mirror, line: ["users", ...NOBODY] },
  { name: "users administrators add", prepare: mirror, line: ["users", "administrators", "add", "E1", "E2"] },
  {
    name: "users administrators remove",
    prepare: withAdministrators,
    line: ["users", "administrators", "remove", "E1"],
  },
  {
    name: "secured administrators add",
    prepare: withSecured,
    line: ["secured", "administrators", "add", "hanako", "--app", "docs"],
  },
  {
    name: "secured administrators remove",
    prepare: withSecuredAdministrator,
    line: ["secured", "administrators", "remove", "hanako", "--app", "docs"],
  },
  {
    name: "users fields remove",
    prepare: withField,
    line: ["users", "fields", "remove", "入社日", "--confirm-deletions", "1"],
  },
  {
    name: "context set",
    prepare: mirror,
    line: ["context", "set", "local", "--timezone", "Asia/Tokyo", "--protected"],
  },
  { name: "handover answer", prepare: withAnswers, line: ["handover", "answer", "--answers", "answers.yaml"] },
  {
    name: "onboarding guide",
    prepare: async (home) => {
      await writeFile(join(home, "answers.yaml"), "answers:\n  - {question: onboarding.school, value: no}\n");
      return "";
    },
    line: ["onboarding", "guide", "--answers", "answers.yaml"],
  },
];
