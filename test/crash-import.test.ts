import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { writePeople } from "./people-file.ts";
import { run, start, startOnTerminal } from "./program.ts";
import { filesOf, stateOf, TENANT } from "./tenant-state.ts";
import { until, type Seen } from "./watching.ts";

/** A tenant before an import, the import, and the tenant after it. */
interface Scene {
  readonly before: string;
  readonly after: string;
  /** the whole import, with all confirmations */
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
  "an empty tenant": { has: { to: 0 }, options: [], confirmed: ["--yes"] },
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
  if (has.to === 0) await run(["orgs", "list"], { home: template });
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
  return { before: await stateOf(template), after: await stateOf(whole), asking, line, copy, lengthMs, home };
}

async function mustRun(home: string, line: readonly string[]): Promise<string> {
  const { code, stderr, text } = await run(line, { home });
  if (code !== 0) throw new Error(`${line.join(" ")} ended with ${code}:\n${stderr}`);
  return text;
}

const PLAN = /^tenants.embedded.imports.([0-9a-f-]{36})\.db$/;

/** Where a killed import left the tenant, and the id of its plan, where that is whole. */
interface Left {
  readonly side: "before" | "after";
  readonly plan: string | undefined;
}

/** Says whether the tenant is as before or as after, after one more command, which leaves one whole plan at most. */
async function outcomeOf(home: string, { before, after }: Scene): Promise<Left> {
  const state = await stateOf(home);
  expect([before, after].includes(state)).toBe(true);
  const side = state === after ? "after" : "before";
  const others = (await filesOf(home)).filter((path) => path !== join(TENANT, "tenant.db"));
  const plans = others.map((path) => PLAN.exec(path)?.[1]);
  expect(others).toEqual(side === "after" || plans[0] === undefined ? [] : others.slice(0, 1));
  return { side, plan: plans[0] };
}

/** What is left undone can be done now: by the plan that stayed, else by the same import. */
async function finish(home: string, scene: Scene, plan: string | undefined): Promise<void> {
  const confirmed = scene.line.slice(scene.asking.length);
  await mustRun(home, plan === undefined ? scene.line : ["imports", "commit", plan, ...confirmed]);
  expect((await stateOf(home)) === scene.after).toBe(true);
  expect(await filesOf(home)).toEqual([join(TENANT, "tenant.db")]);
}

/** Dozens of imports take their time on a machine that is busy with other tests. */
const SERIES_MS = 180_000;

describe.each(Object.entries(SCENES))("kill -9 in an import into %s", { timeout: SERIES_MS }, (_name, setting) => {
  let made: Promise<Scene> | undefined;
  const theScene = (): Promise<Scene> => (made ??= sceneOf(setting));
  afterAll(async () => rm((await theScene()).home, { recursive: true }));

  test("25 times over its length: as before or as after, and the next run works", async () => {
    const scene = await theScene();
    const seen = { before: 0, after: 0, plans: 0 };
    for (let at = 0; at < 25; at += 1) {
      const home = await scene.copy();
      const { process: child, ended } = start(scene.line, { home });
      if (at > 0) await new Promise((resolve) => setTimeout(resolve, (scene.lengthMs * at) / 22));
      child.kill("SIGKILL");
      await ended;
      const { side, plan } = await outcomeOf(home, scene);
      seen[side] += 1;
      if (plan !== undefined) seen.plans += 1;
      if (plan !== undefined && seen.plans === 1) await finish(home, scene, plan);
      await rm(home, { recursive: true });
    }
    process.stdout.write(`  import of ${Math.round(scene.lengthMs)} ms killed 25 times: ${JSON.stringify(seen)}\n`);
    expect(seen.before).toBeGreaterThan(0);
  });

  test("at each of its steps: as before or as after, and the next run works", async () => {
    const scene = await theScene();
    const steps = [
      (seen: Seen) => seen.stderr.includes('"step":"check"'),
      (seen: Seen) => seen.files.some((path) => path.includes("imports")),
      (seen: Seen) => seen.stderr.includes('"step":"compare"'),
      (seen: Seen) => seen.stderr.includes('"step":"commit"'),
      (seen: Seen) => seen.logBytes > 1_000_000,
      (seen: Seen) => seen.stdout.includes("committed"),
    ];
    const sides: string[] = [];
    for (const reached of steps) {
      const home = await scene.copy();
      const running = start(scene.line, { home });
      await until(running, home, reached);
      running.process.kill("SIGKILL");
      await running.ended;
      const { side, plan } = await outcomeOf(home, scene);
      sides.push(side);
      if (side === "before") await finish(home, scene, plan);
    }
    expect(sides.at(-1)).toBe("after");
  });

  test("at its question: the whole plan stays, and can be committed", async () => {
    const scene = await theScene();
    const home = await scene.copy();
    const terminal = startOnTerminal(scene.asking, { home });
    await terminal.shows(scene.line.includes("--yes") ? "Apply this plan" : "Type this number");
    terminal.pty.kill("SIGKILL");
    await terminal.ended;
    const { side, plan } = await outcomeOf(home, scene);
    expect(side).toBe("before");
    expect(plan).toBeDefined();
    await finish(home, scene, plan);
  });
});
