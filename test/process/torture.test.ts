import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { freshHome, ROOT } from "#support/process/program.ts";

const RUN = join(ROOT, "test", "torture", "run.ts");

test("the torture run tries some places of two scenes, continues with others, and separates a replay", async () => {
  const state = join(await freshHome(), "state.json");
  const torture = async (...more: readonly string[]): Promise<string> => {
    const small = ["--places", "3", "--scenes", "2", "--minutes", "2", "--state", state, "--seed", "2"];
    // outside of vitest, as a night has it
    const { VITEST: _, ...env } = process.env;
    const { stdout } = await promisify(execFile)(process.execPath, [RUN, ...small, ...more], { env });
    return stdout;
  };
  const triedIn = (table: string): readonly (readonly string[])[] =>
    [...table.matchAll(/^\| \d+ \| ([\w-]+) \|.*\| (\d+) of [\d,]+ \| (\d+) of \d+ \| (\d+|-) \|/gm)].map((row) =>
      row.slice(1),
    );
  const figures = ["--only", "kills", "--only", "disk-faults"];
  const first = await torture(...figures);
  // without a C compiler all is "not tried"
  const isMissing = first.includes("no C compiler");
  const few = ["kills", "disk-faults"].map((figure) => [figure, "6", "2", "0"]);
  expect(triedIn(first)).toEqual(isMissing ? [] : few);
  const continued = isMissing ? [] : [["kills", "12", "4", "0"]];
  expect(triedIn(await torture("--only", "kills", "--resume"))).toEqual(continued);
  const kept = await readFile(state, "utf8");
  const replayed = await torture("--only", "disk-faults", "--scene", "a context", "--place", "eio 1");
  expect(triedIn(replayed)).toEqual(isMissing ? [] : [["disk-faults", "1", "1", "0"]]);
  expect(await readFile(state, "utf8")).toBe(kept);
});

test.each([
  [["--only", "kills", "--only", "nonsense"], "no figure nonsense; there are: random-kills, "],
  [["--only", "kills", "--scene", "nonsense"], "no scene nonsense in kills\n"],
  [["--only", "prototypes", "--scene", "a name", "--place", "nonsense"], "no place nonsense\n"],
  [["--minutes", "abc"], "--minutes needs a number, not abc\n"],
  [["--frobnicate"], "Unknown option '--frobnicate'"],
])("the torture run rejects %j", async (args, message) => {
  const ended = await promisify(execFile)(process.execPath, [RUN, ...args]).catch((error: unknown) => error);
  expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining(message) as string });
});
