import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { spawn } from "@lydell/node-pty";
import { expect, onTestFinished, test } from "vitest";
import { freshHome, ROOT, run } from "#support/process/program.ts";

/** Real shells, started without anybody's settings, and how each loads the script. */
const SHELLS = {
  bash: { start: ["bash", "--norc", "--noprofile", "-i"], load: "source <(clomoctl completion bash)" },
  zsh: { start: ["zsh", "-f", "-i"], load: "autoload -U compinit; compinit -u -D; source <(clomoctl completion zsh)" },
} as const;

type Shell = keyof typeof SHELLS;

const ALL = Object.keys(SHELLS) as readonly Shell[];
const HERE = ALL.filter((shell) => spawnSync(shell, ["--version"]).status === 0);

test.each(ALL.filter((shell) => !HERE.includes(shell)))("%s is not installed here and was not tested", (shell) => {
  expect(HERE).not.toContain(shell);
});

/** A home with a context, and a folder with a `clomoctl` that notes what it is called with but for a Tab. */
async function desk() {
  const home = await freshHome();
  const [bin, work] = [join(home, "bin"), join(home, "work")];
  await mkdir(bin);
  await mkdir(work);
  await writeFile(join(work, "list of people.csv"), "");
  const noting = `#!/bin/sh
case $1 in
  __complete | completion) exec "${process.execPath}" "${join(ROOT, "bin", "clomoctl.js")}" "$@" ;;
esac
printf '%s\\0' "$@" > "${home}/noting"
mv "${home}/noting" "${home}/noted"
`;
  await writeFile(join(bin, "clomoctl"), noting);
  await chmod(join(bin, "clomoctl"), 0o755);
  return { home, bin, work };
}

async function shellOf(shell: Shell, { home, bin, work }: Awaited<ReturnType<typeof desk>>) {
  const { start, load } = SHELLS[shell];
  const [program, ...args] = start;
  const pty = spawn(program, [...args], {
    cols: 200,
    rows: 40,
    cwd: work,
    env: {
      PATH: `${bin}:${process.env["PATH"] ?? ""}`,
      HOME: home,
      LANG: "C.UTF-8",
      LC_ALL: "C.UTF-8",
      TERM: "xterm",
      CLOMOCTL_HOME: home,
      CLOMOCTL_LANG: "en",
    },
  });
  onTestFinished(() => pty.kill("SIGKILL"));
  let screen = "";
  pty.onData((shown) => void (screen += shown));
  const noted = join(home, "noted");
  /** Types a line, ended by Enter, and gives the words that the program was called with. */
  const words = async (typed: string): Promise<readonly string[]> => {
    await rm(noted, { force: true });
    pty.write(`${typed}\r`);
    for (let tries = 0; !existsSync(noted); tries += 1) {
      if (tries === 600) throw new Error(`nothing was called after ${JSON.stringify(typed)}:\n${screen}`);
      await sleep(50);
    }
    return (await readFile(noted, "utf8")).split("\0").slice(0, -1);
  };
  pty.write(`${load}\r`);
  expect(await words("clomoctl ready")).toEqual(["ready"]);
  return { words, work };
}

test.each(HERE)("%s completes commands, options, values, names and files", async (shell) => {
  const { words } = await shellOf(shell, await desk());
  expect(await words("clomoctl us\tli\t--lim\t")).toEqual(["users", "list", "--limit"]);
  expect(await words("clomoctl secured users list --app ca\t")).toEqual("secured users list --app calendar".split(" "));
  expect(await words("clomoctl users list --format=nd\t")).toEqual(["users", "list", "--format=ndjson"]);
  expect(await words("clomoctl context use lo\t")).toEqual(["context", "use", "local"]);
  expect(await words("clomoctl users import li\t")).toEqual(["users", "import", "list of people.csv"]);
  expect(await words("clomoctl users import --errors=li\t")).toEqual([
    "users",
    "import",
    "--errors=list of people.csv",
  ]);
});

const TAB = ["__complete", "2", "context", "use", ""];

test("pressing Tab does not create a home", async () => {
  const none = join(await freshHome(), "none");
  expect(await run(TAB, { home: none })).toMatchObject({ code: 0, text: "words\nlocal\n", stderr: "" });
  expect(existsSync(none)).toBe(false);
});
