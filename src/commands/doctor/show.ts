import type { Column, Terminal } from "../../lib/terminal/index.ts";
import { wrapIntoLines } from "../../lib/terminal/table/word-width.ts";
import { formatCount, text } from "../../lib/text/index.ts";
import type { Outcome } from "../command.ts";
import { isDefaultTable } from "../listing/list.ts";
import { CHECK_LABELS, CHECK_STATE_LABELS, type Finding, type CheckState } from "./finding.ts";

const buildFindingColumns = (terminal: Terminal): readonly Column<Finding>[] => [
  {
    key: "state",
    header: text("state", "状態"),
    value: ({ state }) => state,
    name: ({ state }) => CHECK_STATE_LABELS[state],
  },
  {
    key: "check",
    header: text("check", "確認項目"),
    value: ({ check }) => check,
    name: ({ check }) => CHECK_LABELS[check],
  },
  { key: "context", header: text("context", "コンテキスト"), value: ({ context }) => context ?? null },
  {
    key: "what",
    advice: true,
    header: text("finding", "内容"),
    value: ({ what }) => terminal.say(what),
  },
  {
    key: "mend",
    advice: true,
    header: text("what to do", "対処"),
    value: ({ mend }) => (mend === undefined ? null : terminal.say(mend)),
  },
];

const STATES_BY_SEVERITY: readonly CheckState[] = ["problem", "warning", "ok"];

export async function showFindings(terminal: Terminal, all: readonly Finding[]): Promise<Outcome> {
  const sorted = all.toSorted(
    (one, other) => STATES_BY_SEVERITY.indexOf(one.state) - STATES_BY_SEVERITY.indexOf(other.state),
  );
  await (isDefaultTable(terminal)
    ? writeFindings(terminal, sorted)
    : terminal.list(buildFindingColumns(terminal), sorted));
  const [problems, warnings] = (["problem", "warning"] as const).map((state) =>
    all.filter((one) => one.state === state),
  );
  const [wrong, doubtful] = [problems?.length ?? 0, warnings?.length ?? 0];
  await terminal.note(
    text(
      `${formatCount(wrong, "problem")}, ${formatCount(doubtful, "warning")}`,
      `問題 ${wrong} 件、警告 ${doubtful} 件`,
    ),
  );
  return wrong > 0 ? "input-rejected" : undefined;
}

/** Writes each finding, and below it what to do. The line with what to do is not wrapped, so that it can be copied. */
async function writeFindings(terminal: Terminal, findings: readonly Finding[]): Promise<void> {
  const { bad, warning, good } = await terminal.styles("stdout");
  const paint = { problem: bad, warning, ok: good };
  const indent = " ".repeat(FINDING_INDENT);
  for (const { state, check, context, what, mend } of findings) {
    if (terminal.out.closed) return;
    const subject = `${terminal.say(CHECK_LABELS[check])}${context === undefined ? "" : ` ${context}`}`;
    const [first = "", ...more] = terminal.shown(`${subject}: ${terminal.say(what)}`, (marked) =>
      wrapIntoLines(marked, Math.max(MIN_FINDING_WIDTH, terminal.columns - FINDING_INDENT)),
    );
    const name = terminal.say(CHECK_STATE_LABELS[state]);
    const head = paint[state](name) + " ".repeat(Math.max(1, FINDING_INDENT - getStateNameWidth(terminal, name)));
    const lines = [head + first, ...more.map((line) => indent + line)];
    const toDo = mend === undefined ? [] : [`${indent}-> ${terminal.shown(terminal.say(mend)).join("")}`];
    await terminal.out.write(`${[...lines, ...toDo].join("\n")}\n`);
  }
}

const FINDING_INDENT = 9;
const MIN_FINDING_WIDTH = 20;

const getStateNameWidth = ({ language }: Terminal, name: string): number => (language === "ja" ? 2 : 1) * name.length;
