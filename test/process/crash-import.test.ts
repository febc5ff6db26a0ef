import { cp, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { writePeople } from "#support/process/people-file.ts";
import { run, start, startOnTerminal, type Running } from "#support/process/program.ts";
import { listHomeFiles, readTenantState, TENANT } from "#support/process/tenant-state.ts";
import { waitUntil, type ProgramSnapshot } from "#support/process/watching.ts";

/** A tenant before an import, the import, and the tenant after it. */
interface Scene {
  readonly before: string;
  readonly after: string;
  readonly line: readonly string[];
  /** the same without confirmations */
  readonly asking: readonly string[];
  /** a home in the state before; ours to break */
  copy(): Promise<string>;
  /** the folder of all that */
  readonly home: string;
  /** how long the import takes here and now */
  readonly lengthMs: number;
}

const USERS = 15_000;
const GONE = 1_500;

const SCENES = {
  "a tenant that is not there yet": { has: { to: 0 }, options: [], confirmed: ["--yes"] },
  "a tenant that has half of the users, and others": {
    has: { from: USERS / 2, to: USERS + GONE, title: "主任" },
    options: ["--mode", "replace"],
    confirmed: ["--confirm-deletions", String(GONE)],
  },
} as const;

async function sceneOf({ has, options, confirmed }: (typeof SCENES)[keyof typeof SCENES]): Promise<Scene> {
  const home = await mkdtemp(join(tmpdir(), "clomoctl-crash-"));
  const file = await writePeople(join(home, "people.csv"), { to: USERS });
  const template = join(home, "template");
  if (has.to === 0) await mkdir(template);
  else
    await mustRun(template, [
      "users",
      "import",
      await writePeople(join(home, "has.csv"), has),
      "--create-orgs",
      "--yes",
    ]);
  const asking = ["users", "import", file, "--create-orgs", "--progress", "json", ...options];
  const line = [...asking, ...confirmed];
  let copies = 0;
  const copy = async (): Promise<string> => {
    const path = join(home, `copy-${(copies += 1)}`);
    await cp(template, path, { recursive: true });
    onTestFinished(() => rm(path, { recursive: true, force: true }));
    return path;
  };
  const whole = await copy();
  const begun = performance.now();
  await mustRun(whole, line);
  const lengthMs = performance.now() - begun;
  return {
    before: await readTenantState(template),
    after: await readTenantState(whole),
    asking,
    line,
    copy,
    lengthMs,
    home,
  };
}

async function mustRun(home: string, line: readonly string[]): Promise<string> {
  const { code, stderr, text } = await run(line, { home });
  if (code !== 0) throw new Error(`${line.join(" ")} ended with ${code}:\n${stderr}`);
  return text;
}

const PLAN = /^tenants.local.imports.([0-9a-f-]{36})\.db$/;

/** Where a killed import left the tenant, and the id of its plan, where that is whole. */
interface Left {
  readonly side: "before" | "after";
  readonly plan: string | undefined;
}

/** Says whether the tenant is as before or as after, after one more command on imports, which leaves one whole plan at most. */
async function outcomeOf(home: string, { before, after }: Scene): Promise<Left> {
  const state = await readTenantState(home);
  expect([before, after].includes(state)).toBe(true);
  const side = state === after ? "after" : "before";
  const others = (await listHomeFiles(home)).filter((path) => path !== join(TENANT, "tenant.db"));
  const plans = others.map((path) => PLAN.exec(path)?.[1]);
  expect(others).toEqual(side === "after" || plans[0] === undefined ? [] : others.slice(0, 1));
  return { side, plan: plans[0] };
}

/** What is left undone can be done now: by the plan that stayed, else by the same import. */
async function finish(home: string, scene: Scene, plan: string | undefined): Promise<void> {
  const confirmed = scene.line.slice(scene.asking.length);
  await mustRun(home, plan === undefined ? scene.line : ["imports", "commit", plan, ...confirmed]);
  expect((await readTenantState(home)) === scene.after).toBe(true);
  expect(await listHomeFiles(home)).toEqual([join(TENANT, "tenant.db")]);
}

/** Kills at moments of an import's length, beside those at its steps. */
const MOMENTS = 3;

/** A dozen imports take their time on a machine that is busy with other tests. */
const SERIES_MS = 180_000;

describe.each(Object.entries(SCENES))("kill -9 during an import into %s", { timeout: SERIES_MS }, (_name, setting) => {
  let made: Promise<Scene> | undefined;
  const theScene = (): Promise<Scene> => (made ??= sceneOf(setting));
  afterAll(async () => rm((await theScene()).home, { recursive: true }));

  /** Kills an import, says where it left the tenant, and finishes each kind of what is left undone once. */
  async function killed(
    scene: Scene,
    unfinished: Set<string>,
    moment: (running: Running, home: string) => Promise<unknown>,
  ) {
    const home = await scene.copy();
    const running = start(scene.line, { home });
    await moment(running, home);
    running.process.kill("SIGKILL");
    await running.ended;
    const left = await outcomeOf(home, scene);
    const kind = left.plan === undefined ? left.side : "plan";
    if (unfinished.delete(kind)) await finish(home, scene, left.plan);
    await rm(home, { recursive: true });
    return kind;
  }

  test("at each step and at other moments: the state is as before or after, and the next run works", async () => {
    const scene = await theScene();
    const steps = [
      () => true,
      (seen: ProgramSnapshot) => seen.stderr.includes('"step":"check"'),
      (seen: ProgramSnapshot) => seen.files.some((path) => path.includes("imports")),
      (seen: ProgramSnapshot) => seen.stderr.includes('"step":"compare"'),
      (seen: ProgramSnapshot) => seen.stderr.includes('"step":"commit"'),
      (seen: ProgramSnapshot) => seen.logBytes > 1_000_000,
      (seen: ProgramSnapshot) => seen.stdout.includes("committed"),
    ];
    const unfinished = new Set(["before", "plan"]);
    const atSteps: string[] = [];
    for (const reached of steps) {
      atSteps.push(await killed(scene, unfinished, (running, home) => waitUntil(running, home, reached)));
    }
    const atMoments: string[] = [];
    for (let at = 0; at < MOMENTS; at += 1) {
      // one in each part of the import's length; the machine itself makes it another one with every run
      const afterMs = (scene.lengthMs * (at + 0.5)) / MOMENTS;
      atMoments.push(await killed(scene, unfinished, () => sleep(afterMs)));
    }
    process.stdout.write(
      `  import of ${Math.round(scene.lengthMs)} ms killed: ${[...atSteps, ...atMoments].join(", ")}\n`,
    );
    expect(atSteps[0]).toBe("before");
    expect(atSteps.at(-1)).toBe("after");
    expect(unfinished.has("before")).toBe(false);
  });

  test("at its question: the complete plan stays and can be committed", async () => {
    const scene = await theScene();
    const home = await scene.copy();
    const terminal = startOnTerminal(scene.asking, { home });
    await terminal.shows(scene.line.includes("--yes") ? "Apply to " : `the number of deletions (${GONE}):`);
    terminal.pty.kill("SIGKILL");
    await terminal.ended;
    const { side, plan } = await outcomeOf(home, scene);
    expect(side).toBe("before");
    expect(plan).toBeDefined();
    await finish(home, scene, plan);
  });
});
