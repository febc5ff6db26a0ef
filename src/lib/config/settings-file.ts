import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../errors/index.ts";
import { text } from "../text/index.ts";
import { readStoredContext, type StoredContext } from "./context.ts";
import { unwritable } from "./home.ts";

/** What `contexts.json` holds. */
export interface Settings {
  readonly contexts: readonly StoredContext[];
  /** the context that `context use` named; `undefined`: `embedded` */
  readonly used: string | undefined;
}

const NAME = "contexts";

/**
 * Reads the settings of a folder; nothing where there is no file. Not through conf, which takes 50 ms to load and
 * may write: see docs/decisions/004-settings.md.
 *
 * @throws `unexpected` when the file cannot be read or holds something else: nothing is dropped silently
 */
export async function readSettings(folder: string): Promise<Settings> {
  const file = join(folder, `${NAME}.json`);
  try {
    return settingsOf(JSON.parse(await readFile(file, "utf8")));
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && (cause.code === "ENOENT" || cause.code === "ENOTDIR")) {
      return { contexts: [], used: undefined };
    }
    throw new Failure("unexpected", {
      what: text("The contexts cannot be read", "コンテキストを読み込めません"),
      where: file,
      hint: text("Mend the file, or move it away", "ファイルを直すか、別の場所に移してください"),
      cause,
    });
  }
}

/**
 * Replaces the settings of a folder in one step; call it under the lock.
 *
 * @throws `unexpected` when the folder cannot be written
 */
export async function writeSettings(folder: string, { contexts, used }: Settings): Promise<void> {
  const { default: Conf } = await import("conf");
  try {
    await removeTorn(folder);
    const conf = new Conf<{ contexts: readonly StoredContext[]; used: string | null }>({
      cwd: folder,
      configName: NAME,
      configFileMode: 0o600,
      accessPropertiesByDotNotation: false,
    });
    conf.store = { contexts, used: used ?? null };
  } catch (cause) {
    throw unwritable(folder, cause);
  }
}

/** Removes what a writer left that was killed; under the lock there is no other writer. */
async function removeTorn(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.startsWith(`${NAME}.json.tmp-`)) {
      await rm(join(folder, name), { force: true });
    }
  }
}

function settingsOf(held: unknown): Settings {
  if (typeof held !== "object" || held === null || !("contexts" in held) || !Array.isArray(held.contexts)) {
    throw new TypeError("contexts is no list");
  }
  const used = "used" in held && typeof held.used === "string" ? held.used : undefined;
  return { contexts: held.contexts.map(readStoredContext), used };
}
