import { chmodSync } from "node:fs";
import { userInfo } from "node:os";
import { PassThrough, type Duplex } from "node:stream";
import { expect, test } from "vitest";
import { type Command, defineCommand, type Outcome, type VerbNode } from "../commands/kit/command.ts";
import { freshFolder } from "#support/commands/program.ts";
import type { Tools } from "../commands/kit/tools.ts";
import { Failure } from "../lib/errors/index.ts";
import { same, text } from "../lib/text/index.ts";
import { selectErrorStyle } from "./command-line.ts";
import { readWords } from "./parse.ts";
import { runVerb } from "./run.ts";
import { createFakeEnvironment, type FakeEnvironment } from "#support/cli/outside.ts";

const about = same("for tests");

type Work = (tools: Tools, made: FakeEnvironment) => Promise<Outcome>;

interface Ended {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly tenants: readonly string[];
}

async function ending(
  work: Work,
  words: readonly string[] = [],
  failureExit?: number,
  stdout?: Duplex,
  more: Partial<Pick<Command, "changes" | "plans" | "shows">> = {},
): Promise<Ended> {
  const made = createFakeEnvironment(freshFolder(), stdout);
  const command = defineCommand({
    summary: about,
    args: {},
    options: {},
    examples: [],
    exits: [],
    ...more,
    run: (tools) => work(tools, made),
  });
  const verb: VerbNode = {
    name: "try",
    summary: about,
    failureExit,
    load: async () => ({ default: command }),
  };
  const line = { ...readWords(["try"], command, words), verb, words };
  const exit = await runVerb(made.outside, selectErrorStyle(line.options, {}), line);
  return { exit, stdout: String(made.stdout.read() ?? ""), stderr: made.stderr(), tenants: made.tenants };
}

const conflict = new Failure("conflict", { what: text("changed", "変更"), where: "a.csv", hint: same("again") });

test.each([
  [undefined, 0],
  ["partial", 8],
  ["differs", 9],
  [1, 1],
] as const)("a verb that ends with %s exits with %i and prints nothing", async (outcome, exit) => {
  expect(await ending(async () => outcome)).toEqual({ exit, stdout: "", stderr: "", tenants: [] });
});

test("a failure is printed and its code is the exit code, unless the verb has its own", async () => {
  const failing: Work = () => Promise.reject(conflict);
  const stderr = "error: changed\n  a.csv\n  again\n";
  expect(await ending(failing)).toMatchObject({ exit: 5, stdout: "", stderr });
  expect(await ending(failing, [], 3)).toMatchObject({ exit: 3, stderr });
  expect((await ending(failing, ["--lang", "ja"])).stderr).toMatch(/^エラー: 変更\n/);
  expect((await ending(failing, ["--verbose"])).stderr).toBe(stderr);
});

test("the tenant is closed when the work ends, successfully or not", async () => {
  const tenants = ["open local", "close local"];
  expect(await ending(async (tools) => void (await tools.tenant()))).toMatchObject({ exit: 0, tenants });
  const failing: Work = async (tools) => {
    await tools.tenant();
    throw conflict;
  };
  expect(await ending(failing)).toMatchObject({ exit: 5, tenants });
});

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
])("%s ends the command with %i and prints the state that the verb describes once", async (signal, exit) => {
  const interrupted: Work = async (tools, { host }) => {
    tools.describeState(() => text("nothing was changed", "何も変更していません"));
    host.emit(signal);
    tools.signal.throwIfAborted();
  };
  const stderr = "error: interrupted: nothing was changed\n";
  expect(await ending(interrupted)).toMatchObject({ exit, stdout: "", stderr });
  expect(await ending(interrupted, [], 3)).toMatchObject({ exit, stderr });
  expect((await ending(interrupted, ["--lang", "ja"])).stderr).toBe("エラー: 中断しました: 何も変更していません\n");
});

test("a signal ends a long result even if nobody reads it", async () => {
  const stalled = new PassThrough({ highWaterMark: 1 });
  const long: Work = async ({ terminal }, { host }) => {
    setImmediate(() => host.emit("SIGINT"));
    for (;;) await terminal.out.write("row\n");
  };
  const { exit, stderr } = await ending(long, [], undefined, stalled);
  expect({ exit, stderr }).toEqual({ exit: 130, stderr: "error: interrupted: nothing was changed\n" });
});

test("a signal counts even if the work succeeds or fails for another reason", async () => {
  const well: Work = async (_, { host }) => void host.emit("SIGINT");
  expect(await ending(well)).toMatchObject({
    exit: 130,
    stderr: expect.stringMatching(/^error: interrupted: [^\n]+\n$/),
  });
  const badly: Work = async (_, { host }) => {
    host.emit("SIGINT");
    throw conflict;
  };
  expect(await ending(badly)).toMatchObject({
    exit: 130,
    stderr: expect.stringMatching(/^error: interrupted: [^\n]+\n$/),
  });
});

const slow = (): Duplex =>
  new PassThrough({ transform: (chunk: Buffer, _, done) => void setTimeout(() => done(null, chunk), 5) });

test("all output is written before the program ends, successfully or not", async () => {
  const writing: Work = async ({ terminal }) => {
    for (const piece of ["a", "b", "c"]) await terminal.out.write(Buffer.from(piece));
  };
  expect(await ending(writing, [], undefined, slow())).toMatchObject({ exit: 0, stdout: "abc" });
  const failing: Work = async (tools, made) => {
    await writing(tools, made);
    throw conflict;
  };
  expect(await ending(failing, [], undefined, slow())).toMatchObject({ exit: 5, stdout: "abc" });
});

test.each([
  ["output that cannot be written", new Error("disk on fire"), 1, "unexpected error: disk on fire"],
  ["a conflict", conflict, 5, conflict.what.en],
])("a permanent change is reported before %s, and in the message of a signal", async (_, error, exit, what) => {
  const failing: Work = (tools) => {
    tools.describeDone(same("the change was made"));
    return Promise.reject(error);
  };
  const failed = await ending(failing);
  expect(failed).toMatchObject({ exit, stderr: expect.stringMatching(`^the change was made\nerror: ${what}`) });
  const interrupted: Work = async (tools, { host }) => {
    tools.describeDone(same("the change was made"));
    host.emit("SIGINT");
  };
  expect((await ending(interrupted)).stderr).toBe("error: interrupted: the change was made\n");
  const undone: Work = (tools) => {
    tools.describeDone(same("the change was made"));
    tools.describeState(() => same("nothing more was changed"));
    return Promise.reject(conflict);
  };
  expect((await ending(undone)).stderr).not.toContain("the change was made");
});

async function inOpenHome(
  more: Partial<Pick<Command, "changes" | "changesBy" | "opensTenant" | "readsTenants">>,
  words = "",
) {
  const home = freshFolder();
  chmodSync(home, 0o777);
  const made = createFakeEnvironment(home);
  let hasRun = false;
  const command = defineCommand({
    summary: about,
    args: {},
    options: {
      dryRun: { kind: "boolean", about },
      keepPlan: { kind: "boolean", about },
      answers: { kind: "file", about },
    },
    examples: [],
    exits: [],
    ...more,
    run: async () => void (hasRun = true),
  });
  const verb: VerbNode = { name: "try", summary: about, load: async () => ({ default: command }) };
  const typed = words.split(" ").filter((word) => word !== "");
  const outside = { ...made.outside, userId: userInfo().uid };
  const line = { ...readWords(["try"], command, typed), verb, words: typed };
  const exit = await runVerb(outside, selectErrorStyle(line.options, {}), line);
  return { exit, hasRun, stderr: made.stderr().replaceAll(home, "HOME") };
}

const WARNED = "warning: other users can write to HOME: chmod go-w HOME\n";
const REFUSED =
  "error: other users can write to HOME; nothing was changed\n  run: chmod go-w HOME; or set CLOMOCTL_HOME to a folder of your own\n";

test.skipIf(process.platform === "win32").each([
  ["a change is refused", { changes: true } as const, "", 4, REFUSED],
  ["so is a plan that is kept", { changes: true } as const, "--dry-run --keep-plan", 4, REFUSED],
  ["so are settings", { changes: true, opensTenant: false } as const, "", 4, REFUSED],
  ["so is an option by which a command changes", { changesBy: ["answers"] } as const, "--answers a.yaml", 4, REFUSED],
  ["without that option it warns", { changesBy: ["answers"] } as const, "", 0, WARNED],
  ["what is only tried warns", { changes: true } as const, "--dry-run", 0, WARNED],
  ["what reads a tenant warns", {}, "", 0, WARNED],
  ["what reads all tenants warns", { opensTenant: false, readsTenants: true } as const, "", 0, WARNED],
  ["what reads nothing of the home says nothing", { opensTenant: false } as const, "", 0, ""],
])("if others can write to the home, %s", async (_, more, words, exit, stderr) => {
  expect(await inOpenHome(more, words)).toEqual({ exit, stderr, hasRun: exit === 0 });
});

const failingAtEnd = (error: Error): AsyncDisposable => ({
  async [Symbol.asyncDispose]() {
    throw error;
  },
});

test.each([
  ["an unexpected error", new Error("disk on fire"), 1, "error: unexpected error: disk on fire\n"],
  ["a failure", conflict, 5, "error: changed\n"],
])("%s stays the error, and failures of the clean-up are warnings", async (_, error, exit, first) => {
  const failing: Work = async () => {
    await using _a = failingAtEnd(new Error("first file left"));
    await using _b = failingAtEnd(Object.assign(new Error("EIO: i/o error, unlink"), { code: "EIO", path: "/tmp/b" }));
    throw error;
  };
  const ended = await ending(failing);
  expect(ended).toMatchObject({ exit, stderr: expect.stringContaining(first) });
  expect(ended.stderr.split("\n").slice(0, 2)).toEqual([
    "warning: the clean-up also failed: disk I/O error (/tmp/b)",
    "warning: the clean-up also failed: unexpected error: first file left",
  ]);
  expect((await ending(failing, ["--lang", "ja"])).stderr).toContain("警告: 後処理にも失敗しました: ");
  expect((await ending(failing, ["--verbose"])).stderr).not.toContain("suppressed");
});

test("a tenant that cannot be closed after the work is a warning", async () => {
  const made = async (tools: Tools, { outside }: FakeEnvironment): Promise<Outcome> => {
    const { openTenant } = outside;
    Object.assign(outside, {
      openTenant: async (...asked: Parameters<typeof openTenant>) => ({
        ...(await openTenant(...asked)),
        close: () => Promise.reject(new Error("disk on fire")),
      }),
    });
    await tools.tenant();
    return undefined;
  };
  expect(await ending(made)).toMatchObject({
    exit: 0,
    stderr: "warning: the clean-up failed: unexpected error: disk on fire\n",
  });
});
