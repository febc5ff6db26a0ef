import { line } from "../../lib/advice/index.ts";
import type { ChecklistItem } from "../../lib/handover/checklist/item.ts";
import { describeKnownAnswer } from "../../lib/handover/checklist/question.ts";
import type { HandoverStep } from "../../lib/handover/checklist/leaver.ts";
import { ITEM_TITLES, type ItemId } from "../../lib/handover/checklist/titles.ts";
import { formatMinute } from "../../lib/model/time.ts";
import type { Column, Terminal } from "../../lib/terminal/index.ts";
import { wrapIntoLines } from "../../lib/terminal/table/word-width.ts";
import { same, text, type Text } from "../../lib/text/index.ts";

const ROW_STATE_NAMES = {
  complete: text("complete", "完了"),
  gap: text("gap", "不足"),
  "not-applicable": text("n/a", "対象外"),
  recorded: text("recorded", "登録済み"),
  answered: text("answered", "回答済"),
  note: text("note", "補足"),
  step: text("step", "手順"),
} as const satisfies Readonly<Record<string, Text>>;

/**
 * A line of the checklist: an item that is complete or does not apply, a gap, a fact, an answer, a note, or a step for
 * a
 * leaver.
 */
export interface ChecklistRow {
  readonly item: ItemId | "leaver";
  readonly state: keyof typeof ROW_STATE_NAMES;
  /** the code of a gap; otherwise null */
  readonly code: string | null;
  /** the number of a step, from 1; otherwise null */
  readonly step: number | null;
  /** the question that was answered, or whose answer closes the gap; otherwise null */
  readonly question: string | null;
  /** what the question is about; null if it is about the tenant */
  readonly about: string | null;
  readonly what: Text;
  /** the value of a recorded fact or an answer; otherwise null */
  readonly value: string | null;
  readonly told: Text | null;
  readonly by: string | null;
  /** when the question was answered, as a UTC instant */
  readonly at: string | null;
  readonly mend: Text | null;
}

const EMPTY_ROW = {
  code: null,
  step: null,
  question: null,
  about: null,
  value: null,
  told: null,
  by: null,
  at: null,
  mend: null,
} as const;

const LEAVER_TITLE = text("what depends on the leaver", "退職者に紐づくもの");

const titleOf = (item: ChecklistRow["item"]): Text => (item === "leaver" ? LEAVER_TITLE : ITEM_TITLES[item]);

export const CHECKLIST_COLUMNS: readonly Column<ChecklistRow>[] = [
  { key: "item", header: text("item", "項目"), value: ({ item }) => item, name: ({ item }) => titleOf(item) },
  {
    key: "state",
    header: text("state", "状態"),
    value: ({ state }) => state,
    name: ({ state }) => ROW_STATE_NAMES[state],
  },
  { key: "code", header: text("code", "コード"), value: ({ code }) => code },
  { key: "step", header: text("step", "手順"), align: "end", value: ({ step }) => step },
  { key: "question", header: text("question", "質問"), value: ({ question }) => question },
  { key: "about", header: text("about", "対象"), value: ({ about }) => about },
  {
    key: "what",
    advice: true,
    header: text("description", "内容"),
    value: ({ what }) => what.en,
    name: ({ what }) => what,
  },
  { key: "value", header: text("value", "値"), value: ({ value }) => value, name: ({ told }) => told },
  { key: "by", header: text("answered by", "回答者"), value: ({ by }) => by },
  { key: "at", header: text("answered at", "回答日時"), instant: true, value: ({ at }) => at },
  {
    key: "mend",
    advice: true,
    header: text("what to do", "対処"),
    value: ({ mend }) => mend?.en ?? null,
    name: ({ mend }) => mend,
  },
];

/** Returns all lines of the checklist. What depends on a leaver comes last. */
export const buildChecklistRows = (
  items: readonly ChecklistItem[],
  hanging: readonly HandoverStep[] = [],
): readonly ChecklistRow[] => [
  ...items.flatMap(buildItemRows),
  ...hanging.map(({ step, what, mend }): ChecklistRow => ({
    ...EMPTY_ROW,
    item: "leaver",
    state: "step",
    step,
    what,
    mend,
  })),
];

function buildItemRows({
  id: item,
  title,
  applies,
  why,
  known,
  notes,
  questions,
  gaps,
}: ChecklistItem): readonly ChecklistRow[] {
  if (applies === false) return [{ ...EMPTY_ROW, item, state: "not-applicable", what: why ?? title }];
  const said = questions.flatMap((one): readonly ChecklistRow[] => {
    const { id: question, about, label, answer } = one;
    if (answer === null) return [];
    const { value, by, at } = answer;
    const what = about === undefined ? label : text(`${about}: ${label.en}`, `${about}: ${label.ja}`);
    const told = describeKnownAnswer(one);
    return [{ ...EMPTY_ROW, item, state: "answered", question, about: about ?? null, what, value, told, by, at }];
  });
  return [
    ...(gaps.length === 0 ? [{ ...EMPTY_ROW, item, state: "complete" as const, what: title }] : []),
    ...gaps.map(({ code, what, mend, question: { id: question = null, about = null } = {} }): ChecklistRow => ({
      ...EMPTY_ROW,
      item,
      state: "gap",
      code,
      question,
      about,
      what,
      mend,
    })),
    ...known.map(({ label, value, short }): ChecklistRow => ({
      ...EMPTY_ROW,
      item,
      state: "recorded",
      what: label,
      value,
      told: short ?? same(value),
    })),
    ...said,
    ...notes.map((what): ChecklistRow => ({ ...EMPTY_ROW, item, state: "note", what })),
  ];
}

const DETAIL_STATES: readonly ChecklistRow["state"][] = ["recorded", "answered", "note"];

/** Returns only the lines that show what is missing. Several unanswered questions of an item become one line. */
export const summariseRows = (all: readonly ChecklistRow[]): readonly ChecklistRow[] => {
  const rows = all.filter(({ item, state }) => item === "leaver" || !DETAIL_STATES.includes(state));
  const open = Map.groupBy(
    rows.filter(({ code }) => code === "unanswered"),
    ({ item }) => item,
  );
  return rows.flatMap((row): readonly ChecklistRow[] => {
    const alike = row.code === "unanswered" ? (open.get(row.item) ?? []) : [];
    if (alike.length <= 1) return [row];
    if (alike[0] !== row) return [];
    const what = text(`${alike.length} questions are unanswered`, `未回答: ${alike.length} 件`);
    return [{ ...row, what, mend: same(line("handover answer", [row.item])) }];
  });
};

const CHECKLIST_INDENT = 10;
const MIN_CHECKLIST_WIDTH = 20;

const createPadding = ({ language }: Terminal, name: string): string =>
  " ".repeat(Math.max(1, CHECKLIST_INDENT - (language === "ja" && name !== "" ? 2 : 1) * name.length));

/**
 * Writes the checklist for people, item by item. What to do follows each entry on a separate line, so that it can be
 * copied.
 */
export async function writeChecklist(
  terminal: Terminal,
  rows: readonly ChecklistRow[],
  timezone: string,
): Promise<void> {
  const { heading, bad, good, faint } = await terminal.styles("stdout");
  const paint = {
    complete: good,
    gap: bad,
    "not-applicable": faint,
    recorded: faint,
    answered: faint,
    note: faint,
    step: heading,
  };
  const indent = " ".repeat(CHECKLIST_INDENT);
  let last: ChecklistRow["item"] | undefined;
  for (const row of rows) {
    if (terminal.out.closed) return;
    const lines: string[] = [];
    if (row.item !== last) {
      const title = wrapIntoLines(terminal.say(titleOf(row.item)), terminal.columns).map((line) => heading(line));
      lines.push(...(last === undefined ? [] : [""]), ...title);
      last = row.item;
    }
    const state = row.step === null ? terminal.say(ROW_STATE_NAMES[row.state]) : `${row.step}.`;
    const padding = row.step === null ? createPadding(terminal, state) : " ".repeat(CHECKLIST_INDENT - state.length);
    const width = Math.max(MIN_CHECKLIST_WIDTH, terminal.columns - CHECKLIST_INDENT);
    const [first = "", ...more] = terminal.shown(terminal.say(renderLineText(row, timezone)), (marked) =>
      wrapIntoLines(marked, width),
    );
    lines.push(`${paint[row.state](state)}${padding}${first}`, ...more.map((line) => indent + line));
    if (row.mend !== null) lines.push(`${indent}-> ${terminal.shown(terminal.say(row.mend)).join("")}`);
    await terminal.out.write(`${lines.join("\n")}\n`);
  }
}

const renderLineText = ({ state, what, told, by, at }: ChecklistRow, timezone: string): Text => {
  if (state === "complete") return text("nothing is missing", "不足はありません");
  if (told === null) return what;
  const whose = by === null || at === null ? same("") : same(` (${by}, ${formatMinute(at, timezone)})`);
  return text(`${what.en}: ${told.en}${whose.en}`, `${what.ja}: ${told.ja}${whose.ja}`);
};
