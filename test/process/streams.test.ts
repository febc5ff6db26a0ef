import { spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { run as runHere } from "#support/cli/home.ts";
import { FIXTURES, freshHome, ROOT, start } from "#support/process/program.ts";

async function peopledHome(): Promise<string> {
  const home = await freshHome();
  const words = ["users", "import", join(FIXTURES, "people.csv"), "--create-orgs", "--yes"];
  expect(await runHere(words, { home })).toMatchObject({ code: 0 });
  return home;
}

test.each([
  ["context list", /^$/],
  ["users list", /^$/],
  ["users import fixtures/people.csv --yes", /^plan for the local tenant/m],
  ["users export --encoding utf-8", /^$/],
])("a reader that closes early is not a failure: %s", async (line, said) => {
  const { process, ended } = start(line.split(" "), { home: await peopledHome() });
  process.stdout?.destroy();
  expect(await ended).toMatchObject({ code: 0, stderr: expect.stringMatching(said) });
});

test("a pipe passes an export from one program to the next unchanged", async () => {
  const home = await peopledHome();
  const clomoctl = `"${process.execPath}" bin/clomoctl.js`;
  const piped = `${clomoctl} users export | ${clomoctl} users import - --yes --format json`;
  const { status, stdout, stderr } = spawnSync("sh", ["-c", piped], {
    cwd: ROOT,
    env: { PATH: process.env["PATH"] ?? "", CLOMOCTL_HOME: home, LANG: "C" },
    encoding: "utf8",
  });
  expect(status, stderr).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ unchanged: 24, create: 0, update: 0, delete: 0, committed: false });
});

test.skipIf(!existsSync("/dev/full"))(
  "stderr on a full disk does not change the exit code, even for an invalid command line",
  async () => {
    const home = await peopledHome();
    const lines = [
      ["bogus", 2],
      ["users bogus", 2],
      ["users list --bogus", 2],
      ["users show nobody@example.jp", 6],
      ["users edit kei.takahashi@example.jp --title 部長", 0, "部長"],
    ] as const;
    for (const [line, wanted, told = ""] of lines) {
      const full = openSync("/dev/full", "w");
      const { status, stdout } = spawnSync(process.execPath, ["bin/clomoctl.js", ...line.split(" ")], {
        env: { ...process.env, CLOMOCTL_HOME: home },
        stdio: ["ignore", "pipe", full],
        encoding: "utf8",
      });
      closeSync(full);
      expect([line, status]).toEqual([line, wanted]);
      expect(stdout).toContain(told);
    }
  },
);
