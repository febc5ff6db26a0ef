import { line } from "../../lib/advice/index.ts";
import { GROUP_TITLES, type ChecklistRow } from "../../lib/handover/checklist/index.ts";
import { formatActor } from "../../lib/model/actor.ts";
import { QUESTIONS } from "../../lib/derived/question.ts";
import { formatMinute } from "../../lib/model/time.ts";
import type { Terminal } from "../../lib/terminal/index.ts";
import { createColumn, type Column } from "../../lib/terminal/output-choice.ts";
import { displayWidth } from "../../lib/terminal/width.ts";
import { wrapIntoLines } from "../../lib/terminal/word-width.ts";
import { same, text, type Language, type Text } from "../../lib/text/index.ts";

const ROW_STATE_NAMES = {
  gap: text("gap", "不足"),
  "not-applicable": text("n/a", "対象外"),
  recorded: text("recorded", "登録済み"),
  answered: text("answered", "回答済"),
  note: text("note", "補足"),
  step: text("step", "手順"),
} as const satisfies Readonly<Record<string, Text>>;

const describeValue = ({ id, value }: ChecklistRow): Text | null =>
  value === null ? null : (QUESTIONS.get(id)?.choices?.[value] ?? same(value));

/** Sentences are in the user's language, even in CSV and JSON. */
export const createChecklistColumns = (language: Language): readonly Column<ChecklistRow>[] => [
  createColumn("item", "item", "項目", { name: ({ item }) => GROUP_TITLES[item] }),
  createColumn("state", "state", "状態", { name: ({ state }) => ROW_STATE_NAMES[state] }),
  { key: "step", header: text("step", "手順"), align: "end", value: ({ step }) => step ?? null },
  { key: "question", header: text("question", "質問"), value: ({ id }) => (QUESTIONS.has(id) ? id : null) },
  { key: "what", advice: true, header: text("description", "内容"), value: ({ what }) => what[language] },
  createColumn("value", "value", "値", { name: describeValue }),
  createColumn("by", "answered by", "回答者", { name: ({ by }) => formatActor(by ?? "") }),
  createColumn("at", "answered at", "回答日時", { instant: true }),
  { key: "next", advice: true, header: text("what to do", "対処"), value: ({ next }) => next?.[language] ?? null },
];

export const summariseRows = (all: readonly ChecklistRow[]): readonly ChecklistRow[] => {
  const rows = all.filter(({ item, state }) => item === "first-day" || state === "gap" || state === "not-applicable");
  const open = Map.groupBy(
    rows.filter(({ id, item }) => item !== "first-day" && QUESTIONS.has(id)),
    ({ item }) => item,
  );
  return rows.flatMap((row): readonly ChecklistRow[] => {
    const alike = QUESTIONS.has(row.id) ? (open.get(row.item) ?? []) : [];
    if (alike.length <= 1) return [row];
    if (alike[0] !== row) return [];
    const what = text(`${alike.length} questions are unanswered`, `未回答の質問: ${alike.length} 件`);
    return [{ ...row, what, next: same(line("handover answer", [row.item])) }];
  });
};

const DESCRIPTION_INDENT = 10;
const MIN_DESCRIPTION_WIDTH = 20;
const ARROW = "-> ";

/** Prints each command on a separate line, so that users can copy the command. */
export async function writeChecklist(
  terminal: Terminal,
  rows: readonly ChecklistRow[],
  timezone: string,
): Promise<void> {
  const { heading, bad, faint } = await terminal.styles("stdout");
  const indent = " ".repeat(DESCRIPTION_INDENT);
  const width = Math.max(MIN_DESCRIPTION_WIDTH, terminal.columns - DESCRIPTION_INDENT);
  const wrap = (words: Text, indented = 0): readonly string[] =>
    terminal.shown(terminal.say(words), (marked) => wrapIntoLines(marked, width - indented));
  for (const [item, own] of Map.groupBy(rows, (row) => row.item)) {
    const lines = wrapIntoLines(terminal.say(GROUP_TITLES[item]), terminal.columns).map((title) => heading(title));
    for (const row of own) {
      const state = row.step === undefined ? terminal.say(ROW_STATE_NAMES[row.state]) : `${row.step}.`;
      const paint = row.state === "gap" ? bad : row.state === "step" ? heading : faint;
      const [first, ...more] = wrap(renderLineText(row, timezone));
      const space = " ".repeat(Math.max(1, DESCRIPTION_INDENT - displayWidth(state)));
      lines.push(`${paint(state)}${space}${first}`, ...more.map((one) => indent + one));
      if (row.next === null) continue;
      const [next, ...others] = wrap(row.next, ARROW.length);
      lines.push(`${indent}${ARROW}${next}`, ...others.map((one) => `${indent}${" ".repeat(ARROW.length)}${one}`));
    }
    if (terminal.out.closed) return;
    await terminal.out.write(`${lines.join("\n")}\n`);
  }
}

const renderLineText = (row: ChecklistRow, timezone: string): Text => {
  const { what, by, at } = row;
  const told = describeValue(row);
  if (told === null) return what;
  if (at === null) return text(`${what.en}: ${told.en}`, `${what.ja}: ${told.ja}`);
  const [{ en, ja }, minute] = [formatActor(by ?? ""), formatMinute(at, timezone)];
  return text(`${what.en}: ${told.en} (${en}, ${minute})`, `${what.ja}: ${told.ja} (${ja}, ${minute})`);
};
