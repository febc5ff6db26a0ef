import type { Column, Terminal } from "../../lib/terminal/index.ts";
import { escapeForPeople } from "../../lib/terminal/escape.ts";
import { wrapWords } from "../../lib/terminal/table/word-width.ts";
import { counted, text } from "../../lib/text/index.ts";
import type { Outcome } from "../command.ts";
import { isUsualTable } from "../listing/list.ts";
import { CHECK_NAMES, STATE_NAMES, type Finding, type CheckState } from "./finding.ts";

const COLUMNS: readonly Column<Finding>[] = [
  {
    key: "state",
    header: text("state", "状態"),
    value: ({ state }) => state,
    name: ({ state }) => STATE_NAMES[state],
  },
  {
    key: "check",
    header: text("check", "確認項目"),
    value: ({ check }) => check,
    name: ({ check }) => CHECK_NAMES[check],
  },
  { key: "context", header: text("context", "コンテキスト"), value: ({ context }) => context ?? null },
  { key: "what", header: text("found", "内容"), value: ({ what }) => what.en, name: ({ what }) => what },
  {
    key: "mend",
    header: text("what to do", "対処"),
    value: ({ mend }) => mend?.en ?? null,
    name: ({ mend }) => mend ?? null,
  },
];

/** The worst first: what has to be mended is not below what works. */
const ORDER: readonly CheckState[] = ["problem", "warning", "ok"];

/** Shows what was found, the worst first. @returns that of a command that found a problem */
export async function showFindings(terminal: Terminal, all: readonly Finding[]): Promise<Outcome> {
  const sorted = all.toSorted((one, other) => ORDER.indexOf(one.state) - ORDER.indexOf(other.state));
  await (isUsualTable(terminal) ? writeForPeople(terminal, sorted) : terminal.list(COLUMNS, sorted));
  const [problems, warnings] = (["problem", "warning"] as const).map((state) =>
    all.filter((one) => one.state === state),
  );
  const [wrong, doubtful] = [problems?.length ?? 0, warnings?.length ?? 0];
  await terminal.note(
    text(`${counted(wrong, "problem")}, ${counted(doubtful, "warning")}`, `問題 ${wrong} 件、警告 ${doubtful} 件`),
  );
  return wrong > 0 ? "input-rejected" : undefined;
}

/** Each in a line, and below it, on a line of its own to be copied, what to do. */
async function writeForPeople(terminal: Terminal, findings: readonly Finding[]): Promise<void> {
  const { bad, warning, good } = await terminal.styles("stdout");
  const paint = { problem: bad, warning, ok: good };
  const indent = " ".repeat(INDENT);
  for (const { state, check, context, what, mend } of findings) {
    if (terminal.out.closed) return;
    const subject = `${terminal.say(CHECK_NAMES[check])}${context === undefined ? "" : ` ${context}`}`;
    const [first = "", ...more] = wrapWords(
      escapeForPeople(`${subject}: ${terminal.say(what)}`),
      Math.max(LEAST, terminal.columns - INDENT),
    );
    const name = terminal.say(STATE_NAMES[state]);
    const head = paint[state](name) + " ".repeat(Math.max(1, INDENT - widthOf(terminal, name)));
    const lines = [head + first, ...more.map((line) => indent + line)];
    const toDo = mend === undefined ? [] : [`${indent}-> ${escapeForPeople(terminal.say(mend))}`];
    await terminal.out.write(`${[...lines, ...toDo].join("\n")}\n`);
  }
}

/** Where findings begin, behind the longest name of a state and two blanks. */
const INDENT = 9;
const LEAST = 20;

/** Japanese letters are two columns wide. */
const widthOf = ({ language }: Terminal, name: string): number => (language === "ja" ? 2 : 1) * name.length;
