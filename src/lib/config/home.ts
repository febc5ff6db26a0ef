import { join, resolve } from "node:path";
import { readdirSync, statSync } from "node:fs";
import { Failure, tryOrUndefined } from "../errors/index.ts";
import { text, type Text } from "../text/index.ts";
import { quoteShellWord } from "../text/shell-word.ts";

export interface HomeInputs {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly userFolder: string;
  readonly workingFolder: string;
  readonly userId?: number | undefined;
}

/** The folders need not exist. */
export interface Home extends Readonly<Record<"folder" | "tenants" | "cache" | "temporary", string>> {
  readonly userId: number | undefined;
}

export function locateHome({ environment, userFolder, workingFolder, userId }: HomeInputs): Home {
  const folder = resolve(workingFolder, environment["CLOMOCTL_HOME"] || join(userFolder, ".clomoctl"));
  const [tenants, cache, temporary] = [join(folder, "tenants"), join(folder, "cache"), join(folder, "tmp")];
  return { folder, tenants, cache, temporary, userId };
}

/** Answers about lists whose plans were not applied. */
export const ANSWERS_FILE = "answers.json";

/** The key in this file seals the secrets in the databases of tenants. */
export const SEALING_KEY_FILE = "sealing.key";

export const getJobFolder = ({ folder }: Pick<Home, "folder">, context: string): string =>
  join(folder, "runs", "jobs", context);

/** A server's copies of the tenants of a store. */
export const COPIES_FOLDER = "copies";

export const CREDENTIALS_FOLDER = "credentials";

/** Sessions of servers, at which people sign in with an identity provider. */
export const SESSIONS_FOLDER = "sessions";

const OTHER_OWN_NAMES = ["contexts.json", "settings.lock", "notify.yaml", "serve.yaml", "smtp-password", "runs"];

export function listProgramPaths({ folder, tenants, cache, temporary }: Home): readonly string[] {
  const names = [
    ...OTHER_OWN_NAMES,
    ANSWERS_FILE,
    SEALING_KEY_FILE,
    CREDENTIALS_FOLDER,
    SESSIONS_FOLDER,
    COPIES_FOLDER,
  ];
  return [...names.map((name) => join(folder, name)), tenants, cache, temporary];
}

/** Permissions with which other users could change the data in a folder, for example the roles in a tenant. */
export interface AccessFault {
  readonly what: Text;
  readonly mend: string;
}

const OTHERS_WRITE_BITS = 0o022;

export function findAccessFault(
  folder: string,
  { ownerId, mode }: { readonly ownerId: number; readonly mode: number },
  userId: number | undefined,
): AccessFault | undefined {
  if (userId === undefined) return undefined;
  if (userId !== 0 && ownerId !== userId && ownerId !== 0) {
    const what = text(
      `${folder} belongs to another user (user ID ${ownerId}; yours is ${userId})`,
      `${folder} は別のユーザーのものです(ユーザー ID: ${ownerId}、自分の ID: ${userId})`,
    );
    return { what, mend: `sudo chown -R ${userId} ${quoteShellWord(folder)}` };
  }
  if ((mode & OTHERS_WRITE_BITS) === 0) return undefined;
  const what = text(`other users can write to ${folder}`, `${folder} にほかのユーザーが書き込めます`);
  return { what, mend: `chmod go-w ${quoteShellWord(folder)}` };
}

export function findHomeFault({ folder: root, tenants, userId }: Home): AccessFault | undefined {
  if (userId === undefined) return undefined;
  const own = tryOrUndefined(() => readdirSync(tenants))?.map((name) => join(tenants, name)) ?? [];
  for (const folder of [root, tenants, ...own]) {
    // an error is ignored here, because the code that uses the folder reports the error
    const found = tryOrUndefined(() => statSync(folder, { throwIfNoEntry: false }));
    if (found?.isDirectory() !== true) continue;
    const fault = findAccessFault(folder, { ownerId: found.uid, mode: found.mode }, userId);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

export const createUnsafeHomeFailure = ({ what, mend }: AccessFault): Failure =>
  new Failure("not-permitted", {
    what: text(`${what.en}; nothing was changed`, `${what.ja}。何も変更していません`),
    hint: text(
      `run: ${mend}; or set CLOMOCTL_HOME to a folder of your own`,
      `実行してください: ${mend}。または CLOMOCTL_HOME で自分のフォルダーを指定してください`,
    ),
  });
