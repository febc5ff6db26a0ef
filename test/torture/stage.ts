import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { run, start, type Outcome } from "#support/process/program.ts";
import { listHomeFiles, openDatabase } from "#support/process/tenant-state.ts";
import { findAuditProblems, readTenantContent, readOutputs, readSettings } from "./content.ts";
import { IMPORT_IDS, readCalls, type Call, type Fault, type FaultyDisk } from "./faulty-disk.ts";
import type { Scene } from "./scenes/scene.ts";

/** Messages of a disk fault: an error with place and remedy, or a check's report of what cannot be read. */
const DISK_MESSAGES = [
  /^error: (?:disk I\/O error|no space left on the disk|permission denied)\n {2}\S.*\n {2}\S/m,
  /^error: permission denied: cannot write to this location\n {2}\S/m,
  // SQLite does not report the reason why a file cannot be opened
  /^error: the tenant's file (?:cannot be (?:opened|used)[^\n]*|is damaged)\n {2}\S.*\n {2}\S/m,
  // a write that failed has damaged the plan's file
  /^error: the plan's file is damaged or missing\n {2}\S.*\n {2}make the plan again/m,
  /^error: clomoctl cannot write its settings and data to this folder\n {2}\S.*\n {2}\S/m,
  /^error: [^\n]*(?:cannot be (?:written|opened|read)|could not be (?:written|read))[^\n]*\n {2}\S.*\n {2}\S/m,
  /^UNKNOWN local: cannot read the tenant: .+ \(/m,
];

/** Matches what a command prints if it fails after its change was made. */
const CHANGE_MADE_MESSAGE =
  /was committed|is committed|the change was made|changes were made|it is unknown how much was done|the change may have been made|messages? sent|the code was sent|what was fetched so far is kept|waits? for the upload|may be waiting|sends the remaining messages/;

/** Returns true if a tenant has no audit records, and so counts as missing until its first change. */
const isTenantMissing = ({ tenant: state }: HomeState): boolean => state === "" || state.includes('["audit",[]]');

/** The state of a tenant and of the files next to it. A transaction covers only the tenant, not the files. */
interface HomeState {
  readonly tenant: string;
  readonly files: readonly string[];
}

const isSameState = (one: HomeState, other: HomeState): boolean => JSON.stringify(one) === JSON.stringify(other);

interface Rehearsal {
  readonly before: HomeState;
  readonly after: HomeState;
  /** the state after a second run of the same command */
  readonly again: HomeState;
  readonly againCode: number | null;
  /** the files that may remain, also after a command that fails */
  readonly files: ReadonlySet<string>;
  readonly said: string;
  readonly calls: readonly Call[];
}

const VARYING_PARTS = /\d+ms|[0-9a-f-]{36}|\d{4}-\d\d-\d\d[T ][\d:.]+(?:Z|[+-][\d:]+)/g;

/** Returns a program's output without what varies. If a result is printed completely, its change must be permanent. */
const getStableOutput = ({ text, stderr }: Outcome): string => `${text}\n${stderr}`.replace(VARYING_PARTS, "");

/** A scene, the home in which it starts, and its results on a disk without faults. */
export class Stage {
  readonly scene: Scene;
  readonly #disk: FaultyDisk;
  readonly #folder: string;
  readonly #id: string;
  readonly line: readonly string[];
  #rehearsal: Promise<Rehearsal> | undefined;
  #copies = 0;

  private constructor(disk: FaultyDisk, scene: Scene, folder: string, id: string) {
    this.#disk = disk;
    this.scene = scene;
    this.#folder = folder;
    this.#id = id;
    this.line = this.#named(scene.line);
  }

  #named(line: readonly string[]): readonly string[] {
    return line.map((word) => (word === "ID" ? this.#id : word));
  }

  static async of(disk: FaultyDisk, scene: Scene, parent: string): Promise<Stage> {
    const folder = mkdtempSync(join(parent, "scene-"));
    const template = join(folder, "template");
    mkdirSync(template);
    const id = await scene.prepare(template);
    return new Stage(disk, scene, folder, typeof id === "string" ? id : "");
  }

  get rehearsal(): Promise<Rehearsal> {
    return (this.#rehearsal ??= this.#rehearse());
  }

  async home(): Promise<string> {
    const home = join(this.#folder, String((this.#copies += 1)));
    await cp(join(this.#folder, "template"), home, { recursive: true });
    return home;
  }

  start(home: string, env: Readonly<Record<string, string>> = {}) {
    return start(this.line, { home, cwd: home, env });
  }

  run(home: string): Promise<Outcome> {
    return this.start(home).ended;
  }

  /** Returns all that the scene can change, without what varies. @throws Error if the tenant is damaged */
  stateOf(home: string): HomeState {
    const { whole } = this.scene;
    const tenant = readTenantContent(home, this.scene);
    const exists = whole === undefined ? [] : [String(existsSync(join(home, whole.output)))];
    const written = readOutputs(home, this.scene).map((output) => output ?? "");
    return { tenant: tenant ?? "", files: [readSettings(home), ...written, ...exists] };
  }

  async #rehearse(): Promise<Rehearsal> {
    const { code: expected = 0, name } = this.scene;
    const home = await this.home();
    const before = this.stateOf(home);
    const log = `${home}.log`;
    const ended = await this.start(home, this.#disk.logging(home, log)).ended;
    const { code, stderr } = ended;
    if (code !== expected) throw new Error(`${name} ended with ${code}: ${stderr}`);
    const after = this.stateOf(home);
    const first = await listHomeFiles(home);
    const again = await this.run(home);
    const files = [...first, ...(await listHomeFiles(home)), join("tenants", "local", "tenant.db"), "settings.lock"];
    const calls = readCalls(log, home);
    const rehearsal = { before, after, again: this.stateOf(home), againCode: again.code };
    rmSync(home, { recursive: true });
    return {
      ...rehearsal,
      files: new Set(files.map((name) => name.replace(IMPORT_IDS, "ID"))),
      said: getStableOutput(ended),
      calls,
    };
  }

  /** Runs the scene with a fault, and then once more without a fault. @returns what is wrong */
  async attempt(fault: Fault, stopMs = 0): Promise<readonly string[]> {
    const home = await this.home();
    const looked = `${home}-looked`;
    try {
      const running = this.start(home, this.#disk.failing(home, fault));
      const during = fault.kind === "stop" ? await this.#whileStopped(running.process, home, stopMs) : [];
      const ended = await running.ended;
      // checks a copy, so that the next command finds exactly what the failed command left, including SQLite's log
      await cp(home, looked, { recursive: true });
      return [...during, ...(await this.#judge(fault, ended, home, looked))];
    } catch (error) {
      return [String(error)];
    } finally {
      for (const path of [home, looked, `${home}-saved`]) await rm(path, { recursive: true, force: true });
    }
  }

  /** Checks that other programs can read while the program is stopped, and then continues it. @returns what is wrong */
  async #whileStopped(process: { readonly pid?: number | undefined }, home: string, stopMs: number) {
    const isStopped = (): boolean | undefined => readProcessState(process.pid ?? 0)?.startsWith("T");
    while (isStopped() === false) await sleep(5);
    if (isStopped() === undefined) return ["ended without being stopped"];
    const begun = performance.now();
    const read = await run(["orgs", "list"], { home });
    await sleep(Math.max(0, stopMs - (performance.now() - begun)));
    globalThis.process.kill(process.pid ?? 0, "SIGCONT");
    return read.code === 0 || (read.code === 5 && read.stderr.includes("another process"))
      ? []
      : [`a list ended with ${read.code} while it was stopped: ${read.stderr}`];
  }

  async #judge(fault: Fault, ended: Outcome, home: string, looked: string): Promise<readonly string[]> {
    const { before, after, again, againCode, files, said, calls } = await this.rehearsal;
    const { code: usual = 0, whole, saysBefore } = this.scene;
    const found = this.stateOf(looked);
    const isBefore = found.tenant === before.tenant || (isTenantMissing(before) && isTenantMissing(found));
    const isAfter = found.tenant === after.tenant && (!isBefore || isSameState(found, after));
    const isSaid = saysBefore !== true && said.trim() !== "" && getStableOutput(ended) === said;
    const isTold = this.scene.tellsFaults === true && ended.signal === null;
    const isTorn = !isTold && found.files.some((file, at) => file !== before.files[at] && file !== after.files[at]);
    const call = calls[fault.number - 1];
    // if SQLite cannot sync the file, it keeps its log, and it does not rely on the sync of the folder; other files do
    // not have such a log; a run of a job that cannot be recorded is overdue later
    const isUnsynced = fault.kind === "eio" && call?.name === "fsync" && !/^(?:tenants|runs)/.test(call.file);
    const wrong = [
      ...(isUnsynced && ended.code === usual ? [`the failed sync of ${call.file} was ignored`] : []),
      ...(ended.code === usual && !isTorn && !isTold && isAfter && !isSameState(found, after)
        ? ["exit code 0, and a file was not written"]
        : []),
      ...(this.scene.filesFirst === true && isAfter && found.files[0] !== after.files[0]
        ? ["the settings are behind the tenant"]
        : []),
      ...(this.scene.recordsFirst === true && !isAfter && found.files.some((file, at) => file !== before.files[at])
        ? ["a file is written, and the tenant has no record of it"]
        : []),
      ...(isTorn ? ["a file that is neither the old one nor the new one"] : []),
      ...(isBefore || isAfter || this.scene.steps === true ? [] : ["neither the state before nor the one after"]),
      ...(isSaid && !isSameState(found, after) ? ["it printed its result, which is lost"] : []),
      ...findEndProblems(fault, ended, this.scene, isBefore, isAfter || isTold),
    ];
    if (whole !== undefined && existsSync(join(home, whole.output))) {
      const { code, stderr } = await run(this.#named(whole.line), { home: looked, cwd: looked });
      if (code !== 0) wrong.push(`its output is not whole: ${stderr}`);
    }
    const next = await this.run(home);
    // a command of several steps that was ended between them begins anew, and what it recorded stays
    const isHalf = isAfter && this.scene.steps === true && !isSameState(found, after);
    const code = isAfter && !isHalf ? againCode : usual;
    if (this.scene.plans === true) await discardPlans(home);
    if (next.code !== code) wrong.push(`the next run ended with ${next.code}, not ${code}: ${next.stderr}`);
    if (!isHalf && !isSameState(this.stateOf(home), isAfter ? again : after))
      wrong.push("the next run did not converge");
    // the list of temporary files is not synced, so some files may remain after a power failure; they only take up
    // space
    const isLost = fault.kind.startsWith("lose-");
    const leftIn = async () =>
      isLost ? [] : (await listHomeFiles(home)).filter((name) => !files.has(name.replace(IMPORT_IDS, "ID")));
    // plans without a record are removed by the next command that reads imports
    if ((await leftIn()).length > 0) await run(["imports", "list"], { home });
    const left = await leftIn();
    return [...wrong, ...left.map((name) => `left behind: ${name}`), ...findAuditProblems(home)];
  }
}

function findEndProblems({ kind }: Fault, ended: Outcome, scene: Scene, isBefore: boolean, isAfter: boolean) {
  const { code, signal, stderr, text } = ended;
  const { code: usual = 0, failure = 1 } = scene;
  const stack = /^ {4}at /m.test(stderr) ? [`a stack: ${stderr}`] : [];
  if (kind.startsWith("kill-") || (kind.startsWith("lose-") && signal !== null))
    return signal === "SIGKILL" ? [] : [`not killed, ended with ${code}`];
  if (code === usual) return isAfter ? stack : [...stack, `exit code ${code}, but nothing was changed`];
  if (["stop", "clock"].includes(kind) || kind.startsWith("lose-")) return [`ended with ${code}: ${stderr}`];
  const interrupted = new Map<string, number>([
    ["INT", 130],
    ["TERM", 143],
    ["HUP", 129],
  ]).get(kind);
  if (interrupted !== undefined) {
    // after the result was printed, a signal ends the process immediately
    const isEnd = code === interrupted || signal === `SIG${kind}`;
    const isTold = isBefore || code === null || CHANGE_MADE_MESSAGE.test(stderr);
    return [
      ...stack,
      ...(isEnd ? [] : [`ended with ${code}: ${stderr}`]),
      ...(isTold ? [] : [`changed, and not said: ${stderr}`]),
    ];
  }
  if (scene.steps === true) return stack;
  // missing permissions have their own exit codes; a bundle that cannot be read is reported as a file that is not a
  // bundle
  const codes = kind === "eacces" ? [failure, 1, 2, 3, 4] : [failure, 1];
  return [
    ...stack,
    ...(codes.includes(code ?? -1) ? [] : [`exit code ${code}: ${stderr}`]),
    ...(DISK_MESSAGES.some((message) => message.test(`${stderr}\n${text}`)) ? [] : [`another message: ${stderr}`]),
    ...(isBefore || CHANGE_MADE_MESSAGE.test(stderr) ? [] : [`changed, and not said: ${stderr}`]),
  ];
}

/** Returns the state letter of a process and the fields after it; undefined if the process has ended. */
function readProcessState(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) /, "");
  } catch {
    return undefined;
  }
}

/**
 * Discards plans that were complete when their command ended and that could still be committed with `imports commit`.
 */
async function discardPlans(home: string): Promise<void> {
  const database = openDatabase(home);
  const open = database.prepare("select id from import where state = 'planned' order by pk desc").all();
  database.close();
  for (const { id } of open) await run(["imports", "discard", String(id)], { home });
}
