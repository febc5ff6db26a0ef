import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { parseArgs } from "node:util";
import { ROOT } from "#support/process/program.ts";
import { cleanUp } from "#support/process/when-done.ts";
import { FaultyDisk } from "./faulty-disk.ts";
import { FIGURES, type Figure } from "./figures.ts";
import { inOrder, newKindsFirst, Progress, type Finding } from "./places.ts";
import { canMount } from "./figures/small.ts";
import { renderFinding, renderTable, withTable } from "./report.ts";
import { Workplace, type Trial } from "./trial.ts";

const HELP = `npm run torture -- [options]

  --minutes N      how long it runs (60); the time is shared by the figures
  --histories N    random histories of each model (10000)
  --steps N        of the longest history (as in its test)
  --seed S         decides the order of places (1)
  --only FIGURE    by name or number; may be repeated
  --resume         continue where the last run of the sync with this seed and commit stopped
  --state FILE     where that is kept (node_modules/.cache/torture.json)
  --stop-seconds N how long a stopped program stays stopped (60)
  --scene NAME     only this scene; with --place PLACE only that place
  --places N       at most so many places of each scene, and only --scenes N scenes of each figure
  --strict         fail if a figure could not be tried
  --write          put the table into docs/torture.md
`;

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}

function parsed() {
  try {
    return parseArgs({
      options: {
        minutes: { type: "string", default: "60" },
        histories: { type: "string", default: "10000" },
        steps: { type: "string" },
        seed: { type: "string", default: "1" },
        only: { type: "string", multiple: true, default: [] },
        resume: { type: "boolean", default: false },
        state: { type: "string", default: join(ROOT, "node_modules", ".cache", "torture.json") },
        "stop-seconds": { type: "string", default: "60" },
        scene: { type: "string" },
        place: { type: "string" },
        places: { type: "string", default: "Infinity" },
        scenes: { type: "string", default: "Infinity" },
        strict: { type: "boolean", default: false },
        write: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    return fail(`${error instanceof Error ? error.message : String(error)}; --help tells the options`);
  }
}

const values = parsed();
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}

function numberOf(name: "minutes" | "histories" | "steps" | "seed" | "places" | "scenes" | "stop-seconds"): number {
  const number = Number(values[name]);
  return number >= 0 ? number : fail(`--${name} needs a number, not ${values[name]}`);
}
const seed = numberOf("seed");
const most = numberOf("places");
const minutes = numberOf("minutes");

const findFigures = (name: string): readonly Figure[] =>
  FIGURES.filter((one) => one.name === name || one.number === name);
for (const name of values.only)
  if (findFigures(name).length === 0)
    fail(`no figure ${name}; there are: ${FIGURES.map((one) => one.name).join(", ")}`);
const chosen = FIGURES.filter(
  (one) => values.only.length === 0 || values.only.some((name) => findFigures(name).includes(one)),
);
if (values.scene !== undefined && !chosen.some(({ trials }) => trials.some(({ scene }) => scene === values.scene)))
  fail(`no scene ${values.scene} in ${chosen.map(({ name }) => name).join(", ")}`);
/** True if a single scene or place is tried again. Such a run does not count as progress of a long run. */
const isReplay = values.scene !== undefined || values.place !== undefined;

const say = (line: string): void => void process.stderr.write(`${line}\n`);
const git = (...words: readonly string[]): string =>
  execFileSync("git", words, { cwd: ROOT, encoding: "utf8", maxBuffer: 2 ** 30 }).trim();

/**
 * Aborted when a signal asks the run to end. What was tried is kept for `--resume`; what was only begun does not count.
 */
const stopping = new AbortController();
const isStopped = (): boolean => stopping.signal.aborted;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.on(signal, () => {
    if (isStopped()) return void finish(1);
    stopping.abort();
    say("ends once what was begun is finished; again to end at once");
  });

// keeps the homes in memory if possible, because thousands of them are copied
const folder = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "clomoctl-torture-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
if (values.steps !== undefined) process.env["CLOMOCTL_STEPS"] = String(numberOf("steps"));
process.env["NODE_COMPILE_CACHE"] ??= join(ROOT, "node_modules", ".cache", "compiled");
const workplace = new Workplace(folder, FaultyDisk.compile(folder), {
  seed,
  histories: numberOf("histories"),
  stopMs: numberOf("stop-seconds") * 1000,
});
const isChanged = git("status", "--porcelain", "src", "test") !== "";
const commit = `${git("rev-parse", "--short", "HEAD")}${isChanged ? " with changes" : ""}`;
const changes = createHash("sha1")
  .update(git("diff", "HEAD", "--", "src", "test"))
  .digest("hex");
const progressKey = `${commit} seed ${seed}${isChanged ? ` ${changes}` : ""}`;
const progress = values.resume ? Progress.resume(values.state, progressKey) : new Progress(progressKey);

const begun = Date.now();
const earlier = progress.minutes;
function save(): void {
  progress.minutes = earlier + (Date.now() - begun) / 60_000;
  if (!isReplay) progress.save(values.state);
}
setInterval(save, 60_000).unref();

/** Saves the progress, ends all programs, including stopped ones, and exits. */
async function finish(code: number): Promise<never> {
  save();
  await cleanUp();
  process.exit(code);
}

const missingOf = ({ needs }: Figure): string | undefined => {
  if (needs === "cc") return workplace.disk === undefined ? "no C compiler" : undefined;
  if (needs === "unshare" && !canMount()) return "nothing can be mounted here";
  return needs === undefined || spawnSync(needs, ["--version"]).error === undefined ? undefined : `no ${needs}`;
};

/** Number of places of a scene that are tried before it is the turn of the next scene. */
const TURN = 6;
const JOBS = availableParallelism();

/** The scenes in an order that depends on the seed. They take turns. */
class Turns {
  readonly #figure: Figure;
  readonly #kinds = new Set<string>();
  readonly #waiting: { readonly trial: Trial; places: Promise<string[]> | undefined; left: number }[];

  constructor(figure: Figure, trials: readonly Trial[]) {
    this.#figure = figure;
    this.#waiting = trials.map((trial) => ({ trial, places: undefined, left: most }));
  }

  /** Returns the next few places; undefined when all places were tried. */
  async next(): Promise<{ readonly trial: Trial; readonly places: readonly string[] } | undefined> {
    for (;;) {
      const first = this.#waiting.shift();
      if (first === undefined) return undefined;
      first.places ??= this.#open(first.trial);
      const places = (await first.places).splice(0, Math.min(TURN, first.left));
      first.left -= places.length;
      if (places.length === 0) continue;
      if (first.left > 0) this.#waiting.push(first);
      return { trial: first.trial, places };
    }
  }

  async #open(trial: Trial): Promise<string[]> {
    try {
      const places = newKindsFirst(inOrder(seed, await trial.places(workplace)), this.#kinds);
      return progress.open(this.#figure.name, trial.scene, selectRequestedPlaces(places));
    } catch (error) {
      await noteUnlessStopped({ figure: this.#figure.name, scene: trial.scene, problems: [String(error)] });
      return [];
    }
  }

  get isOver(): boolean {
    return this.#waiting.length === 0;
  }
}

/**
 * Returns only the requested place, or all places if none is requested. The requested place may omit the description of
 * the call.
 */
const selectRequestedPlaces = (places: readonly string[]): readonly string[] =>
  values.place === undefined
    ? places
    : places.filter((place) => place === values.place || place.startsWith(`${values.place}: `)).slice(0, 1);

/**
 * Records what was tried and what is wrong, unless the run is stopped. Ctrl-C also ends the programs under test, so
 * results that it cuts short do not count.
 */
async function noteUnlessStopped(finding: Finding): Promise<void> {
  // a signal is reported only between two turns of the event loop
  await turn();
  if (isStopped()) return;
  progress.note(finding);
  if (finding.problems.length > 0) say(renderFinding(finding, seed));
}

/** Tries the places of a figure until its time is over. */
async function tryUntil(figure: Figure, turns: Turns, end: number): Promise<void> {
  const work = async (): Promise<void> => {
    while (!isStopped() && Date.now() < end) {
      const next = await turns.next();
      if (next === undefined) return;
      for (const place of next.places) {
        if (isStopped() || Date.now() >= end) return;
        const problems = await next.trial.attempt(place, workplace).catch((error: unknown) => [String(error)]);
        await noteUnlessStopped({ figure: figure.name, scene: next.trial.scene, place, problems });
      }
    }
  };
  await Promise.all(Array.from({ length: figure.atOnce ?? JOBS }, work));
}

/** Orders trials by the number of places that were already tried, fewest first, and then by the seed. */
const inTurn = (figure: Figure, trials: readonly Trial[]): readonly Trial[] => {
  const order = inOrder(
    seed,
    trials.map(({ scene }) => scene),
  );
  const tried = (trial: Trial): number => progress.triedOf(figure.name, trial.scene);
  return trials
    .toSorted((one, other) => order.indexOf(one.scene) - order.indexOf(other.scene))
    .toSorted((one, other) => tried(one) - tried(other));
};

const end = begun + minutes * 60_000;
let open = chosen
  .filter((figure) => missingOf(figure) === undefined)
  .map((figure) => {
    const trials = figure.trials.filter(({ scene }) => values.scene === undefined || scene === values.scene);
    return { figure, turns: new Turns(figure, inTurn(figure, trials).slice(0, numberOf("scenes"))) };
  });
while (open.length > 0 && !isStopped() && Date.now() < end) {
  for (const [at, { figure, turns }] of open.entries()) {
    if (isStopped()) break;
    const shareMs = (end - Date.now()) / (open.length - at);
    say(`${figure.name}: for ${Math.max(0, Math.round(shareMs / 1000))} s`);
    await tryUntil(figure, turns, Date.now() + shareMs);
    const { tried, places, scenes, opened } = progress.tally(figure.name, figure.trials.length);
    say(`${figure.name}: ${tried} of ${places} places, ${opened} of ${scenes} scenes`);
    save();
  }
  open = open.filter(({ turns }) => !turns.isOver);
}

const rows = chosen.map((figure) => ({
  figure,
  tally: progress.tally(figure.name, figure.trials.length),
  findings: progress.findings.filter((finding) => finding.figure === figure.name).length,
  missing: missingOf(figure),
}));
const { model = "unknown" } = cpus()[0] ?? {};
const machine = `${process.platform} ${process.arch}, ${JOBS} cores (${model}), Node ${process.versions.node}`;
const date = new Date().toISOString().slice(0, 10);
const table = renderTable({ date, commit, machine, seed, minutes: progress.minutes }, rows);
process.stdout.write(table);
if (values.write) {
  const page = join(ROOT, "docs", "torture.md");
  writeFileSync(page, withTable(readFileSync(page, "utf8"), table));
}
if (values.place !== undefined && rows.some(({ tally }) => tally.opened > 0 && tally.places === 0)) {
  say(`no place ${values.place}`);
  await finish(2);
}
const isMissing = rows.some(({ missing }) => missing !== undefined);
await finish(isStopped() || rows.some(({ findings }) => findings > 0) || (values.strict && isMissing) ? 1 : 0);
