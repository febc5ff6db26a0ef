import { line } from "../../lib/advice/index.ts";
import type { Item } from "../../lib/handover/checklist/item.ts";
import { toldValue } from "../../lib/handover/checklist/question.ts";
import type { HandoverStep } from "../../lib/handover/checklist/leaver.ts";
import { ITEMS, type ItemId } from "../../lib/handover/checklist/titles.ts";
import { minuteIn } from "../../lib/model/time.ts";
import type { Column, Terminal } from "../../lib/terminal/index.ts";
import { escapeForPeople } from "../../lib/terminal/escape.ts";
import { wrapWords } from "../../lib/terminal/table/word-width.ts";
import { same, text, type Text } from "../../lib/text/index.ts";

/** How a line of the checklist stands. */
const STATES = {
  complete: text("complete", "完了"),
  gap: text("gap", "不足"),
  "not-applicable": text("n/a", "対象外"),
  recorded: text("known", "登録済"),
  answered: text("answered", "回答済"),
  note: text("note", "補足"),
  step: text("step", "手順"),
} as const satisfies Readonly<Record<string, Text>>;

/** A line of the checklist: an item that is complete or does not apply, a gap, what is known, what the manual says, or a step for a leaver. */
export interface ChecklistRow {
  readonly item: ItemId | "leaver";
  readonly state: keyof typeof STATES;
  /** of a gap */
  readonly code: string | null;
  /** of a step, from 1 */
  readonly step: number | null;
  readonly what: Text;
  /** of what is known */
  readonly value: string | null;
  /** the value as people read it */
  readonly told: Text | null;
  readonly by: string | null;
  /** a UTC instant */
  readonly at: string | null;
  readonly mend: Text | null;
}

const EMPTY = { code: null, step: null, value: null, told: null, by: null, at: null, mend: null } as const;

const LEAVER = text("what hangs on the leaver", "退任者に紐づくもの");

const titleOf = (item: ChecklistRow["item"]): Text => (item === "leaver" ? LEAVER : ITEMS[item]);

export const CHECKLIST_COLUMNS: readonly Column<ChecklistRow>[] = [
  { key: "item", header: text("item", "項目"), value: ({ item }) => item, name: ({ item }) => titleOf(item) },
  { key: "state", header: text("state", "状態"), value: ({ state }) => state, name: ({ state }) => STATES[state] },
  { key: "code", header: text("code", "コード"), value: ({ code }) => code },
  { key: "step", header: text("step", "手順"), align: "end", value: ({ step }) => step },
  { key: "what", header: text("what", "内容"), value: ({ what }) => what.en, name: ({ what }) => what },
  { key: "value", header: text("value", "値"), value: ({ value }) => value, name: ({ told }) => told },
  { key: "by", header: text("answered by", "回答者"), value: ({ by }) => by },
  { key: "at", header: text("answered at", "回答日時"), instant: true, value: ({ at }) => at },
  {
    key: "mend",
    header: text("what to do", "対処"),
    value: ({ mend }) => mend?.en ?? null,
    name: ({ mend }) => mend,
  },
];

/** All lines of the checklist; what hangs on a leaver comes last, with what was that person's on former machines. */
export const rowsOf = (
  items: readonly Item[],
  hanging: readonly HandoverStep[] = [],
  former: readonly Text[] = [],
): readonly ChecklistRow[] => [
  ...items.flatMap(rowsOfItem),
  ...hanging.map(({ step, what, mend }): ChecklistRow => ({
    ...EMPTY,
    item: "leaver",
    state: "step",
    step,
    what,
    mend,
  })),
  ...former.map((what): ChecklistRow => ({ ...EMPTY, item: "leaver", state: "note", what })),
];

function rowsOfItem({ id: item, title, applies, why, known, notes, questions, gaps }: Item): readonly ChecklistRow[] {
  if (applies === false) return [{ ...EMPTY, item, state: "not-applicable", what: why ?? title }];
  const said = questions.flatMap(({ about, label, kind, answer }): readonly ChecklistRow[] => {
    if (answer === null) return [];
    const { value, by, at } = answer;
    const what = about === undefined ? label : text(`${about}: ${label.en}`, `${about}: ${label.ja}`);
    return [{ ...EMPTY, item, state: "answered", what, value, told: toldValue(kind, value), by, at }];
  });
  return [
    ...(gaps.length === 0 ? [{ ...EMPTY, item, state: "complete" as const, what: title }] : []),
    ...gaps.map(({ code, what, mend }): ChecklistRow => ({ ...EMPTY, item, state: "gap", code, what, mend })),
    ...known.map(({ label, value, short }): ChecklistRow => ({
      ...EMPTY,
      item,
      state: "recorded",
      what: label,
      value,
      told: short ?? same(value),
    })),
    ...said,
    ...notes.map((what): ChecklistRow => ({ ...EMPTY, item, state: "note", what })),
  ];
}

/** States of what is known, or only told. */
const KNOWN: readonly ChecklistRow["state"][] = ["recorded", "answered", "note"];

/** What is missing alone: of each item what is not answered in one line; one question stands as it is. */
export const inShort = (all: readonly ChecklistRow[]): readonly ChecklistRow[] => {
  const rows = all.filter(({ item, state }) => item === "leaver" || !KNOWN.includes(state));
  const open = Map.groupBy(
    rows.filter(({ code }) => code === "unanswered"),
    ({ item }) => item,
  );
  return rows.flatMap((row): readonly ChecklistRow[] => {
    const alike = row.code === "unanswered" ? (open.get(row.item) ?? []) : [];
    if (alike.length <= 1) return [row];
    if (alike[0] !== row) return [];
    const what = text(`${alike.length} questions are not answered`, `未回答: ${alike.length} 件`);
    return [{ ...row, what, mend: same(line("handover answer", [row.item])) }];
  });
};

/** Where lines begin, behind the longest name of a state and two blanks. */
const INDENT = 10;
const LEAST = 20;

/** Japanese letters are two columns wide. */
const padded = ({ language }: Terminal, name: string): string =>
  " ".repeat(Math.max(1, INDENT - (language === "ja" && name !== "" ? 2 : 1) * name.length));

/** Shows the checklist to people: an item after the other, and below each line, to be copied, what to do. */
export async function writeForPeople(
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
  const indent = " ".repeat(INDENT);
  let last: ChecklistRow["item"] | undefined;
  for (const row of rows) {
    if (terminal.out.closed) return;
    const lines: string[] = [];
    if (row.item !== last) {
      const title = wrapWords(terminal.say(titleOf(row.item)), terminal.columns).map((line) => heading(line));
      lines.push(...(last === undefined ? [] : [""]), ...title);
      last = row.item;
    }
    const state = row.step === null ? terminal.say(STATES[row.state]) : `${row.step}.`;
    const padding = row.step === null ? padded(terminal, state) : " ".repeat(INDENT - state.length);
    const width = Math.max(LEAST, terminal.columns - INDENT);
    const [first = "", ...more] = wrapWords(escapeForPeople(terminal.say(lineOf(row, timezone))), width);
    lines.push(`${paint[row.state](state)}${padding}${first}`, ...more.map((line) => indent + line));
    if (row.mend !== null) lines.push(`${indent}-> ${terminal.named(escapeForPeople(terminal.say(row.mend)))}`);
    await terminal.out.write(`${lines.join("\n")}\n`);
  }
}

const lineOf = ({ state, what, told, by, at }: ChecklistRow, timezone: string): Text => {
  if (state === "complete") return text("nothing is missing", "不足はありません");
  if (told === null) return what;
  const whose = by === null || at === null ? same("") : same(` (${by}, ${minuteIn(at, timezone)})`);
  return text(`${what.en}: ${told.en}${whose.en}`, `${what.ja}: ${told.ja}${whose.ja}`);
};
