import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { writePeople } from "#support/process/people-file.ts";
import { freshHome, run, start, type Outcome } from "#support/process/program.ts";
import { filesOf, stateOf, TENANT } from "#support/process/tenant-state.ts";
import { until, type Seen } from "#support/process/watching.ts";

const USERS = 6_000;

interface Moment {
  readonly name: string;
  readonly reached: (seen: Seen) => boolean;
}

const says = (part: string): Moment => ({ name: `it says ${part}`, reached: ({ stderr }) => stderr.includes(part) });
const writes = (part: string): Moment => ({
  name: `it writes ${part}`,
  reached: ({ files }) => files.some((path) => path.includes(part)),
});

/** Kills a command at a moment, or finds it ended. */
async function killed(line: readonly string[], home: string, { reached }: Moment): Promise<void> {
  const running = start(line, { home });
  await until(running, home, reached);
  running.process.kill("SIGKILL");
  await running.ended;
}

const idOf = ({ text }: Outcome): string => (JSON.parse(text) as { importId: string }).importId;

/** A home with users, its file, the import of that file, if it was imported, and the users before it. */
interface Home {
  readonly home: string;
  readonly file: string;
  readonly id: string;
  readonly before: string;
}

async function makeHome(imported: boolean): Promise<Home> {
  const home = await mkdtemp(join(tmpdir(), "clomoctl-crash-other-"));
  const file = join(home, "people.csv");
  await run(["users", "import", await writePeople(file, { to: USERS, title: "主任" }), "--create-orgs", "--yes"], {
    home,
  });
  const before = await stateOf(home);
  await writePeople(file, { to: USERS });
  const id = imported ? idOf(await run(["users", "import", file, "--yes", "--format", "json"], { home })) : "";
  return { home, file, id, before };
}

const made = new Map<boolean, Promise<Home>>();
afterAll(async () => {
  for (const template of made.values()) await rm((await template).home, { recursive: true });
});

/** A home whose users have another title than in its people.csv, which is imported if that is asked; made once, copied. */
async function homeWithUsers(imported: boolean): Promise<Home> {
  const template = made.get(imported) ?? makeHome(imported);
  made.set(imported, template);
  const { home: original, ...rest } = await template;
  const home = await freshHome();
  await cp(original, home, { recursive: true });
  return { ...rest, home, file: join(home, "people.csv") };
}

/** The ids of plans that may still be committed or verified. */
async function openPlans(home: string): Promise<readonly string[]> {
  const { text } = await run(["imports", "list", "--format", "json"], { home });
  const imports = JSON.parse(text) as readonly { readonly id: string; readonly state: string }[];
  return imports.filter(({ state }) => ["planned", "awaiting-console"].includes(state)).map(({ id }) => id);
}

const TENANT_ALONE = ["people.csv", join(TENANT, "tenant.db")];

describe("kill -9 in imports revert", () => {
  const moments = [says("plan for"), says('"step":"commit"'), { name: "it has begun", reached: () => true }];

  test.each(moments)("when $name: undone whole or not at all, and it can be done now", async (moment) => {
    const { home, id, before } = await homeWithUsers(true);
    const after = await stateOf(home);
    const line = ["imports", "revert", id, "--yes", "--progress", "json"];
    await killed(line, home, moment);
    const state = await stateOf(home);
    expect([before, after].includes(state)).toBe(true);
    expect(await filesOf(home)).toEqual(TENANT_ALONE);
    // once undone it cannot be undone again
    expect(await run(line, { home })).toMatchObject({ code: state === before ? 5 : 0 });
    expect((await stateOf(home)) === before).toBe(true);
  });
});

describe("kill -9 in imports verify", () => {
  const moments = [writes(".copy.db"), writes(".export.db"), says('"step":"check"'), says('"step":"compare"')];

  test.each(moments)("when $name: verified whole or not at all, and it can be done now", async (moment) => {
    const { home, file, before } = await homeWithUsers(false);
    const emit = ["users", "import", file, "--emit-csv", join(home, "console.csv"), "--yes", "--format", "json"];
    const id = idOf(await run(emit, { home }));
    const line = ["imports", "verify", id, "--against", file, "--progress", "json"];
    await killed(line, home, moment);
    const waits = (await stateOf(home)) === before;
    const plan = waits ? [join(TENANT, "imports", `${id}.db`)] : [];
    expect(await filesOf(home)).toEqual(["console.csv", "people.csv", ...plan, join(TENANT, "tenant.db")]);
    expect(await run(line, { home })).toMatchObject({ code: waits ? 0 : 5 });
    expect((await stateOf(home)).includes("主任")).toBe(false);
    expect(await filesOf(home)).toEqual(["console.csv", "people.csv", join(TENANT, "tenant.db")]);
  });
});

describe("kill -9 as a file is written", () => {
  const OLD = "as it was before\r\n";
  const cases = [
    { option: "--emit-csv", line: (file: string) => ["users", "import", file, "--yes"], code: 0 },
    { option: "--report", line: (file: string) => ["users", "import", file, "--dry-run"], code: 0 },
    { option: "--errors", line: (file: string) => ["users", "import", file, "--yes"], code: 3 },
    { option: "-o", line: () => ["users", "export"], code: 0 },
  ];

  test.each(cases)("by $option: the old file stays whole, or the new one is", async ({ option, line, code }) => {
    const { home, file } = await homeWithUsers(false);
    if (code === 3) {
      const rows = Array.from({ length: USERS }, (_, n) => `,no address ${n}`);
      await writeFile(file, ["氏名,メールアドレス", ...rows, ""].join("\r\n"));
    }
    const target = join(home, "target.csv");
    const whole = [...line(file), option, target, "--overwrite"];
    const temporary = { name: "", reached: ({ homeFiles }: Seen) => homeFiles.some((name) => name.endsWith(".tmp")) };
    await writeFile(target, OLD);
    await killed(whole, home, temporary);
    const left = await readFile(target, "utf8");
    const plan = (await openPlans(home)).map((id) => join(TENANT, "imports", `${id}.db`));
    expect(await filesOf(home)).toEqual(["people.csv", "target.csv", ...plan, join(TENANT, "tenant.db")].toSorted());
    expect(await run(whole, { home })).toMatchObject({ code });
    const written = await readFile(target, "utf8");
    expect([OLD, written].includes(left)).toBe(true);
    expect(written).not.toBe(OLD);
  });
});
