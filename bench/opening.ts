import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, readdir, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { THIS } from "./checkout.ts";
import type { Ran } from "./process.ts";
import { Program } from "./program.ts";
import { shapeOf, type TenantShape } from "./tenant-shape.ts";

/** The first command on an older tenant, which migrates it. */
const FIRST = ["users", "list", "--limit", "1", "--format", "json"] as const;

/** Where a killed opening left the tenant. */
export type Left = "old" | "new" | "not killed";

/** What an opening made of the tenant. */
export interface Opened {
  readonly first: Ran;
  /** the same command on what the first one left */
  readonly again: Ran;
  readonly shape: TenantShape;
  /** of the tenant's folder, after them */
  readonly bytes: number;
}

/** An older tenant, of which copies are opened by this checkout's program. */
export class OldTenant {
  readonly #home: string;
  readonly #folder: string;
  readonly #signal: AbortSignal;
  readonly shape: TenantShape;

  /** @param folder for the copies */
  constructor(home: string, folder: string, signal: AbortSignal) {
    this.#home = home;
    this.#folder = folder;
    this.#signal = signal;
    this.shape = shapeOf(join(home, "tenants", "embedded", "tenant.db"));
  }

  /** Copies the home, in place of the copy before. */
  async #copy(): Promise<Program> {
    const copy = join(this.#folder, "home");
    await rm(copy, { recursive: true, force: true });
    await cp(this.#home, copy, { recursive: true });
    return Program.at(THIS, copy, this.#signal);
  }

  async open(): Promise<Opened> {
    const program = await this.#copy();
    const first = await program.run(...FIRST);
    const again = await program.run(...FIRST);
    return { first, again, shape: await this.#opened(program), bytes: await bytesBelow(dirname(program.database)) };
  }

  /** @throws where the tenant is damaged, or the copy beside it is not the old one whole */
  async #opened({ database }: Program): Promise<TenantShape> {
    for (const name of await readdir(dirname(database))) {
      if (name.includes("unfinished")) throw new Error(`${name} was left`);
      const beside = join(dirname(database), name);
      if (!/\.before-\d+$/.test(name)) continue;
      if (!isDeepStrictEqual(shapeOf(beside), this.shape)) throw new Error(`${name} is not the older tenant`);
    }
    return shapeOf(database);
  }

  /** How long an opening lasts from when it first writes to the tenant's folder. */
  async writingMs(): Promise<number> {
    const program = await this.#copy();
    const { ended, began } = this.#start(program);
    await began;
    const at = performance.now();
    await ended;
    return performance.now() - at;
  }

  /**
   * Kills an opening with signal 9, says what it left, and opens that again.
   *
   * @param afterMs after it first wrote to the tenant's folder
   * @param migrated what an opening that is not killed leaves
   * @throws where it left neither the old tenant nor the new one, or the next opening does not leave the new one
   */
  async kill(afterMs: number, migrated: TenantShape): Promise<Left> {
    const program = await this.#copy();
    const { child, ended, began } = this.#start(program);
    await began;
    await Promise.race([sleep(afterMs), ended]);
    child.kill("SIGKILL");
    await ended;
    const left = shapeOf(program.database);
    const isOld = isDeepStrictEqual(left, this.shape);
    if (!isOld && !isDeepStrictEqual(left, migrated)) throw new Error(`torn: ${JSON.stringify(left)}`);
    await program.run(...FIRST);
    if (!isDeepStrictEqual(await this.#opened(program), migrated))
      throw new Error("the next opening left another tenant");
    if (child.signalCode === null) return "not killed";
    return isOld ? "old" : "new";
  }

  #start({ database }: Program) {
    const folder = dirname(database);
    const home = join(this.#folder, "home");
    const { PATH = "" } = process.env;
    const env = { PATH, HOME: home, CLOMOCTL_HOME: home, LC_ALL: "C.UTF-8" };
    const child = spawn(process.execPath, [THIS.door, ...FIRST], { env, stdio: "ignore", signal: this.#signal });
    const ended = once(child, "exit");
    const began = (async () => {
      const before = (await readdir(folder)).length;
      while (child.exitCode === null && (await readdir(folder)).length === before) await sleep(1);
    })();
    return { child, ended, began };
  }
}

async function bytesBelow(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true });
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
