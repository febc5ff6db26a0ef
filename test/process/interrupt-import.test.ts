import { cp } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { writePeople } from "#support/process/people-file.ts";
import { freshHome, run, start, startOnTerminal, type TerminalProgram } from "#support/process/program.ts";
import { listHomeFiles, openDatabase, readTenantState, TENANT } from "#support/process/tenant-state.ts";
import { waitUntil } from "#support/process/watching.ts";
import { folderForAllTests } from "#support/folder.ts";

/** Within a second is promised; machines that are busy with other tests get two more. */
const PROMPT_MS = 3_000;

/** Waits for a program that was interrupted, and says how long it took. */
async function answered<T>(what: string, ended: Promise<T>): Promise<T> {
  const begun = performance.now();
  const outcome = await ended;
  const tookMs = performance.now() - begun;
  process.stdout.write(`  ${what}: answered after ${Math.round(tookMs)} ms\n`);
  expect(tookMs).toBeLessThan(PROMPT_MS);
  return outcome;
}

const TENANT_ALONE = ["people.csv", join(TENANT, "tenant.db")];

const original = folderForAllTests();

async function prepareOriginal(): Promise<string> {
  const file = await writePeople(join(original, "people.csv"), { to: 10 });
  await run(["users", "import", file, "--create-orgs", "--yes"], { home: original });
  return readTenantState(original);
}

let prepared: Promise<string> | undefined;

/** A home with a tenant of ten users, and a file of more; made once, copied. */
async function homeWithPeople(to: number): Promise<{ home: string; file: string; before: string }> {
  const before = await (prepared ??= prepareOriginal());
  const home = await freshHome();
  await cp(original, home, { recursive: true });
  return { home, file: await writePeople(join(home, "people.csv"), { to, title: "部長" }), before };
}

describe("before confirmation", () => {
  const moments: readonly (readonly [string, string])[] = [
    ["as the file is sent", '"step":"check"'],
    ["at the question", "Apply to "],
  ];
  const ways: readonly (readonly [string, number, (terminal: TerminalProgram) => void])[] = [
    ["Ctrl-C", 130, (terminal) => terminal.type("\u0003")],
    ["SIGTERM", 143, (terminal) => terminal.pty.kill("SIGTERM")],
  ];
  const cases = moments.flatMap(([moment, sign]) => ways.map((way) => [way[0], moment, sign, way[1], way[2]] as const));

  test.each(cases)("%s %s", async (way, moment, sign, code, interrupt) => {
    const { home, file, before } = await homeWithPeople(20_000);
    const terminal = startOnTerminal(["users", "import", file, "--create-orgs", "--progress", "json"], { home });
    await terminal.shows(sign);
    interrupt(terminal);
    const ended = await answered(`${way} ${moment}`, terminal.ended);
    expect(ended.code).toBe(code);
    expect(ended.screen).toContain("interrupted: nothing was changed");
    expect(await readTenantState(home)).toBe(before);
    expect(await listHomeFiles(home)).toEqual(TENANT_ALONE);
    expect(await run(["users", "import", file, "--create-orgs", "--yes"], { home })).toMatchObject({ code: 0 });
  });

  test("Ctrl-C at the question of a plan that is kept shows its number", async () => {
    const { home, file, before } = await homeWithPeople(20);
    const terminal = startOnTerminal(["users", "import", file, "--create-orgs", "--keep-plan"], { home });
    await terminal.shows("Apply to ");
    terminal.type("\u0003");
    const { code, screen } = await answered("Ctrl-C at the question of a kept plan", terminal.ended);
    expect(code).toBe(130);
    const [, id = ""] = /clomoctl imports commit (P\d+)/.exec(screen) ?? [];
    expect(await readTenantState(home)).toBe(before);
    expect(await run(["imports", "commit", id, "--yes"], { home })).toMatchObject({ code: 0 });
    expect(await listHomeFiles(home)).toEqual(TENANT_ALONE);
  });

  test("a program that is killed at the question leaves its plan, which can be committed", async () => {
    const { home, file, before } = await homeWithPeople(20);
    const terminal = startOnTerminal(["users", "import", file, "--create-orgs"], { home });
    await terminal.shows("Apply to ");
    terminal.pty.kill("SIGKILL");
    await terminal.ended;
    expect(await readTenantState(home)).toBe(before);
    expect(await run(["imports", "commit", "P2", "--yes"], { home })).toMatchObject({ code: 0 });
    expect(await listHomeFiles(home)).toEqual(TENANT_ALONE);
  });

  test("closing the window at the question leaves nothing behind", async () => {
    const { home, file, before } = await homeWithPeople(20);
    const terminal = startOnTerminal(["users", "import", file, "--create-orgs"], { home });
    await terminal.shows("Apply to ");
    terminal.close();
    const { code } = await answered("a closed window at the question", terminal.ended);
    expect(code).toBe(129);
    expect(await readTenantState(home)).toBe(before);
    expect(await listHomeFiles(home)).toEqual(TENANT_ALONE);
  });

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
    ["closing the window", 129],
  ] as const)("%s while waiting for stdin leaves no received data behind", async (signal, exit) => {
    const { home, before } = await homeWithPeople(20);
    const terminal = startOnTerminal(["users", "import", "-", "--yes", "--no-input"], { home });
    // it listens to signals once it has begun to keep what comes
    while (!(await listHomeFiles(home)).some((path) => path.startsWith("tmp"))) await new Promise(setImmediate);
    terminal.type("氏名,メールアドレス\n");
    if (signal === "closing the window") terminal.close();
    else terminal.pty.kill(signal);
    const { code, screen } = await answered(`${signal} as stdin is awaited`, terminal.ended);
    expect(code).toBe(exit);
    // a closed window shows nothing more
    expect(signal === "closing the window" || screen.includes("nothing was changed")).toBe(true);
    // before any other command, which would sweep it
    expect((await listHomeFiles(home)).filter((path) => path.startsWith("tmp"))).toEqual([]);
    expect(await readTenantState(home)).toBe(before);
    expect(await listHomeFiles(home)).toEqual(TENANT_ALONE);
  });
});

describe("during the commit", () => {
  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("after %s the commit is complete or not done, and the output says which", async (signal, code) => {
    const { home, file, before } = await homeWithPeople(20_000);
    const running = start(["users", "import", file, "--create-orgs", "--yes", "--progress", "json"], { home });
    await waitUntil(running, home, ({ stderr }) => stderr.includes('"step":"commit"'));
    running.process.kill(signal);
    const outcome = await answered(`${signal} in the commit`, running.ended);
    const [, said] = /interrupted: ([^;\n]+)/.exec(outcome.stderr) ?? [];
    const state = await readTenantState(home);
    const users = state.split("\r\n").length - 2;
    expect([
      { code, said: "nothing was changed", users: 10, same: true },
      // the commit was over before the signal was seen
      { code, said: "the change was made", users: 20_000, same: false },
      { code: 0, said: undefined, users: 20_000, same: false },
      // a busy machine did not get to its end in 900 ms
      { code, said: "the change may have been made", users: 10, same: true },
      { code, said: "the change may have been made", users: 20_000, same: false },
    ]).toContainEqual({ code: outcome.code, said, users, same: state === before });
    expect(await listHomeFiles(home)).toEqual(TENANT_ALONE);
    const again = await run(["users", "import", file, "--create-orgs", "--yes"], { home });
    expect(again).toMatchObject({ code: 0 });
  });

  test("SIGINT ends waiting for another program's lock, and the tenant stays as it was", async () => {
    const { home, file, before } = await homeWithPeople(20);
    const kept = await run(["users", "import", file, "--create-orgs", "--dry-run", "--keep-plan", "--format", "json"], {
      home,
    });
    const { importId } = JSON.parse(kept.text) as { importId: string };
    const database = openDatabase(home);
    database.exec("begin immediate");
    const running = start(["imports", "commit", importId, "--yes", "--progress", "json"], { home });
    await waitUntil(running, home, ({ stderr }) => stderr.includes('"step":"commit"'));
    running.process.kill("SIGINT");
    const { code, stderr } = await answered("SIGINT as a lock is awaited", running.ended);
    database.close();
    expect(code).toBe(130);
    expect(stderr).toContain("nothing was changed");
    expect(await readTenantState(home)).toBe(before);
    expect(await run(["imports", "commit", importId, "--yes"], { home })).toMatchObject({ code: 0 });
  });
});
