import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createTestKey } from "#support/apple/simulator/key.ts";
import { createRehearsal } from "#support/commands/ade/simulated.ts";
import { freshFolder, runInBoth } from "#support/commands/program.ts";

/** A folder with a file of steps, and the simulator that they are for. */
function withSteps(...lines: readonly string[]) {
  const folder = freshFolder();
  writeFileSync(join(folder, "steps.txt"), lines.join("\r\n"));
  writeFileSync(join(folder, "key.pem"), createTestKey().certificate);
  const { run, inBoth, ...more } = createRehearsal();
  const doIt = (options = "") => run(`ade simulator do steps.txt${options}`, { folder });
  return {
    ...more,
    folder,
    run: doIt,
    inBoth: (options = "") => inBoth(`ade simulator do steps.txt${options}`, { folder }),
  };
}

test("runs the steps of a file in order and lists the result of each step", async () => {
  const { run, folder, requests } = withSteps(
    // some editors begin a file so
    "\ufeff# a day at Apple",
    "",
    "devices add C02NEW000001 C02NEW000002",
    "  faults terms # signed in April",
    `token --public-key key.pem --server 'Jamf "2"' -o SIMULATOR-t.p7m`,
    "advance 8d --url http://127.0.0.1:8601",
    "",
  );
  const { exit, stdout, stderr } = await run(" --format json");
  expect(JSON.parse(stdout)).toEqual([
    { line: 3, step: "devices add", result: ["C02NEW000001", "C02NEW000002"] },
    { line: 4, step: "faults", result: ["terms"] },
    { line: 5, step: "token", result: ["SIMULATOR-t.p7m"] },
    { line: 6, step: "advance", result: ["2026-11-28T01:00:00Z"] },
  ]);
  expect([exit, stderr]).toEqual([
    0,
    "written: SIMULATOR-t.p7m\nto set the token: clomoctl ade token set SIMULATOR-t.p7m\n",
  ]);
  expect(existsSync(join(folder, "SIMULATOR-t.p7m"))).toBe(true);
  expect(requests.map(({ asked }) => asked)).toEqual([
    "POST http://127.0.0.1:8600/_simulator/devices",
    "POST http://127.0.0.1:8600/_simulator/faults",
    "POST http://127.0.0.1:8600/_simulator/tokens",
    "POST http://127.0.0.1:8601/_simulator/advance",
  ]);
  expect(requests[2]?.body).toMatchObject({ server: 'Jamf "2"' });
});

test("an option can come before the file", async () => {
  const { run, requests } = createRehearsal();
  expect(await run("ade simulator do --url http://127.0.0.1:8602 -", { stdin: "advance 1d" })).toMatchObject({
    exit: 0,
  });
  expect(requests.map(({ asked }) => asked)).toEqual(["POST http://127.0.0.1:8602/_simulator/advance"]);
});

test("the URL of the command applies to lines without a URL, and stdin can be the file", async () => {
  const { run, requests } = createRehearsal();
  const line = "ade simulator do - --url http://127.0.0.1:8602";
  expect(await run(line, { stdin: "advance 1d\nfaults --clear" })).toMatchObject({
    exit: 0,
    stdout: 'line\tstep\tresult\n1\tadvance\t["2026-11-21T01:00:00Z"]\n2\tfaults\t[]\n',
  });
  expect(requests.map(({ asked }) => asked.slice(0, 32))).toEqual([
    "POST http://127.0.0.1:8602/_simu",
    "DELETE http://127.0.0.1:8602/_si",
  ]);
});

test("a step that fails names its line and keeps its exit code; only earlier steps are done", async () => {
  const { inBoth, serials } = withSteps("devices add", "devices release ELSEWHERE", "devices add");
  const { en, ja } = await inBoth();
  expect(en).toMatchObject({
    exit: 6,
    stderr:
      "steps done: 1/3, up to line 1 of steps.txt\nerror: devices not in the simulated organisation: ELSEWHERE\n  steps.txt:2\n  add the devices first: clomoctl ade simulator do devices add\n",
  });
  expect(ja.stderr).toContain("実行済みの手順: 1/3(steps.txt の 1 行目まで)\nエラー: ");
  expect(serials()).toHaveLength(25 + 2);
});

test.each([
  ["tokn --public-key key.pem", 'unknown step "tokn"', "did you mean token?", "「tokn」という手順はありません"],
  ["device add", 'unknown step "device"', "did you mean devices add?", "「devices add」ではありませんか?"],
  ["start", 'unknown step "start"', "use one of: advance, ", "次のいずれか: advance, "],
  ["token", "the option --public-key FILE is missing", "example: clomoctl ade simulator do token", "がありません"],
  ["advance soon", "must be a number of days or weeks", "90d", "例: 90d"],
  ["advance 8d --format json", "unknown option --format", "see clomoctl ade simulator do advance --help", "--format"],
  ["faults terms --clear", "--clear cannot be used with FAULT", "", "同時に指定できません"],
  ["vpp-token --org 'Tokyo", "the line ends inside quotes or with a backslash", "close the quotes", "引用符"],
  ["devices add \\", "the line ends inside quotes or with a backslash", "close the quotes", "引用符"],
  ["vpp-token --org Tokyo -o token", "must contain SIMULATOR", "-o SIMULATOR-token", "SIMULATOR を含めて"],
  [
    "vpp-token --org Tokyo -o -",
    "a step in a file cannot write to stdout",
    "specify a file with -o, or leave out -o",
    "標準出力に書き出せません",
  ],
])("%s: reports the line and what to do before anything is done", async (line, what, remedy, ja) => {
  const { inBoth, requests } = withSteps("devices add", line);
  const both = await inBoth();
  expect(both.en).toMatchObject({ exit: 2, stdout: "", stderr: expect.stringContaining(what) });
  expect(both.en.stderr).toContain("\n  steps.txt:2");
  expect(both.en.stderr).toContain(remedy);
  expect(both.ja.stderr).toContain(ja);
  expect(requests).toEqual([]);
});

test("refuses to replace an existing file before any step runs", async () => {
  const { inBoth, run, folder, requests } = withSteps("devices add", "vpp-token --org Tokyo -o SIMULATOR.vpptoken");
  writeFileSync(join(folder, "SIMULATOR.vpptoken"), "theirs");
  const { en, ja } = await inBoth();
  expect(en).toMatchObject({ exit: 2, stdout: "", stderr: expect.stringContaining("SIMULATOR.vpptoken") });
  expect(ja.exit).toBe(2);
  expect(requests).toEqual([]);
  expect(await run(" --overwrite")).toMatchObject({ exit: 0 });
});

test("a word that is not a step is a file name", async () => {
  const { en, ja } = await runInBoth("ade simulator do tokn --url http://127.0.0.1:9", { folder: freshFolder() });
  expect(en).toMatchObject({ exit: 6, stdout: "", stderr: expect.stringContaining("tokn") });
  expect(ja.exit).toBe(6);
});
