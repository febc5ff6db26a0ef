import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { writePeople } from "#support/process/people-file.ts";
import { freshHome, run, start } from "#support/process/program.ts";
import { listHomeFiles, readTenantState, TENANT } from "#support/process/tenant-state.ts";
import { waitUntil, type ProgramSnapshot } from "#support/process/watching.ts";

const USERS = 6_000;
/** Half of the fifty organisations, with half of the users. */
const GONE = Array.from({ length: 25 }, (_, at) => `S${at * 2}`);
const LINE = ["orgs", "delete", ...GONE, "--recursive", "--progress", "json"];
const CONFIRMED = ["--confirm-deletions", String(USERS / 2 + GONE.length)];

interface Scene {
  readonly home: string;
  readonly before: string;
  readonly after: string;
}

async function sceneOf(): Promise<Scene> {
  const home = await mkdtemp(join(tmpdir(), "clomoctl-crash-deletion-"));
  const file = await writePeople(join(home, "people.csv"), { to: USERS });
  const { code, stderr } = await run(["users", "import", file, "--create-orgs", "--yes"], { home });
  if (code !== 0) throw new Error(stderr);
  await rm(file);
  const before = await readTenantState(home);
  const whole = await copyOf(home);
  expect(await run([...LINE, ...CONFIRMED], { home: whole })).toMatchObject({ code: 0 });
  return { home, before, after: await readTenantState(whole) };
}

async function copyOf(template: string): Promise<string> {
  const home = await freshHome();
  await cp(template, home, { recursive: true });
  return home;
}

const scene = sceneOf();
afterAll(async () => rm((await scene).home, { recursive: true }));

const EITHER = ["before", "after"];

test.each<readonly [name: string, reached: (seen: ProgramSnapshot) => boolean, sides: readonly string[]]>([
  ["as it starts", () => true, ["before"]],
  ["as it commits", ({ stderr }) => stderr.includes('"step":"commit"'), EITHER],
  ["as it writes", ({ logBytes }) => logBytes > 200_000, EITHER],
  ["as it has committed", ({ stdout }) => stdout.includes("committed"), ["after"]],
])("a recursive deletion killed %s leaves all organisations and users, or none", async (_, reached, sides) => {
  const { home: template, before, after } = await scene;
  const home = await copyOf(template);
  const running = start([...LINE, ...CONFIRMED], { home });
  await waitUntil(running, home, reached);
  running.process.kill("SIGKILL");
  await running.ended;
  const state = await readTenantState(home);
  const sideOf = new Map([
    [before, "before"],
    [after, "after"],
  ]);
  expect(sides).toContain(sideOf.get(state));
  // the next run does the rest, and what killed ones left is gone once it is discarded
  const rest = state === after ? [] : [await run([...LINE, ...CONFIRMED], { home })];
  expect(rest.filter(({ code }) => code !== 0)).toEqual([]);
  expect((await readTenantState(home)) === after).toBe(true);
  const { text } = await run(["imports", "list", "--format", "json"], { home });
  const open = (JSON.parse(text) as readonly { id: string; state: string; kind: string }[]).filter(
    (one) => one.state === "planned",
  );
  for (const { id } of open.toReversed()) await run(["imports", "discard", id], { home });
  expect(await listHomeFiles(home)).toEqual([join(TENANT, "tenant.db")]);
});
