import type { Collection } from "../../../src/lib/nouns/index.ts";
import type { DerivedTable, LockedCollection, Params, Writer } from "../../../src/lib/tenant/store/types.ts";
import type { WriterGuard } from "../../../src/lib/tenant/store/store.ts";

const WRITTEN_TABLE_PATTERN =
  /\b(?:(?:insert|replace)(?:\s+or\s+\w+)?\s+into|update(?:\s+or\s+\w+)?|delete\s+from)\s+(?:main\.)?"?(\w+)/gi;
const CHANGED_TABLE_PATTERN = /\b(?:update(?:\s+or\s+\w+)?|delete\s+from)\s+(?:main\.)?"?(\w+)/gi;
const VERSIONED_TABLE_PATTERN = /\binsert\s+into\s+main\.(\w+)_version\b/gi;

/** Fails if a table is written without its lock, or if records are changed and no version of them was stored. */
class GuardedWriter implements Writer {
  readonly #writer: Writer;
  readonly #collectionOf: (table: string) => string | undefined;
  readonly #locked = new Set<string>();
  readonly #kept = new Set<string>();

  constructor(writer: Writer, collectionOf: (table: string) => string | undefined) {
    this.#writer = writer;
    this.#collectionOf = collectionOf;
  }

  get isPartial(): boolean {
    return this.#writer.isPartial;
  }

  get<T>(sql: string, params?: Params): Promise<T | undefined> {
    return this.#writer.get<T>(sql, params);
  }

  all<T>(sql: string, params?: Params): Promise<readonly T[]> {
    return this.#writer.all<T>(sql, params);
  }

  count(sql: string, params?: Params): Promise<number> {
    return this.#writer.count(sql, params);
  }

  derive(table: DerivedTable): Promise<void> {
    return this.#writer.derive(table);
  }

  revision(): Promise<number> {
    return this.#writer.revision();
  }

  lock(collections: readonly Collection[]): Promise<ReadonlyMap<string, LockedCollection>> {
    for (const name of collections) this.#locked.add(name);
    return this.#writer.lock(collections);
  }

  async run(sql: string, params?: Params): Promise<number> {
    await this.#check(sql);
    return this.#writer.run(sql, params);
  }

  async #check(sql: string): Promise<void> {
    for (const [, table = ""] of sql.matchAll(WRITTEN_TABLE_PATTERN)) {
      const collection = this.#collectionOf(table);
      if (collection === undefined || [...this.#locked].some((name) => name.split(":")[0] === collection)) continue;
      throw new TypeError(`${table} is written, but the collection ${collection} is not locked`);
    }
    for (const [, table = ""] of sql.matchAll(VERSIONED_TABLE_PATTERN)) this.#kept.add(table);
    for (const [, table = ""] of sql.matchAll(CHANGED_TABLE_PATTERN)) {
      const name = `${table.toLowerCase()}_version`;
      const count = "select count(*) from main.sqlite_schema where name = :name";
      if ((await this.#writer.count(count, { name })) > 0 && !this.#kept.has(table))
        throw new TypeError(`records of ${table} are changed, but no version of them was stored`);
    }
  }
}

export const guardWrites =
  (collectionOf: (table: string) => string | undefined): WriterGuard =>
  (writer) =>
    new GuardedWriter(writer, collectionOf);
