import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Session } from "node:sqlite";
import { SCHEMA_VERSION, upgradeTo } from "../../../src/lib/tenant/ledger/tenant-file.ts";
import type { ChangeLog } from "../../../src/lib/tenant/store/change-log.ts";
import { Database } from "../../../src/lib/tenant/store/database.ts";
import { followLog, readPosition } from "../../../src/lib/tenant/store/follow-log.ts";
import { MemoryLog } from "./memory-log.ts";

const SHADOWS = new Map<string, Shadow>();

const TABLES_SQL = "select name from main.sqlite_schema where type = 'table' and name not like 'sqlite_%'";

/** Returns the names of the tables whose rows are not the same in both files. */
export const listDifferentTables = (database: Database, other: string): readonly string[] => {
  database.run("attach :other as other", { other });
  // most tables are empty
  const filled = database.all(TABLES_SQL).map(({ name }) => {
    const [own, others] = ["main", "other"].map((schema) => `exists (select 1 from ${schema}."${String(name)}")`);
    return `select '${String(name)}' as name where ${own} or ${others}`;
  });
  const tables = database.all<{ readonly name: string }>(filled.join(" union all ")).map(({ name }) => name);
  const differ = tables.filter((name) => {
    const [own, others] = ["main", "other"].map((schema) => `select * from ${schema}."${name}"`);
    return database.get(`select 1 from (${own} except ${others}) union all select 1 from (${others} except ${own})`);
  });
  database.exec("detach other");
  return differ;
};

/**
 * A second file that follows the changes of a tenant. At the end, it must have the same rows as the tenant's own file,
 * so nothing may be written beside the log. Only what a test itself writes on a watched connection is copied.
 */
export class Shadow {
  readonly #path: string;
  readonly #watched = new Map<Database, Session>();
  #users = 0;
  #memory: MemoryLog | undefined;
  #copy: Database | undefined;

  private constructor(path: string) {
    this.#path = path;
  }

  static of(path: string): Shadow {
    const shadow = SHADOWS.get(path) ?? new Shadow(path);
    SHADOWS.set(path, shadow);
    shadow.#users += 1;
    return shadow;
  }

  readonly log: ChangeLog = {
    head: () => this.#log.head(),
    read: (after) => this.#log.read(after),
    tryTurn: async () => {
      await this.#copyTestWrites();
      return this.#log.tryTurn();
    },
  };

  get #log(): MemoryLog {
    if (this.#memory !== undefined) return this.#memory;
    using database = new Database(this.#path);
    return (this.#memory = new MemoryLog({ start: readPosition(database) }));
  }

  watch(database: Database): Database {
    this.#watched.set(database, database.record());
    return database;
  }

  /** Compares both files when nobody uses the tenant any more. @throws Error if they differ */
  async leave(): Promise<void> {
    this.#users -= 1;
    if (this.#users > 0) return;
    SHADOWS.delete(this.#path);
    if (this.#copy === undefined) return;
    try {
      await this.#copyTestWrites();
      await this.#follow(this.#copy);
      const differ = listDifferentTables(this.#copy, this.#path);
      if (differ.length > 0) throw new Error(`a file that follows the log differs in ${differ.join(", ")}`);
    } finally {
      this.#copy.close();
      rmSync(dirname(this.#copy.path), { recursive: true, force: true });
    }
    using database = new Database(this.#path);
    database.run("delete from log_position");
  }

  async #follow(copy: Database): Promise<void> {
    await followLog(copy, { log: this.#log, schema: SCHEMA_VERSION, upgrade: upgradeTo }, this.#log.last);
  }

  async #copyTestWrites(): Promise<void> {
    const copy = (this.#copy ??= this.#makeCopy());
    for (const [database, session] of this.#watched) {
      // without the lock, the test is within a transaction
      if (!database.isFree()) continue;
      const changes = session.changeset();
      if (changes.length === 0) continue;
      session.close();
      this.#watched.set(database, database.record());
      await this.#follow(copy);
      if (!copy.apply(changes)) throw new Error("the shadow of a tenant does not fit what a test writes");
    }
  }

  #makeCopy(): Database {
    const path = join(mkdtempSync(join(tmpdir(), "shadow-test-")), "tenant.db");
    // nothing writes to the file at this moment
    for (const suffix of ["", "-wal"])
      if (existsSync(this.#path + suffix)) copyFileSync(this.#path + suffix, path + suffix);
    for (const [database, session] of this.#watched) {
      session.close();
      this.#watched.set(database, database.record());
    }
    const copy = new Database(path, { plain: true });
    copy.exec("pragma journal_mode = memory; pragma synchronous = off; pragma foreign_keys = off");
    const triggers = copy.all("select name from sqlite_schema where type = 'trigger'");
    copy.change(() => {
      for (const { name } of triggers) copy.exec(`drop trigger "${String(name)}"`);
    });
    return copy;
  }
}
