import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { writePeople } from "#support/process/people-file.ts";
import { freshHome, run, start, type Outcome } from "#support/process/program.ts";
import { listHomeFiles, openDatabase, readTenantState, TENANT } from "#support/process/tenant-state.ts";
import { waitUntil, type ProgramSnapshot } from "#support/process/watching.ts";

const idOf = ({ text }: Outcome): string => (JSON.parse(text) as { importId: string }).importId;

const keep = ["--dry-run", "--keep-plan", "--format", "json"];

describe("two imports at once", () => {
  const overlaps: readonly [string, (seen: ProgramSnapshot) => boolean][] = [
    ["both begin on a tenant that is not there yet", () => true],
    ["one begins when the other stages", ({ files }) => files.some((path) => path.endsWith(".db"))],
    ["one begins when the other has its plan", ({ stderr }) => stderr.includes("plan for")],
    ["one begins when the other commits", ({ stderr }) => stderr.includes('"step":"commit"')],
  ];

  test.each(overlaps)(
    "%s: the result is one import or both in turn, and a failed import reports why",
    async (_name, overlap) => {
      const home = await freshHome();
      const people = await Promise.all([
        writePeople(join(home, "a.csv"), { to: 12_000, title: "課長" }),
        writePeople(join(home, "b.csv"), { from: 1_000, to: 9_000, title: "部長" }),
      ]);
      const [a, b] = people.map((file) => ["users", "import", file, "--create-orgs", "--yes", "--progress", "json"]);
      const first = start(a ?? [], { home });
      await waitUntil(first, home, overlap);
      const outcomes = await Promise.all([first.ended, run(b ?? [], { home })]);
      expect(outcomes.map(({ code }) => code)).toContain(0);
      const losers = outcomes.filter(({ code }) => code !== 0);
      for (const { code, stderr } of losers) {
        expect(code, stderr).toBe(5);
        expect(stderr).toMatch(/the plan would now make different changes|another process is changing the tenant/);
        const lost = (outcomes[0]?.code === 0 ? b : a) ?? [];
        expect(await run(lost, { home })).toMatchObject({ code: 0 });
      }
      const state = await readTenantState(home);
      expect(state.split("\r\n").length - 2).toBe(12_000);
      expect(await listHomeFiles(home)).toEqual(["a.csv", "b.csv", join(TENANT, "tenant.db")]);
    },
  );

  test("several commands that create the same tenant agree on it", async () => {
    const home = await freshHome();
    const outcomes = await Promise.all(Array.from({ length: 6 }, () => run(["orgs", "list"], { home })));
    expect(outcomes.map(({ code, stderr }) => ({ code, stderr }))).toEqual(
      Array.from({ length: 6 }, () => ({ code: 0, stderr: "" })),
    );
    expect(new Set(outcomes.map(({ text }) => text)).size).toBe(1);
  });
});

describe("a lock held by another program", () => {
  function lock(home: string): Disposable {
    const database = openDatabase(home);
    database.exec("begin immediate");
    return { [Symbol.dispose]: () => database.close() };
  }

  test("delays writing commands by up to five seconds, and reading commands not at all", async () => {
    const home = await freshHome();
    const file = await writePeople(join(home, "a.csv"), { to: 40 });
    const plan = idOf(await run(["users", "import", file, "--create-orgs", ...keep], { home }));
    {
      using _held = lock(home);
      const [imported, committed, listed] = await Promise.all([
        run(["users", "import", file, "--create-orgs", "--yes"], { home }),
        run(["imports", "commit", plan, "--yes"], { home }),
        run(["orgs", "list"], { home }),
      ]);
      expect(listed.code).toBe(0);
      for (const { code, text, stderr } of [imported, committed]) {
        expect({ code, text }).toEqual({ code: 5, text: "" });
        expect(stderr).toContain("another process is changing the tenant");
      }
      expect(committed.stderr).toContain("clomoctl imports commit P1");
    }
    expect(await run(["imports", "commit", plan, "--yes"], { home })).toMatchObject({ code: 0 });
    expect(await listHomeFiles(home)).toEqual(["a.csv", join(TENANT, "tenant.db")]);
  });
});
