import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { spawn } from "@lydell/node-pty";
import { ROOT } from "#support/process/program.ts";

/** How long a question may reject every answer, until the person gives up with Ctrl-C. */
const PATIENCE_MS = 15_000;

/** How long a question takes to be drawn. */
const DRAWN_MS = 100;

/** A command that takes longer than this does not end; its exit code is that of SIGKILL. */
const MAX_MS = 180_000;

/** How the program's questions begin, and what they become when they are answered. */
const QUESTION = "\u001B[34m?\u001B[39m";
const ANSWERED = "\u001B[32m✔\u001B[39m";

/** What a question asks for, and what a person types. */
export type Answers = Readonly<Record<string, string>>;

/** What is known, the number that a question names, yes to one of yes and no, and otherwise nothing but Enter. */
const answerTo = (question: string, answers: Answers): string =>
  Object.entries(answers).find(([asked]) => question.includes(asked))?.[1] ??
  /\((\d+)\)/.exec(question)?.[1] ??
  (/\(y\s*\/\s*n\)/i.test(question) ? "y" : "");

/**
 * Executes one line of a shell in a terminal of 80 × 24, as a person does who pastes it and answers every question
 * with yes, the number that it names or what it proposes, and finally with Ctrl-C.
 */
export async function runInShell(
  line: string,
  {
    cwd,
    env,
    answers = {},
  }: { readonly cwd: string; readonly env: Readonly<Record<string, string>>; readonly answers?: Answers | undefined },
): Promise<{ readonly code: number; readonly screen: string }> {
  const bin = join(cwd, ".bin");
  await mkdir(bin, { recursive: true });
  const launcher = join(bin, "clomoctl");
  await writeFile(launcher, `#!/bin/sh\nexec '${process.execPath}' '${join(ROOT, "bin", "clomoctl.js")}' "$@"\n`);
  await chmod(launcher, 0o755);
  const { PATH = "", NODE_COMPILE_CACHE = "" } = process.env;
  const pty = spawn("/bin/sh", ["-c", line], {
    cols: 80,
    rows: 24,
    cwd,
    env: { TERM: "xterm-256color", LANG: "C", NODE_COMPILE_CACHE, ...env, PATH: `${bin}:${PATH}` },
  });
  let screen = "";
  let answeredUpTo = -1;
  let patience: NodeJS.Timeout | undefined;
  pty.onData((shown) => {
    screen += shown;
    const asked = screen.lastIndexOf(QUESTION);
    const done = screen.lastIndexOf(ANSWERED);
    if (done > answeredUpTo) clearTimeout(patience);
    // a question is drawn again with each key; it is a new one if the one before was answered
    if (asked <= done || answeredUpTo > done) return;
    answeredUpTo = asked;
    patience = setTimeout(() => {
      pty.write(`${answerTo(screen.slice(asked), answers)}\r`);
      patience = setTimeout(() => pty.write("\u0003"), PATIENCE_MS);
    }, DRAWN_MS);
  });
  return new Promise((resolve) => {
    const timer = setTimeout(() => pty.kill("SIGKILL"), MAX_MS);
    pty.onExit(({ exitCode, signal = 0 }) => {
      clearTimeout(timer);
      clearTimeout(patience);
      resolve({ code: signal === 0 ? exitCode : 128 + signal, screen });
    });
  });
}
