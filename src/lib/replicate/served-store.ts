import { existsSync } from "node:fs";
import { rename, rm, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setInterval } from "node:timers/promises";
import { parseContextName, type EmbeddedContext } from "../config/context.ts";
import { COPIES_FOLDER, type Home } from "../config/home.ts";
import { createSecretSealer } from "../config/sealing.ts";
import { createBareContext } from "../config/settings-file.ts";
import { tryHoldLock } from "../config/settings-lock.ts";
import { Failure, ignoreFailure } from "../errors/index.ts";
import { ensureFolder, readChunks, type TemporaryStorage } from "../files/index.ts";
import { createTemporaryFolder, type TemporaryFolder } from "../files/temporary.ts";
import { receiveTenantFile } from "../tenant/api/index.ts";
import * as file from "../tenant/ledger/logged-file.ts";
import { backUpTenantFile, SCHEMA_VERSION, TENANT_FILE_NAME } from "../tenant/ledger/tenant-file.ts";
import type { LogHead, SharedState } from "../tenant/store/change-log.ts";
import { createLockedFailure, isDamageError, toStorageFailure } from "../tenant/store/storage-failure.ts";
import { same, text, type Text } from "../text/index.ts";
import type { PostgresTurn } from "./log.ts";
import { TenantStore } from "./store.ts";

interface Server {
  readonly home: Home;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly temporary: TemporaryStorage;
  readonly clock: { readonly now: () => Date; readonly elapsedMs: () => number };
  readonly warn: (warning: Text) => Promise<void>;
  readonly closing: AsyncDisposableStack;
}

const KEEP_PAUSE_MS = 60_000;
/** Copies grow only with what they follow. */
const MIN_FREE_BYTES = 64 << 20;

/** The tenants of a store, and a server's copies of them, which can be made anew at any time. */
export class ServedStore {
  readonly #store: TenantStore;
  readonly #server: Server;
  readonly #folder: string;
  readonly #preparing = new Map<string, Promise<void>>();
  /** time of the store at the start of this process's own clock, which nobody sets */
  #startMs = 0;

  private constructor(store: TenantStore, server: Server, folder: string) {
    [this.#store, this.#server, this.#folder] = [store, server, folder];
  }

  /** @throws Failure `locked` if another process uses the copies; and as the store */
  static async open(address: string, way: "open" | "create", server: Server): Promise<ServedStore> {
    const { home, environment, temporary, closing } = server;
    const folder = join(home.folder, COPIES_FOLDER);
    const lock = await tryHoldLock(`${folder}.lock`);
    if (lock === undefined)
      throw new Failure("locked", {
        what: text("another process uses this folder", "別のプロセスがこのフォルダーを使っています"),
        where: folder,
        hint: text("set another CLOMOCTL_HOME for each process", "プロセスごとに別の CLOMOCTL_HOME を設定してください"),
      });
    closing.use(lock);
    await ensureFolder(folder);
    const keys = await createSecretSealer(home, temporary.processes).keys(way);
    const store = await TenantStore.open(address, { keys, environment }, way);
    closing.defer(() => store.close());
    return new ServedStore(store, server, folder);
  }

  readonly list = async () => {
    const toContext = (name: string) => createBareContext(name, join(this.#folder, name));
    return (await this.#store.list()).map((name) => ({ ...toContext(name), log: this.#store.log(name) }));
  };

  get shared(): SharedState {
    return this.#store.log("").shared;
  }

  readonly isReady = async (): Promise<boolean> => {
    const { bavail, bsize } = await statfs(this.#folder);
    return bavail * bsize > MIN_FREE_BYTES && (await ignoreFailure(() => this.#store.now())) !== undefined;
  };

  /** Call this before a copy is opened. @throws what the store throws */
  readonly prepare = ({ name }: Pick<EmbeddedContext, "name">): Promise<void> => {
    const preparing = this.#preparing.get(name) ?? this.#prepare(name).finally(() => this.#preparing.delete(name));
    this.#preparing.set(name, preparing);
    return preparing;
  };

  /** @param backup checked @throws Failure `input-rejected` if the name exists */
  add(name: string, backup: string): Promise<void> {
    const { clock, temporary } = this.#server;
    return this.#withTemporaryFile(name, async (path, { path: folder }) => {
      const now = clock.now().toISOString();
      await receiveTenantFile(backup, { name, folder, now, processes: temporary.processes });
      await this.#store.add(name, file.beginLog(path), readChunks(path));
    });
  }

  /** Takes a tenant out of the store. @param keep stores the file, before the tenant is removed from the store */
  async take(name: string, keep: (path: string) => Promise<void>): Promise<void> {
    await this.#inTurn(name, async (turn, copy) => {
      file.endLog(copy);
      await keep(copy);
      await turn.remove();
      await turn.commit();
    });
    await rm(join(this.#folder, name), { recursive: true, force: true });
  }

  /** Upgrades a tenant to this program's schema. Returns false if it has this schema. */
  async upgrade(name: string, dryRun: boolean): Promise<boolean> {
    if ((await this.#store.log(name).head()).schema === SCHEMA_VERSION) return false;
    await this.#inTurn(name, (turn, copy) => file.upgradeInTurn(turn, copy, dryRun));
    return true;
  }

  /** Stores snapshots of tenants with many or old entries from time to time, and follows the store's clock. */
  async keep(days: number): Promise<void> {
    const work = async (): Promise<void> => {
      this.#startMs = (await this.#store.now()).getTime() - this.#server.clock.elapsedMs();
      for (const name of await this.#store.listWithoutSnapshot(days))
        await this.#storeSnapshot(name).catch((error: unknown) => this.#warnOf(error, name));
      await this.#store.removeOld(days);
    };
    await work();
    const end = new AbortController();
    this.#server.closing.defer(() => end.abort());
    const repeat = async (): Promise<void> => {
      for await (const _ of setInterval(KEEP_PAUSE_MS, undefined, { ref: false, signal: end.signal }))
        await work().catch((error: unknown) => this.#warnOf(error));
    };
    repeat().catch(() => undefined);
  }

  /** Returns the store's time, which is the same for all servers. */
  readonly now = (): Date => new Date(this.#startMs + this.#server.clock.elapsedMs());

  #fileOf(name: string): string {
    return join(this.#folder, name, TENANT_FILE_NAME);
  }

  async #prepare(name: string): Promise<void> {
    // whoever writes to the database must not choose a folder elsewhere
    parseContextName(name);
    const [log, folder, path] = [this.#store.log(name), join(this.#folder, name), this.#fileOf(name)];
    const standing = existsSync(path) ? await log.findStanding(findPosition(path)) : "outdated";
    if (standing === "copy") return;
    await this.#withTemporaryFile(name, async (path, { nameAs }) => {
      await writeFile(path, log.getSnapshot(), { mode: 0o600, flush: true });
      if (standing === "foreign") {
        // otherwise the store is what is damaged
        await file.followFile(path, log, await log.head());
        const aside = `${folder}.${new Date().toISOString().replaceAll(/[-:.]/g, "")}`;
        await rename(folder, aside);
        await this.#server.warn(
          text(
            `a copy does not belong to the store: it was put aside in ${aside}, and made anew`,
            `保存先のものではない写しがあったため、${aside} に移し、作り直しました`,
          ),
        );
      }
      await nameAs(folder);
    });
  }

  readonly #warnOf = (error: unknown, name?: string): Promise<void> => {
    const { en, ja } = error instanceof Failure ? error.what : same(String(error));
    const [where, whereJa] = name === undefined ? ["", ""] : [` of ${name}`, `${name} の`];
    return this.#server.warn(
      text(`no snapshot${where} was stored: ${en}`, `${whereJa}スナップショットを保存できませんでした: ${ja}`),
    );
  };

  async #storeSnapshot(name: string): Promise<void> {
    const log = this.#store.log(name);
    await this.prepare({ name });
    await this.#withCopy(name, await log.head(), async (copy) => {
      await log.putSnapshot(file.readFilePosition(copy), readChunks(copy));
    });
  }

  async #withTemporaryFile(name: string, work: (path: string, made: TemporaryFolder) => Promise<void>): Promise<void> {
    const made = await createTemporaryFolder(this.#server.temporary, name, this.#folder);
    try {
      await work(join(made.path, TENANT_FILE_NAME), made);
    } finally {
      await made.remove();
    }
  }

  /** Lets `work` use a copy of a tenant that has followed its log to the head, whatever the schema there. */
  #withCopy(name: string, head: LogHead, work: (copy: string) => Promise<void>): Promise<void> {
    return this.#withTemporaryFile(name, async (copy) => {
      await backUpTenantFile(this.#fileOf(name), copy, () => undefined);
      await file.followFile(copy, this.#store.log(name), head);
      await work(copy);
    });
  }

  /** Lets `work` change a tenant of which it has a copy of the newest state. */
  async #inTurn(name: string, work: (turn: PostgresTurn, copy: string) => Promise<void>): Promise<void> {
    await this.prepare({ name });
    const turn = await this.#store.log(name).tryTurn("wait");
    if (turn === undefined) throw createLockedFailure();
    try {
      await this.#withCopy(name, turn.head, (copy) => work(turn, copy));
    } finally {
      await turn.abandon();
    }
  }
}

/** What is damaged is nowhere in the log; what is locked, or on a disk that fails, may be. */
const findPosition = (path: string): Pick<LogHead, "seq" | "hash"> => {
  try {
    return file.readFilePosition(path);
  } catch (error) {
    if (isDamageError(error)) return { seq: Number.MAX_SAFE_INTEGER, hash: "" };
    throw toStorageFailure(error, path);
  }
};
