import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { diskFailureOf, reasonOf } from "../errors/disk.ts";
import { Failure } from "../errors/index.ts";
import { text } from "../text/index.ts";
import { readStoredContext, type StoredContext } from "./context.ts";
import { hasCode, readOwnFile, syncNames, unwritable } from "../files/index.ts";
import type { Home } from "./home.ts";

/** The content of `contexts.json`. */
export interface Settings {
  readonly contexts: readonly StoredContext[];
  /** the context chosen by `context use` */
  readonly used: string | undefined;
  /** without one, the only context there is may stand in: not after a removal, so that nothing goes elsewhere unawares */
  readonly implied: boolean;
}

/** The context that exists without set-up. */
export const LOCAL = "local";

const NAME = "contexts";

/**
 * Reads the settings of a home; empty if there is no file. Does not use conf, which takes 50 ms to load and
 * may write: see docs/decisions/004-settings.md.
 *
 * @throws `not-permitted` when other users can write the file
 * @throws `unexpected` when the file cannot be read, `input-rejected` when it has other content: nothing is dropped silently
 */
export async function readSettings({ settings, userId }: Pick<Home, "settings" | "userId">): Promise<Settings> {
  const file = join(settings, `${NAME}.json`);
  try {
    const content = readOwnFile(file, userId);
    return content === undefined ? { contexts: [], used: undefined, implied: true } : settingsOf(JSON.parse(content));
  } catch (cause) {
    if (cause instanceof Failure && cause.code === "not-permitted") throw cause;
    throw unreadableSettings(file, cause);
  }
}

/** The failure of settings that cannot be read: for want of permission, because of the disk, or of their content. */
export function unreadableSettings(where: string, cause: unknown): Failure {
  if (hasCode(cause, "EACCES", "EPERM")) {
    const hint = text("make the file and its folder readable", "ファイルとフォルダーを読み取れるようにしてください");
    return new Failure("unexpected", { what: reasonOf(cause), where, hint, cause });
  }
  return (
    diskFailureOf(cause, where) ??
    new Failure("input-rejected", {
      what: text("cannot read the contexts", "コンテキストを読み込めません"),
      where,
      hint: text("fix the file, or move it away", "ファイルを直すか、別の場所に移してください"),
      cause,
    })
  );
}

/**
 * Replaces the settings of a folder atomically; call it while holding the lock.
 *
 * @throws `unexpected` when the folder cannot be written
 */
export async function writeSettings(folder: string, { contexts, used, implied }: Settings): Promise<void> {
  const { default: Conf } = await import("conf");
  try {
    await removeTorn(folder);
    const conf = new Conf<{ contexts: readonly StoredContext[]; used: string | null; implied: boolean }>({
      cwd: folder,
      configName: NAME,
      configFileMode: 0o600,
      accessPropertiesByDotNotation: false,
    });
    conf.store = { contexts, used: used ?? null, implied };
    await syncNames(folder);
  } catch (cause) {
    throw unwritable(folder, cause);
  }
}

/** Removes temporary files of a killed writer; under the lock there is no other writer. */
async function removeTorn(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.startsWith(`${NAME}.json.tmp-`)) {
      await rm(join(folder, name), { force: true });
    }
  }
}

function settingsOf(held: unknown): Settings {
  if (typeof held !== "object" || held === null || !("contexts" in held) || !Array.isArray(held.contexts)) {
    throw new TypeError("contexts must be a list");
  }
  const used = "used" in held && typeof held.used === "string" ? held.used : undefined;
  const implied = !("implied" in held && held.implied === false);
  return { contexts: held.contexts.map(readStoredContext), used, implied };
}
