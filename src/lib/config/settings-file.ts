import { statSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { toDiskFailure, describeReadError, MAKE_READABLE_HINT, Failure, hasErrorCode } from "../errors/index.ts";
import { text } from "../text/index.ts";
import type { EmbeddedContext, StoredContext } from "./context.ts";
import { syncFolder, createUnwritableFailure } from "../files/index.ts";
import { DEFAULT_TIMEZONE } from "../model/time.ts";
import type { Home } from "./home.ts";

export interface Settings {
  readonly contexts: readonly StoredContext[];
  readonly used: string | undefined;
  /** true if a single context needs no selection; false after a removal, so that commands never switch the tenant */
  readonly implied: boolean;
}

export const LOCAL_CONTEXT_NAME = "local";

export const LOCAL_CONTEXT: Omit<EmbeddedContext, "tenantFolder"> = {
  name: LOCAL_CONTEXT_NAME,
  kind: "embedded",
  timezone: DEFAULT_TIMEZONE,
  language: "ja",
};

export const createBareContext = (name: string, tenantFolder: string): EmbeddedContext => ({
  ...LOCAL_CONTEXT,
  name,
  tenantFolder,
});

const SETTINGS_FILE_BASENAME = "contexts";

const NO_SETTINGS: Settings = { contexts: [], used: undefined, implied: true };

let last: { readonly content: string; readonly settings: Settings } | undefined;

/** The npm package `conf` is not used, because it is slow and may write. @see docs/decisions/004-settings.md */
export async function readSettings({ folder, userId }: Pick<Home, "folder" | "userId">): Promise<Settings> {
  const file = join(folder, `${SETTINGS_FILE_BASENAME}.json`);
  try {
    // most users have no settings file, so its parser is not loaded
    if (statSync(file, { throwIfNoEntry: false }) === undefined) return NO_SETTINGS;
    const { readTrustedFile } = await import("../files/program-file.ts");
    const content = readTrustedFile(file, userId);
    if (content === undefined) return NO_SETTINGS;
    // a report about 300 tenants asks for the settings of each
    if (content !== last?.content) last = { content, settings: await parseSettings(JSON.parse(content)) };
    return last.settings;
  } catch (cause) {
    if (cause instanceof Failure && cause.code === "not-permitted") throw cause;
    throw createUnreadableSettingsFailure(file, cause);
  }
}

export const createUnreadableSettingsFailure = (where: string, cause: unknown): Failure =>
  hasErrorCode(cause, "EACCES", "EPERM")
    ? new Failure("unexpected", { what: describeReadError(cause), where, hint: MAKE_READABLE_HINT, cause })
    : (toDiskFailure(cause, where) ??
      new Failure("input-rejected", {
        what: text("cannot read the contexts", "コンテキストを読み込めません"),
        where,
        hint: text("correct the file, or move it to another place", "ファイルを直すか、別の場所に移してください"),
        cause,
      }));

export async function writeSettings(folder: string, { contexts, used, implied }: Settings): Promise<void> {
  const { default: Conf } = await import("conf");
  try {
    await removeLeftoverFiles(folder);
    const conf = new Conf<{ contexts: readonly StoredContext[]; used: string | null; implied: boolean }>({
      cwd: folder,
      configName: SETTINGS_FILE_BASENAME,
      configFileMode: 0o600,
      accessPropertiesByDotNotation: false,
    });
    conf.store = { contexts, used: used ?? null, implied };
    await syncFolder(folder);
  } catch (cause) {
    throw createUnwritableFailure(folder, cause);
  }
}

async function removeLeftoverFiles(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.startsWith(`${SETTINGS_FILE_BASENAME}.json.tmp-`)) await rm(join(folder, name), { force: true });
  }
}

async function parseSettings(held: unknown): Promise<Settings> {
  if (typeof held !== "object" || held === null || !("contexts" in held) || !Array.isArray(held.contexts))
    throw new TypeError("contexts must be a list");
  const used = "used" in held && typeof held.used === "string" ? held.used : undefined;
  const implied = !("implied" in held && held.implied === false);
  const { readStoredContext } = await import("./context.ts");
  return { contexts: held.contexts.map(readStoredContext), used, implied };
}
