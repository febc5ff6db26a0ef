import { execFileSync, fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, symlinkSync } from "node:fs";
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { instrumented, switchSource } from "./instrument.ts";
import type { Answered, MutationJob } from "./runner.ts";
import type { Placed } from "./sample.ts";

/** Not taken along: made anew, linked, or of no use to tests. */
const NOT_COPIED: readonly string[] = ["node_modules", "dist", ".git", "coverage"];

const SWITCH_MODULE = "mutation-switch.js";

/** What running a test file came to; none when it did not end in time. */
export type Ran = Pick<Answered, "passed" | "seconds"> | undefined;

const commandOf = (process: string): string => readFileSync(join(process, "cmdline"), "utf8");

const liesIn = (process: string, folder: string): boolean =>
  readlinkSync(join(process, "cwd")).startsWith(`${folder}/`);

/** The processes of which something is true, where the machine tells of them. */
function processesThat(isTrue: (process: string) => boolean): readonly number[] {
  const safely = (id: string): boolean => {
    try {
      return isTrue(join("/proc", id));
    } catch {
      // gone meanwhile, or not ours
      return false;
    }
  };
  try {
    const ids = readdirSync("/proc").filter((id) => /^\d+$/.test(id) && Number(id) !== process.pid);
    return ids.filter(safely).map(Number);
  } catch {
    return [];
  }
}

function killed(id: number): void {
  try {
    process.kill(id, "SIGKILL");
  } catch {
    // gone already
  }
}

/** Kills what runs below a folder, and what it may have started meanwhile. */
function cleared(folder: string): void {
  for (let round = 0; round < 5; round += 1) {
    const ids = processesThat((process) => commandOf(process).includes(`${folder}/`) || liesIn(process, folder));
    if (ids.length === 0) return;
    for (const id of ids) killed(id);
  }
}

/** Lends the packages: as hard links, so that their paths are those of the copy, or else as one symbolic link. */
function linkPackages(from: string, to: string): void {
  try {
    execFileSync("cp", ["-al", from, to], { stdio: "ignore" });
    // caches are written in place
    for (const cache of [".vite", ".cache"]) rmSync(join(to, cache), { recursive: true, force: true });
  } catch {
    rmSync(to, { recursive: true, force: true });
    symlinkSync(from, to);
  }
}

/** An instrumented copy of the root, with a vitest of its own. */
export class Copy {
  readonly #folder: string;
  readonly #tree: string;
  readonly #active: string;
  readonly #tiers: readonly string[];
  #runner: ChildProcess | undefined;
  #files: readonly string[] = [];

  private constructor(folder: string, tiers: readonly string[]) {
    this.#folder = folder;
    this.#tiers = tiers;
    this.#tree = join(folder, "tree");
    this.#active = join(folder, "active");
  }

  /**
   * Copies `root` into `folder`, puts all mutants in and builds it.
   *
   * @param tiers whose tests are run; all without one
   */
  static async make(root: string, folder: string, mutants: readonly Placed[], tiers: readonly string[]): Promise<Copy> {
    const copy = new Copy(folder, tiers);
    await mkdir(join(folder, "reached"), { recursive: true });
    mkdirSync(join(folder, "temporary"));
    await cp(root, copy.#tree, {
      recursive: true,
      filter: (source) => !NOT_COPIED.includes(relative(root, source)),
    });
    linkPackages(join(root, "node_modules"), join(copy.#tree, "node_modules"));
    await copy.#activate("");
    await writeFile(join(copy.#tree, SWITCH_MODULE), switchSource(copy.#active));
    const numbered = mutants.map((mutant, at) => ({ ...mutant, id: at + 1 }));
    for (const [file, ofFile] of Map.groupBy(numbered, ({ file }) => file)) {
      const path = join(copy.#tree, file);
      const upwards = "../".repeat(file.split("/").length - 1);
      await writeFile(path, instrumented(await readFile(path, "utf8"), ofFile, `${upwards}${SWITCH_MODULE}`));
    }
    execFileSync(process.execPath, ["scripts/build.ts"], { cwd: copy.#tree, stdio: ["ignore", "ignore", "inherit"] });
    return copy;
  }

  /** All test files of the root. */
  async files(): Promise<readonly string[]> {
    await this.#started();
    return this.#files;
  }

  /** Runs a test file with a mutant active. */
  async run(file: string, mutant: number, guard: number): Promise<Ran> {
    await this.#activate(String(mutant));
    return this.#run(file, guard);
  }

  /** Runs a test file with none active, and tells which mutants it reaches. */
  async record(file: string, guard: number): Promise<{ readonly ran: Ran; readonly reaches: readonly number[] }> {
    const reached = join(this.#folder, "reached", file.replaceAll("/", "_"));
    await this.#activate(`?${reached}`);
    const ran = await this.#run(file, guard);
    const lines = (await readFile(reached, "utf8").catch(() => "")).split("\n");
    const reaches = [...new Set(lines.map(Number))].filter((id) => id > 0).toSorted((a, b) => a - b);
    return { ran, reaches };
  }

  /** Kills programs that a test has left behind. */
  clear(): void {
    const programs = processesThat((process) => {
      const command = commandOf(process);
      return command.includes(`${this.#tree}/`) && !command.includes("/node_modules/vitest/");
    });
    for (const id of programs) killed(id);
  }

  /** Kills all processes of the copy. */
  stop(): void {
    const id = this.#runner?.pid;
    this.#runner = undefined;
    if (id !== undefined) killed(-id);
    cleared(this.#folder);
  }

  #activate(active: string): Promise<void> {
    return writeFile(this.#active, active);
  }

  async #run(file: string, guard: number): Promise<Ran> {
    const runner = await this.#started();
    const time = AbortSignal.timeout(Math.ceil(guard * 1000));
    const gone = new AbortController();
    const leave = (): void => gone.abort();
    runner.once("exit", leave);
    runner.send({ file } satisfies MutationJob);
    try {
      const [answered] = (await once(runner, "message", { signal: AbortSignal.any([time, gone.signal]) })) as [
        Answered,
      ];
      return answered;
    } catch {
      this.stop();
      return time.aborted ? undefined : { passed: false, seconds: 0 };
    } finally {
      runner.off("exit", leave);
    }
  }

  async #started(): Promise<ChildProcess> {
    if (this.#runner !== undefined) return this.#runner;
    const runner = fork(new URL("./runner.ts", import.meta.url), this.#tiers, {
      cwd: this.#tree,
      // a group of its own, which is killed as a whole
      detached: true,
      env: { ...process.env, TMPDIR: join(this.#folder, "temporary"), CLOMOCTL_TEST_RESULTS: undefined },
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    this.#runner = runner;
    const [ready] = (await Promise.race([once(runner, "message"), once(runner, "exit")])) as [Answered | number | null];
    if (ready === null || typeof ready === "number") throw new Error("vitest does not start in the copy");
    this.#files = ready.files ?? [];
    return runner;
  }
}

/** Removes the folder of all copies, which nothing may run in any more. */
export function removeCopies(folder: string): void {
  cleared(folder);
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}
