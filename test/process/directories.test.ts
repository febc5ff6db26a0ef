import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ENTRA_NEWER, GOOGLE, type DirectoryExport } from "#support/cli/directories.ts";
import { freshHome, run, startOnTerminal } from "#support/process/program.ts";
import { notePeaks } from "#support/process/peak-memory.ts";

const homeWithOrgs = async (): Promise<{ readonly home: string; readonly file: string }> => {
  const home = await freshHome();
  const orgs = join(home, "orgs.csv");
  await writeFile(orgs, "組織名,組織コード,上位組織コード\n本社,H,\n営業部,S01,H\n総務部,G01,H\n");
  expect(await run(["orgs", "import", orgs, "--yes"], { home })).toMatchObject({ code: 0 });
  return { home, file: join(home, "export.csv") };
};

const DIRECTORIES: readonly (readonly [string, DirectoryExport])[] = [
  ["Entra ID", ENTRA_NEWER],
  ["Google Workspace", GOOGLE],
];

test.each(DIRECTORIES)("%s: the only question is whether to apply the plan", async (_, { build }) => {
  const { home, file } = await homeWithOrgs();
  await writeFile(file, build(0, 20));
  const terminal = startOnTerminal(["users", "import", file], { home });
  await terminal.shows("Apply to ");
  terminal.type("y\r");
  const { code, screen } = await terminal.ended;
  expect(code).toBe(0);
  expect(screen).toContain("create 20");
  expect(screen).not.toContain("Which");
});

/** Most growth for ten times as many users. Caches that fewer users do not fill grow, as for the program's own files. */
const MOST_GROWTH = 1.8;

test.each(DIRECTORIES)("%s: 100,000 users are imported in flat memory", async (service, { build }) => {
  const peaks: number[] = [];
  for (const count of [10_000, 100_000]) {
    const { home, file } = await homeWithOrgs();
    const { env, readPeakMiB } = notePeaks(home);
    await writeFile(file, build(0, count));
    const outcome = await run(["users", "import", file, "--yes", "--format", "json"], { home, env });
    expect(outcome).toMatchObject({ code: 0 });
    expect(JSON.parse(outcome.text)).toMatchObject({ create: count });
    peaks.push(readPeakMiB());
  }
  const [fewer = 0, more = 0] = peaks;
  process.stdout.write(`  ${service}: ${Math.round(fewer)} MiB for 10,000 users, ${Math.round(more)} for 100,000\n`);
  expect(more / fewer).toBeLessThan(MOST_GROWTH);
});
