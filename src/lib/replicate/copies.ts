import { existsSync } from "node:fs";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../errors/index.ts";
import { ensureFolder, readChunks, syncFolder } from "../files/index.ts";
import { copyLoggedFile, endLog, followFile, readFilePosition, upgradeInTurn } from "../tenant/ledger/logged-file.ts";
import { SCHEMA_VERSION, TENANT_FILE_NAME } from "../tenant/ledger/tenant-file.ts";
import { text } from "../text/index.ts";
import type { PostgresTurn } from "./log.ts";
import type { TenantStore } from "./store.ts";

const TURN_WAIT_MS = 5000;
const TURN_RETRY_MS = 100;

/** The copies that a server keeps of the tenants of a store. They can be made anew at any time. */
export class TenantCopies {
  readonly #store: TenantStore;
  readonly #folder: string;
  readonly #preparing = new Map<string, Promise<void>>();
  readonly #putAside: (folder: string) => Promise<void>;
  #count = 0;

  /** @param putAside is told of a copy that the store does not know, which is kept in this folder */
  constructor(store: TenantStore, folder: string, putAside: (folder: string) => Promise<void>) {
    this.#store = store;
    this.#folder = folder;
    this.#putAside = putAside;
  }

  folderOf(name: string): string {
    return join(this.#folder, name);
  }

  /** Call this before a copy is opened. @throws what the store throws */
  prepare(name: string): Promise<void> {
    const begun = this.#preparing.get(name);
    if (begun !== undefined) return begun;
    const preparing = this.#prepare(name).finally(() => this.#preparing.delete(name));
    this.#preparing.set(name, preparing);
    return preparing;
  }

  /** Removes what a process left that was killed while it made a copy. */
  async begin(): Promise<void> {
    await ensureFolder(this.#folder);
    await rm(join(this.#folder, UNFINISHED), { recursive: true, force: true });
    await ensureFolder(join(this.#folder, UNFINISHED));
  }

  /** Stores new snapshots of tenants with many entries, and removes entries that are older than the store keeps. */
  async storeSnapshots(): Promise<void> {
    for (const { id } of await this.#store.listWithoutSnapshot()) {
      await this.prepare(id);
      await this.#withCopy(id, async (copy, at) => void (await this.#store.log(id).putSnapshot(at, readChunks(copy))));
    }
    await this.#store.removeOldEntries();
  }

  /**
   * Takes a tenant out of the store. @param keep stores the file that is passed to it; afterwards, the tenant is removed
   * from the store
   */
  async take(name: string, keep: (path: string) => Promise<void>): Promise<void> {
    await this.prepare(name);
    await this.#inTurn(name, async (turn) => {
      await followFile(this.#fileOf(name), this.#store.log(name), turn.head);
      await this.#withCopy(name, async (copy) => {
        endLog(copy);
        await keep(copy);
      });
      await turn.remove();
      await turn.commit();
    });
    await rm(this.folderOf(name), { recursive: true, force: true });
  }

  /** Upgrades a tenant to this program's schema. Returns false if it has this schema. */
  async upgrade(name: string, dryRun: boolean): Promise<boolean> {
    const log = this.#store.log(name);
    if ((await log.head()).schema === SCHEMA_VERSION) return false;
    await this.prepare(name);
    return this.#inTurn(name, async (turn) => {
      await followFile(this.#fileOf(name), log, turn.head);
      await this.#withCopy(name, (copy) => upgradeInTurn(turn, copy, dryRun));
      return true;
    });
  }

  #fileOf(name: string): string {
    return join(this.folderOf(name), TENANT_FILE_NAME);
  }

  #createUnfinishedFolder(): string {
    return join(this.#folder, UNFINISHED, String((this.#count += 1)));
  }

  async #prepare(name: string): Promise<void> {
    const [folder, log] = [this.folderOf(name), this.#store.log(name)];
    if (existsSync(folder)) {
      const standing = await log.findStanding(this.#readPosition(name));
      if (standing === "current" || standing === "behind") return;
      if (standing === "outdated") await rm(folder, { recursive: true });
      else {
        const aside = `${folder}.${new Date().toISOString().replaceAll(/[-:.]/g, "")}`;
        await rename(folder, aside);
        await this.#putAside(aside);
      }
    }
    const made = this.#createUnfinishedFolder();
    await mkdir(made, { mode: 0o700 });
    {
      await using file = await open(join(made, TENANT_FILE_NAME), "wx", 0o600);
      for await (const chunk of log.getSnapshot()) await file.writeFile(chunk);
      await file.sync();
    }
    await syncFolder(made);
    await rename(made, folder);
    await syncFolder(this.#folder);
  }

  /** What SQLite cannot read is not in the log. */
  #readPosition(name: string) {
    try {
      return readFilePosition(this.#fileOf(name));
    } catch {
      return { seq: Infinity, hash: "" };
    }
  }

  async #withCopy<T>(name: string, work: (copy: string, at: Awaited<ReturnType<typeof copyLoggedFile>>) => Promise<T>) {
    const made = this.#createUnfinishedFolder();
    await mkdir(made, { mode: 0o700 });
    const copy = join(made, TENANT_FILE_NAME);
    try {
      return await work(copy, await copyLoggedFile(this.#fileOf(name), copy));
    } finally {
      await rm(made, { recursive: true, force: true });
    }
  }

  async #inTurn<T>(name: string, work: (turn: PostgresTurn) => Promise<T>): Promise<T> {
    for (let waitedMs = 0; ; waitedMs += TURN_RETRY_MS) {
      const turn = await this.#store.log(name).tryTurn();
      if (turn !== undefined) {
        try {
          return await work(turn);
        } finally {
          await turn.abandon();
        }
      }
      if (waitedMs >= TURN_WAIT_MS)
        throw new Failure("locked", {
          what: text("another process is changing this tenant", "別のプロセスがこのテナントを変更しています"),
          where: name,
          hint: text("try again later", "しばらくしてからもう一度お試しください"),
        });
      await sleep(TURN_RETRY_MS);
    }
  }
}

/** Not a name of a context, so not of a tenant. */
const UNFINISHED = ".unfinished";
