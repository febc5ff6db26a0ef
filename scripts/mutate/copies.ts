import { execFileSync, fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, symlinkSync } from "node:fs";
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { instrumentSource, renderSwitchSource } from "./instrument.ts";
import type { RunnerResponse, MutationJob } from "./runner.ts";
import type { LocatedMutant } from "./sample.ts";

/** Folders that are not copied: they are created again, linked, or not needed by tests. */
const EXCLUDED_FOLDERS: readonly string[] = ["node_modules", "dist", ".git", "coverage"];

const SWITCH_MODULE_FILE = "mutation-switch.js";

/** The result of running a test file; undefined if it did not end in time. */
export type TestRun = Pick<RunnerResponse, "passed" | "seconds"> | undefined;

const readCommandLine = (process: string): string => readFileSync(join(process, "cmdline"), "utf8");

const isProcessInFolder = (process: string, folder: string): boolean =>
  readlinkSync(join(process, "cwd")).startsWith(`${folder}/`);

/** Returns the ids of the processes for which a predicate is true; none if the system does not have /proc. */
function findProcesses(isTrue: (process: string) => boolean): readonly number[] {
  const safely = (id: string): boolean => {
    try {
      return isTrue(join("/proc", id));
    } catch {
      // the process has ended, or belongs to another user
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

function killProcess(id: number): void {
  try {
    process.kill(id, "SIGKILL");
  } catch {
    // the process has already ended
  }
}

/** Kills all processes that run below a folder, including those that they start in the meantime. */
function killProcessesBelow(folder: string): void {
  for (let round = 0; round < 5; round += 1) {
    const ids = findProcesses(
      (process) => readCommandLine(process).includes(`${folder}/`) || isProcessInFolder(process, folder),
    );
    if (ids.length === 0) return;
    for (const id of ids) killProcess(id);
  }
}

/**
 * Links the packages into a copy: with hard links, so that their paths are inside the copy, or otherwise with one
 * symbolic link.
 */
function linkPackages(from: string, to: string): void {
  try {
    execFileSync("cp", ["-al", from, to], { stdio: "ignore" });
    // caches are modified in place, so the copy must not share them
    for (const cache of [".vite", ".cache"]) rmSync(join(to, cache), { recursive: true, force: true });
  } catch {
    rmSync(to, { recursive: true, force: true });
    symlinkSync(from, to);
  }
}

/** An instrumented copy of the root with its own vitest process. */
export class InstrumentedCopy {
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
   * Copies `root` into `folder`, inserts all mutants and builds the copy.
   *
   * @param tiers the tiers whose tests are run; empty for all tiers
   */
  static async make(
    root: string,
    folder: string,
    mutants: readonly LocatedMutant[],
    tiers: readonly string[],
  ): Promise<InstrumentedCopy> {
    const copy = new InstrumentedCopy(folder, tiers);
    await mkdir(join(folder, "reached"), { recursive: true });
    mkdirSync(join(folder, "temporary"));
    await cp(root, copy.#tree, {
      recursive: true,
      filter: (source) => !EXCLUDED_FOLDERS.includes(relative(root, source)),
    });
    linkPackages(join(root, "node_modules"), join(copy.#tree, "node_modules"));
    await copy.#activate("");
    await writeFile(join(copy.#tree, SWITCH_MODULE_FILE), renderSwitchSource(copy.#active));
    const numbered = mutants.map((mutant, at) => ({ ...mutant, id: at + 1 }));
    for (const [file, ofFile] of Map.groupBy(numbered, ({ file }) => file)) {
      const path = join(copy.#tree, file);
      const upwards = "../".repeat(file.split("/").length - 1);
      await writeFile(path, instrumentSource(await readFile(path, "utf8"), ofFile, `${upwards}${SWITCH_MODULE_FILE}`));
    }
    execFileSync(process.execPath, ["scripts/build.ts"], { cwd: copy.#tree, stdio: ["ignore", "ignore", "inherit"] });
    return copy;
  }

  /** Returns all test files of the root. */
  async files(): Promise<readonly string[]> {
    await this.#started();
    return this.#files;
  }

  /** Runs a test file with one mutant active. */
  async run(file: string, mutant: number, guard: number): Promise<TestRun> {
    await this.#activate(String(mutant));
    return this.#run(file, guard);
  }

  /** Runs a test file with no mutant active. Returns the result and the mutants that the test file reaches. */
  async record(file: string, guard: number): Promise<{ readonly ran: TestRun; readonly reaches: readonly number[] }> {
    const reached = join(this.#folder, "reached", file.replaceAll("/", "_"));
    await this.#activate(`?${reached}`);
    const ran = await this.#run(file, guard);
    const lines = (await readFile(reached, "utf8").catch(() => "")).split("\n");
    const reaches = [...new Set(lines.map(Number))].filter((id) => id > 0).toSorted((a, b) => a - b);
    return { ran, reaches };
  }

  /** Kills the programs that a test has left running. */
  clear(): void {
    const programs = findProcesses((process) => {
      const command = readCommandLine(process);
      return command.includes(`${this.#tree}/`) && !command.includes("/node_modules/vitest/");
    });
    for (const id of programs) if (id !== this.#runner?.pid) killProcess(id);
  }

  /** Kills all processes of the copy. */
  stop(): void {
    const id = this.#runner?.pid;
    this.#runner = undefined;
    if (id !== undefined) killProcess(-id);
    killProcessesBelow(this.#folder);
  }

  #activate(active: string): Promise<void> {
    return writeFile(this.#active, active);
  }

  async #run(file: string, guard: number): Promise<TestRun> {
    const runner = await this.#started();
    const time = AbortSignal.timeout(Math.ceil(guard * 1000));
    const gone = new AbortController();
    const leave = (): void => gone.abort();
    runner.once("exit", leave);
    runner.send({ file } satisfies MutationJob);
    try {
      const [answered] = (await once(runner, "message", { signal: AbortSignal.any([time, gone.signal]) })) as [
        RunnerResponse,
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
    const node = join(this.#tree, "node_modules", ".bin", "node");
    const runner = fork(new URL("./runner.ts", import.meta.url), this.#tiers, {
      cwd: this.#tree,
      // a test checks that the Node is the one in its packages
      execPath: existsSync(node) ? node : process.execPath,
      // starts a new process group, which can be killed with all its processes
      detached: true,
      env: { ...process.env, TMPDIR: join(this.#folder, "temporary"), CLOMOCTL_TEST_RESULTS: undefined },
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    this.#runner = runner;
    const [ready] = (await Promise.race([once(runner, "message"), once(runner, "exit")])) as [
      RunnerResponse | number | null,
    ];
    if (ready === null || typeof ready === "number") throw new Error("vitest does not start in the copy");
    this.#files = ready.files ?? [];
    return runner;
  }
}

/** Kills everything that still runs in the folder of all copies, then removes the folder. */
export function removeCopies(folder: string): void {
  killProcessesBelow(folder);
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}
