import { cp, rm } from "node:fs/promises";
import { mkdirSync, mkdtempSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writePeople } from "#support/process/people-file.ts";
import { run, type Outcome } from "#support/process/program.ts";
import { listHomeFiles, openDatabase } from "#support/process/tenant-state.ts";
import { findAuditProblems } from "../content.ts";
import { prepareMirror } from "../scenes/by-hand.ts";
import type { Trial, Workplace } from "../trial.ts";

/** One of several programs that run at the same time, with a check of whether its change was made. */
interface ConcurrentProgram {
  readonly line: (at: number) => readonly string[];
  /** returns true if the change was made; undefined if the program only reads */
  readonly isDone?: (home: string, at: number) => boolean;
}

function countRows(home: string, sql: string, value: string): number {
  const database = openDatabase(home);
  try {
    return Number(database.prepare(sql).get(value)?.["n"]);
  } finally {
    database.close();
  }
}

const hasOrg = (home: string, at: number): boolean =>
  countRows(home, "select count(*) as n from org where code = ?", `P${at}`) === 1;

const CONCURRENT_PROGRAMS: readonly ConcurrentProgram[] = [
  { line: (at) => ["orgs", "create", `部${at}`, "--code", `P${at}`], isDone: hasOrg },
  {
    line: (at) => ["users", "edit", "user0@example.com", "--title", `役${at}`],
    // the last change to the record wins, but each change has an audit record
    isDone: (home, at) =>
      countRows(home, "select count(*) as n from audit where record like '%' || ? || '%'", `"役${at}"`) > 0,
  },
  {
    line: (at) => ["users", "import", `people-${at}.csv`, "--create-orgs", "--yes"],
    isDone: (home, at) =>
      countRows(home, "select count(*) as n from user where name like '%' || ?", `太郎${1000 + at}`) === 1,
  },
  {
    line: (at) => ["context", "add", `c${at}`, "--embedded"],
    isDone: (home, at) => readFileSync(join(home, "contexts.json"), "utf8").includes(`"c${at}"`),
  },
  { line: () => ["users", "list"] },
];

/** Environment that names the context. If there are several contexts, a command that changes data requires this. */
const LOCAL_CONTEXT = { CLOMOCTL_CONTEXT: "local" };

let template: Promise<string> | undefined;

async function prepareTemplate(folder: string): Promise<string> {
  const home = mkdtempSync(join(folder, "programs-"));
  await prepareMirror(home);
  await run(["context", "add", "first", "--embedded"], { home });
  return home;
}

function findProblems(
  { line, isDone }: ConcurrentProgram,
  at: number,
  { code, stderr }: Outcome,
  home: string,
): readonly string[] {
  const name = line(at).join(" ");
  if (isDone === undefined) return code === 0 ? [] : [`${name} ended with ${code}: ${stderr}`];
  if (code !== 0 && code !== 5) return [`${name} ended with ${code}: ${stderr}`];
  if (isDone(home, at) === (code === 0)) return [];
  return [code === 0 ? `${name} succeeded, and its change is lost` : `${name} was refused, and its change is there`];
}

async function runTogether(
  count: number,
  kinds: readonly ConcurrentProgram[],
  { folder }: Workplace,
): Promise<readonly string[]> {
  template ??= prepareTemplate(folder);
  const home = mkdtempSync(join(folder, "together-"));
  try {
    await cp(await template, home, { recursive: true });
    const programs = Array.from({ length: count }, (_, at) => kinds[at % kinds.length]).filter(
      (one) => one !== undefined,
    );
    for (const at of programs.keys())
      await writePeople(join(home, `people-${at}.csv`), { from: 1000 + at, to: 1001 + at });
    const ended = await Promise.all(
      programs.map(({ line }, at) => run(line(at), { home, cwd: home, env: LOCAL_CONTEXT })),
    );
    const problems = ended.flatMap((outcome, at) => {
      const program = programs[at];
      return program === undefined ? [] : findProblems(program, at, outcome, home);
    });
    const next = await run(["orgs", "create", "後", "--code", "AFTER"], { home, env: LOCAL_CONTEXT });
    if (next.code !== 0) problems.push(`the next command ended with ${next.code}: ${next.stderr}`);
    if (!ended.some(({ code }) => code === 0)) problems.push("none of them succeeded");
    // a plan may remain if another plan was committed first, because it can be compared again; temporary files must not
    // remain
    const left = (await listHomeFiles(home)).filter((name) => /tmp|\.new-|-journal$|-wal$/.test(name));
    return [...problems, ...left.map((name) => `left behind: ${name}`), ...findAuditProblems(home)];
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

const ROUNDS = 20;
const MIN_PROGRAMS = 2;
const MAX_PROGRAMS = 20;

const createTrial = (scene: string, kinds: readonly ConcurrentProgram[]): Trial => ({
  scene,
  places: async () =>
    Array.from({ length: MAX_PROGRAMS - MIN_PROGRAMS + 1 }, (_, at) => at + MIN_PROGRAMS).flatMap((count) =>
      Array.from({ length: ROUNDS }, (_, round) => `${count} programs, round ${round + 1}`),
    ),
  attempt: (place, workplace) => runTogether(Number.parseInt(place, 10), kinds, workplace),
});

export const CONCURRENT_TRIALS: readonly Trial[] = [
  createTrial("all kinds of programs", CONCURRENT_PROGRAMS),
  createTrial("changes of one user", CONCURRENT_PROGRAMS.slice(1, 2)),
  createTrial("imports", CONCURRENT_PROGRAMS.slice(2, 3)),
  createTrial("contexts", CONCURRENT_PROGRAMS.slice(3, 4)),
];

export const NEW_HOME_TRIALS: readonly Trial[] = [
  {
    scene: "programs that make the same tenant",
    places: async () =>
      Array.from({ length: MAX_PROGRAMS - MIN_PROGRAMS + 1 }, (_, at) => `${at + MIN_PROGRAMS} programs`),
    attempt: async (place, { folder }) => {
      const home = join(mkdtempSync(join(folder, "new-")), "home");
      mkdirSync(home);
      const count = Number.parseInt(place, 10);
      const ended = await Promise.all(
        Array.from({ length: count }, (_, at) => run(["orgs", "create", `部${at}`, "--code", `P${at}`], { home })),
      );
      const problems = ended.flatMap((outcome, at) =>
        CONCURRENT_PROGRAMS[0] === undefined ? [] : findProblems(CONCURRENT_PROGRAMS[0], at, outcome, home),
      );
      problems.push(...findAuditProblems(home));
      await rm(home, { recursive: true, force: true });
      return problems;
    },
  },
];
