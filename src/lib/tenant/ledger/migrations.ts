import { statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { Failure, tryOrUndefined } from "../../errors/index.ts";
import { text } from "../../text/index.ts";
import type { Database } from "../store/database.ts";
import { SCHEMA_STEPS } from "./schema.ts";

/** The version of the first released schema. Earlier, unreleased schemas had the versions from 1. */
export const FIRST_SCHEMA_VERSION = SCHEMA_STEPS[0]?.version ?? 0;

const getNewestVersion = (steps: typeof SCHEMA_STEPS): number => steps.at(-1)?.version ?? 0;

export const SCHEMA_VERSION = getNewestVersion(SCHEMA_STEPS);

const APPLICATION_ID = 0x43_4c_4f_4d;

const createUnreleasedFileFailure = (path: string): Failure =>
  new Failure("input-rejected", {
    what: text(
      "the file was not written by a released version of clomoctl",
      "公開版の clomoctl が書き込んだテナントのファイルではありません",
    ),
    where: path,
    hint: text(
      "move this file to another place, then restore the tenant's file from a backup",
      "このファイルを別の場所に移してから、テナントのファイルをバックアップから戻してください",
    ),
  });

/** Returns 0 for a file that no released clomoctl wrote. @throws Failure */
export const checkIdentity = (path: string): number => {
  const stored = readIdentity(() => new DatabaseSync(`${pathToFileURL(path).href}?immutable=1`, { readOnly: true }));
  if (stored === undefined) return 0;
  const version = validateIdentity(path, stored);
  const isLogged = (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
  const logged = isLogged ? readIdentity(() => new DatabaseSync(path, { readOnly: true })) : undefined;
  return logged === undefined ? version : validateIdentity(path, logged);
};

interface FileIdentity {
  readonly version: number;
  readonly application: number;
}

function validateIdentity(path: string, { version, application }: FileIdentity): number {
  if (application === APPLICATION_ID && version >= FIRST_SCHEMA_VERSION) return version;
  throw createUnreleasedFileFailure(path);
}

/** Only SQLite may open the file. @see https://sqlite.org/howtocorrupt.html 2.2 */
const readIdentity = (open: () => DatabaseSync): FileIdentity | undefined =>
  tryOrUndefined(() => {
    using database = open();
    const read = (pragma: string): number => Number(Object.values(database.prepare(`pragma ${pragma}`).get() ?? {})[0]);
    return { version: read("user_version"), application: read("application_id") };
  });

export const createNewerVersionFailure = (path: string): Failure =>
  new Failure("unavailable", {
    what: text(
      "this tenant was written by a newer version of clomoctl",
      "このテナントは、この clomoctl より新しい版で変更されています",
    ),
    where: path,
    hint: text("update clomoctl, then run it again", "clomoctl を更新してから、もう一度実行してください"),
  });

export interface InitialTenantData {
  readonly name: string;
  readonly now: string;
}

/** @throws Failure `unavailable`, `input-rejected`, `not-permitted` */
export const migrate = (database: Database, tenant: InitialTenantData, steps = SCHEMA_STEPS): void => {
  const newest = getNewestVersion(steps);
  const missing = (): typeof SCHEMA_STEPS => {
    const version = readSchemaVersion(database);
    if (version > newest) throw createNewerVersionFailure(database.path);
    if (version > 0 && version < FIRST_SCHEMA_VERSION) throw createUnreleasedFileFailure(database.path);
    return steps.filter((step) => step.version > version);
  };
  if (missing().length === 0) return;
  database.change(() => {
    const isNew = readSchemaVersion(database) === 0;
    for (const { version, sql } of missing()) {
      database.exec(sql);
      database.exec(`pragma user_version = ${version}`);
    }
    if (!isNew) return;
    database.exec(`pragma application_id = ${APPLICATION_ID}`);
    database.run("insert into tenant (pk, name, createdAt) values (1, :name, :now)", { ...tenant });
  });
};

export const readSchemaVersion = (database: Database): number => database.count("pragma user_version");
