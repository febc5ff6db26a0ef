import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { createProgramRunner, type RunProgram } from "./programs.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "clomoctl-programs-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
});

/** Puts a shell script on the PATH. */
const program = (name: string, script: string, mode = 0o700): void => {
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, name), mode);
};

const { signal } = new AbortController();

/** The programs of the folder. */
const run: RunProgram = (name, args, given) =>
  createProgramRunner({ PATH: folder, OWN: "own" }, signal)(name, args, given);

test("returns a program's exit code, bytes and text, and passes its arguments unchanged", async () => {
  program("tell", String.raw`printf 'a\377%s' "$2"; printf '理由' >&2; exit 3`);
  expect(await run("tell", ["x", "b c"])).toEqual({
    code: 3,
    stdout: Buffer.from([0x61, 0xff, ...Buffer.from("b c")]),
    stderr: "理由",
  });
});

test("passes the input to the program, or an empty input", async () => {
  program("take", "/bin/cat");
  const input = Buffer.from([0, 1, 0xff]);
  expect(await run("take", [], { input })).toMatchObject({ code: 0, stdout: input });
  expect(await run("take", [])).toMatchObject({ code: 0, stdout: Buffer.alloc(0) });
});

test("a program that does not read its input may end with any code", async () => {
  program("ignore", "exec 0<&-; exit 4");
  expect(await run("ignore", [], { input: Buffer.alloc(1 << 20) })).toMatchObject({ code: 4 });
});

test("passes the environment, and additional variables that override it", async () => {
  program("see", 'echo "$OWN $MORE"');
  expect((await run("see", []))?.stdout.toString()).toBe("own \n");
  const environment = { OWN: "other", MORE: "more" };
  expect((await run("see", [], { environment }))?.stdout.toString()).toBe("other more\n");
});

test("a program that a signal ended has no exit code", async () => {
  program("die", "kill -9 $$");
  expect(await run("die", [])).toMatchObject({ code: null });
});

test.each([
  ["is not there", (): string => folder],
  ["may not be run", (): string => join(folder, "closed")],
  ["is looked for in what is not a folder", (): string => join(folder, "closed", "own")],
])("a program that %s is missing", async (_, path) => {
  mkdirSync(join(folder, "closed"));
  program("closed/own", "exit 0", 0o600);
  expect(await createProgramRunner({ PATH: path() }, signal)("own", [])).toBeUndefined();
});

test("throws for any other failure to start", async () => {
  await expect(run("a".repeat(300), [])).rejects.toThrow("ENAMETOOLONG");
});

test("an interruption ends the program", async () => {
  program("wait", "exec /bin/sleep 60");
  const stop = new AbortController();
  const running = createProgramRunner({ PATH: folder }, stop.signal)("wait", []);
  stop.abort();
  await expect(running).rejects.toMatchObject({ name: "AbortError" });
});
