import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ROOT } from "#support/process/program.ts";
import { cleanUp } from "#support/process/when-done.ts";
import { FaultyDisk } from "./faulty-disk.ts";
import { FIGURES, type Figure } from "./figures.ts";
import { inOrder, Progress } from "./places.ts";
import { mayMount } from "./figures/small.ts";
import { renderFinding, renderTable, withTable } from "./report.ts";
import { Workplace, type Trial } from "./trial.ts";

const HELP = `npm run torture -- [options]

  --minutes N      how long it runs (60); the time is shared by the figures
  --histories N    random histories of each model (10000)
  --seed S         decides the order of places (1)
  --only FIGURE    by name or number; may be repeated
  --resume         continue where the last run with this seed and commit stopped
  --state FILE     where that is kept (node_modules/.cache/torture.json)
  --stop-seconds N how long a stopped program stays stopped (60)
  --scene NAME     only this scene; with --place PLACE only that place
  --places N       at most so many places of each scene, and only --scenes N scenes of each figure
  --strict         fail if a figure could not be tried
  --write          put the table into docs/torture.md
`;

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "60" },
    histories: { type: "string", default: "10000" },
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
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}

const [minutes, histories, seed, most, mostScenes] = (
  ["minutes", "histories", "seed", "places", "scenes"] as const
).map((name) => {
  const number = Number(values[name]);
  if (!(number >= 0)) throw new Error(`--${name} needs a number`);
  return number;
}) as [number, number, number, number, number];

const chosen = FIGURES.filter(
  ({ name, number }) => values.only.length === 0 || values.only.includes(name) || values.only.includes(number),
);
if (chosen.length === 0) throw new Error(`no such figure; there are: ${FIGURES.map(({ name }) => name).join(", ")}`);

const say = (line: string): void => void process.stderr.write(`${line}\n`);
const git = (...words: readonly string[]): string => execFileSync("git", words, { cwd: ROOT, encoding: "utf8" }).trim();

// homes lie in memory where that is possible: thousands are copied
const folder = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "clomoctl-torture-"));
process.env["NODE_COMPILE_CACHE"] ??= join(ROOT, "node_modules", ".cache", "compiled");
const workplace = new Workplace(folder, FaultyDisk.compile(folder), {
  seed,
  histories,
  stopMs: Number(values["stop-seconds"]) * 1000,
});
/** Somebody wants it to end: what was tried is kept for `--resume`, what was begun counts for nothing. */
const stopping = new AbortController();
const isStopped = (): boolean => stopping.signal.aborted;
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.on(signal, () => {
    if (isStopped()) process.exit(1);
    stopping.abort();
    say("ends once what was begun is finished; again to end at once");
  });
const commit = `${git("rev-parse", "--short", "HEAD")}${git("status", "--porcelain", "src", "test") === "" ? "" : " with changes"}`;
const progress = values.resume
  ? Progress.resume(values.state, `${commit} seed ${seed}`)
  : new Progress(`${commit} seed ${seed}`);

const missingOf = ({ needs }: Figure): string | undefined => {
  if (needs === "cc") return workplace.disk === undefined ? "no C compiler" : undefined;
  if (needs === "unshare" && !mayMount()) return "nothing can be mounted here";
  return needs === undefined || spawnSync(needs, ["--version"]).error === undefined ? undefined : `no ${needs}`;
};

/** Places of a scene that are tried before the next scene has its turn. */
const TURN = 6;
const JOBS = availableParallelism();

/** Scenes in the order of the seed, each with its turn after the others. */
class Turns {
  readonly #figure: Figure;
  readonly #waiting: { readonly trial: Trial; places: Promise<string[]> | undefined; left: number }[];

  constructor(figure: Figure, trials: readonly Trial[]) {
    this.#figure = figure;
    this.#waiting = trials.map((trial) => ({ trial, places: undefined, left: most }));
  }

  /** The next few places; undefined once all were tried. */
  async next(): Promise<{ readonly trial: Trial; readonly places: readonly string[] } | undefined> {
    for (;;) {
      const turn = this.#waiting.shift();
      if (turn === undefined) return undefined;
      turn.places ??= this.#open(turn.trial);
      const places = (await turn.places).splice(0, Math.min(TURN, turn.left));
      turn.left -= places.length;
      if (places.length === 0) continue;
      if (turn.left > 0) this.#waiting.push(turn);
      return { trial: turn.trial, places };
    }
  }

  async #open(trial: Trial): Promise<string[]> {
    try {
      const places = values.place === undefined ? await trial.places(workplace) : [values.place];
      return progress.open(this.#figure.name, trial.scene, seed, places);
    } catch (error) {
      note(this.#figure, trial.scene, "its preparation", [String(error)]);
      return [];
    }
  }

  get isOver(): boolean {
    return this.#waiting.length === 0;
  }
}

function note(figure: Figure, scene: string, place: string, problems: readonly string[]): void {
  progress.note(figure.name, scene, place, problems);
  if (problems.length > 0) say(renderFinding({ figure: figure.name, scene, place, problems }, seed));
}

/** Tries a figure's places until its time is over. */
async function tryUntil(figure: Figure, turns: Turns, end: number): Promise<void> {
  const work = async (): Promise<void> => {
    while (!isStopped() && Date.now() < end) {
      const turn = await turns.next();
      if (turn === undefined) return;
      for (const place of turn.places) {
        if (isStopped() || Date.now() >= end) return;
        const problems = await turn.trial.attempt(place, workplace).catch((error: unknown) => [String(error)]);
        // Ctrl-C ends the programs that are tried, too
        if (isStopped()) return;
        note(figure, turn.trial.scene, place, problems);
      }
    }
  };
  await Promise.all(Array.from({ length: figure.atOnce ?? JOBS }, work));
}

const byName = <T>(items: readonly T[], nameOf: (item: T) => string): readonly T[] => {
  const order = inOrder(seed, items.map(nameOf));
  return items.toSorted((one, other) => order.indexOf(nameOf(one)) - order.indexOf(nameOf(other)));
};

const begun = Date.now();
const end = begun + minutes * 60_000;
const earlier = progress.minutes;
let open = chosen
  .filter((figure) => missingOf(figure) === undefined)
  .map((figure) => {
    const trials = figure.trials.filter(({ scene }) => values.scene === undefined || scene === values.scene);
    return { figure, turns: new Turns(figure, byName(trials, ({ scene }) => scene).slice(0, mostScenes)) };
  });
while (open.length > 0 && !isStopped() && Date.now() < end) {
  for (const [at, { figure, turns }] of open.entries()) {
    if (isStopped()) break;
    const shareMs = (end - Date.now()) / (open.length - at);
    say(`${figure.name}: for ${Math.max(0, Math.round(shareMs / 1000))} s`);
    await tryUntil(figure, turns, Date.now() + shareMs);
    const { tried, places, scenes, opened } = progress.tally(figure.name, figure.trials.length);
    say(`${figure.name}: ${tried} of ${places} places, ${opened} of ${scenes} scenes`);
    progress.minutes = earlier + (Date.now() - begun) / 60_000;
    progress.save(values.state);
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
await cleanUp();
rmSync(folder, { recursive: true, force: true });
const isMissing = rows.some(({ missing }) => missing !== undefined);
process.exit(isStopped() || rows.some(({ findings }) => findings > 0) || (values.strict && isMissing) ? 1 : 0);
