import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { parseArgs } from "node:util";
import { HAS_POSTGRES } from "#support/postgres/server.ts";
import { ROOT } from "#support/process/program.ts";
import { runCleanUps } from "#support/process/when-done.ts";
import { FaultyDisk } from "./faulty-disk.ts";
import { FIGURES, type Figure } from "./figures.ts";
import { shuffleBySeed, moveNewKindsFirst, Progress, type Finding } from "./places.ts";
import { canMount } from "./figures/small.ts";
import { renderFinding, renderResultTable } from "./report.ts";
import { Workplace, type Trial } from "./trial.ts";

const HELP_TEXT = `npm run torture -- [options]

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
`;

function exitWithError(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}

function parseOptions() {
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
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    return exitWithError(`${error instanceof Error ? error.message : String(error)}; --help tells the options`);
  }
}

const optionValues = parseOptions();
if (optionValues.help) {
  process.stdout.write(HELP_TEXT);
  process.exit(0);
}

function getNumberOption(
  name: "minutes" | "histories" | "steps" | "seed" | "places" | "scenes" | "stop-seconds",
): number {
  const number = Number(optionValues[name]);
  return number >= 0 ? number : exitWithError(`--${name} needs a number, not ${optionValues[name]}`);
}
const seed = getNumberOption("seed");
const maxPlaces = getNumberOption("places");
const minutes = getNumberOption("minutes");

const findFigures = (name: string): readonly Figure[] =>
  FIGURES.filter((one) => one.name === name || one.number === name);
for (const name of optionValues.only)
  if (findFigures(name).length === 0)
    exitWithError(`no figure ${name}; there are: ${FIGURES.map((one) => one.name).join(", ")}`);
const selectedFigures = FIGURES.filter(
  (one) => optionValues.only.length === 0 || optionValues.only.some((name) => findFigures(name).includes(one)),
);
if (
  optionValues.scene !== undefined &&
  !selectedFigures.some(({ trials }) => trials.some(({ scene }) => scene === optionValues.scene))
)
  exitWithError(`no scene ${optionValues.scene} in ${selectedFigures.map(({ name }) => name).join(", ")}`);
/** True if only a single scene or place is tried again. Such a run does not count as progress of a long run. */
const isReplay = optionValues.scene !== undefined || optionValues.place !== undefined;

const writeLine = (line: string): void => void process.stderr.write(`${line}\n`);
const runGit = (...words: readonly string[]): string =>
  execFileSync("git", words, { cwd: ROOT, encoding: "utf8", maxBuffer: 2 ** 30 }).trim();

/** Aborted by a signal. Places that were tried are saved for `--resume`; places only started do not count. */
const stopController = new AbortController();
const isStopped = (): boolean => stopController.signal.aborted;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.on(signal, () => {
    if (isStopped()) return void finish(1);
    stopController.abort();
    writeLine("ends once what was begun is finished; again to end at once");
  });

// if possible, homes are kept in memory, because thousands of them are copied
const runFolder = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "clomoctl-torture-"));
process.on("exit", () => rmSync(runFolder, { recursive: true, force: true, maxRetries: 5 }));
if (optionValues.steps !== undefined) process.env["CLOMOCTL_STEPS"] = String(getNumberOption("steps"));
process.env["NODE_COMPILE_CACHE"] ??= join(ROOT, "node_modules", ".cache", "compiled");
const workplace = new Workplace(runFolder, FaultyDisk.compile(runFolder), {
  seed,
  histories: getNumberOption("histories"),
  stopMs: getNumberOption("stop-seconds") * 1000,
});
const hasLocalChanges = runGit("status", "--porcelain", "src", "test") !== "";
const commit = `${runGit("rev-parse", "--short", "HEAD")}${hasLocalChanges ? " with changes" : ""}`;
const changesHash = createHash("sha1")
  .update(runGit("diff", "HEAD", "--", "src", "test"))
  .digest("hex");
const progressKey = `${commit} seed ${seed}${hasLocalChanges ? ` ${changesHash}` : ""}`;
const progress = optionValues.resume ? Progress.resume(optionValues.state, progressKey) : new Progress(progressKey);

const startTime = Date.now();
const earlierMinutes = progress.minutes;
function saveProgress(): void {
  progress.minutes = earlierMinutes + (Date.now() - startTime) / 60_000;
  if (!isReplay) progress.save(optionValues.state);
}
setInterval(saveProgress, 60_000).unref();

/** Saves the progress, ends all programs (including stopped ones), and exits. */
async function finish(code: number): Promise<never> {
  saveProgress();
  await runCleanUps();
  process.exit(code);
}

const findMissingTool = ({ needs }: Figure): string | undefined => {
  if (needs === "cc") return workplace.disk === undefined ? "no C compiler" : undefined;
  if (needs === "PostgreSQL") return HAS_POSTGRES ? undefined : "no PostgreSQL";
  if (needs === "unshare" && !canMount()) return "nothing can be mounted here";
  return needs === undefined || spawnSync(needs, ["--version"]).error === undefined ? undefined : `no ${needs}`;
};

/** Number of places of a scene that are tried before the next scene gets its turn. */
const PLACES_PER_TURN = 6;
const JOB_COUNT = availableParallelism();

class SceneTurns {
  readonly #figure: Figure;
  readonly #kinds = new Set<string>();
  readonly #waiting: { readonly trial: Trial; places: Promise<string[]> | undefined; left: number }[];

  constructor(figure: Figure, trials: readonly Trial[]) {
    this.#figure = figure;
    this.#waiting = trials.map((trial) => ({ trial, places: undefined, left: maxPlaces }));
  }

  async next(): Promise<{ readonly trial: Trial; readonly places: readonly string[] } | undefined> {
    for (;;) {
      const first = this.#waiting.shift();
      if (first === undefined) return undefined;
      first.places ??= this.#open(first.trial);
      const places = (await first.places).splice(0, Math.min(PLACES_PER_TURN, first.left));
      first.left -= places.length;
      if (places.length === 0) continue;
      if (first.left > 0) this.#waiting.push(first);
      return { trial: first.trial, places };
    }
  }

  async #open(trial: Trial): Promise<string[]> {
    try {
      const places = moveNewKindsFirst(shuffleBySeed(seed, await trial.places(workplace)), this.#kinds);
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

/** Returns only the requested place, also without its call's description, or all places. */
const selectRequestedPlaces = (places: readonly string[]): readonly string[] =>
  optionValues.place === undefined
    ? places
    : places.filter((place) => place === optionValues.place || place.startsWith(`${optionValues.place}: `)).slice(0, 1);

/** Records what was tried and is wrong, unless the run was stopped: Ctrl-C also ends the programs under test. */
async function noteUnlessStopped(finding: Finding): Promise<void> {
  // signals are handled only between two turns of the event loop
  await turn();
  if (isStopped()) return;
  progress.note(finding);
  if (finding.problems.length > 0) writeLine(renderFinding(finding, seed));
}

async function tryUntil(figure: Figure, turns: SceneTurns, end: number): Promise<void> {
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
  await Promise.all(Array.from({ length: figure.atOnce ?? JOB_COUNT }, work));
}

/** Orders trials by the number of places that were already tried (fewest first), and then by the seed. */
const orderTrials = (figure: Figure, trials: readonly Trial[]): readonly Trial[] => {
  const order = shuffleBySeed(
    seed,
    trials.map(({ scene }) => scene),
  );
  const tried = (trial: Trial): number => progress.triedOf(figure.name, trial.scene);
  return trials
    .toSorted((one, other) => order.indexOf(one.scene) - order.indexOf(other.scene))
    .toSorted((one, other) => tried(one) - tried(other));
};

const endTime = startTime + minutes * 60_000;
let openFigures = selectedFigures
  .filter((figure) => findMissingTool(figure) === undefined)
  .map((figure) => {
    const trials = figure.trials.filter(
      ({ scene }) => optionValues.scene === undefined || scene === optionValues.scene,
    );
    return { figure, turns: new SceneTurns(figure, orderTrials(figure, trials).slice(0, getNumberOption("scenes"))) };
  });
while (openFigures.length > 0 && !isStopped() && Date.now() < endTime) {
  for (const [at, { figure, turns }] of openFigures.entries()) {
    if (isStopped()) break;
    const shareMs = (endTime - Date.now()) / (openFigures.length - at);
    writeLine(`${figure.name}: for ${Math.max(0, Math.round(shareMs / 1000))} s`);
    await tryUntil(figure, turns, Date.now() + shareMs);
    const { tried, places, scenes, opened } = progress.tally(figure.name, figure.trials.length);
    writeLine(`${figure.name}: ${tried} of ${places} places, ${opened} of ${scenes} scenes`);
    saveProgress();
  }
  openFigures = openFigures.filter(({ turns }) => !turns.isOver);
}

const resultRows = selectedFigures.map((figure) => ({
  figure,
  tally: progress.tally(figure.name, figure.trials.length),
  findings: progress.findings.filter((finding) => finding.figure === figure.name).length,
  missing: findMissingTool(figure),
}));
const { model = "unknown" } = cpus()[0] ?? {};
const machineDescription = `${process.platform} ${process.arch}, ${JOB_COUNT} cores (${model}), Node ${process.versions.node}`;
const runDate = new Date().toISOString().slice(0, 10);
const resultTable = renderResultTable(
  { date: runDate, commit, machine: machineDescription, seed, minutes: progress.minutes },
  resultRows,
);
process.stdout.write(resultTable);
if (optionValues.place !== undefined && resultRows.some(({ tally }) => tally.opened > 0 && tally.places === 0)) {
  writeLine(`no place ${optionValues.place}`);
  await finish(2);
}
const hasMissingTools = resultRows.some(({ missing }) => missing !== undefined);
await finish(
  isStopped() || resultRows.some(({ findings }) => findings > 0) || (optionValues.strict && hasMissingTools) ? 1 : 0,
);
