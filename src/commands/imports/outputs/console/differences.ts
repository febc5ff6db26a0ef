import type { Difference, Import, Verification } from "../../../../lib/client/index.ts";
import type { Column } from "../../../../lib/terminal/index.ts";
import { text, type Text } from "../../../../lib/text/index.ts";
import { changesOf, fieldName, nameOf, shownValue } from "../../plan/changes.ts";

/** How a record differs, by the action that would take the export over. */
const WHAT: Readonly<Record<Difference["action"], readonly [what: string, name: Text]>> = {
  create: ["only-in-console", text("only in the console", "管理画面だけにある")],
  delete: ["missing", text("missing in the console", "管理画面にない")],
  update: ["differs", text("differs", "値が異なる")],
  invalid: ["unreadable", text("cannot be read", "読み取れない")],
  unchanged: ["same", text("same", "同じ")],
};

/** What lies in organisations that a plan does not read, told to who sees all of the tenant, and to who sees no more than these. */
const OUTSIDE = {
  all: text("outside the plan's organisations", "計画の対象組織の外"),
  part: text("lies outside your organisations", "管理対象組織の外"),
} as const;

/** How much of the tenant somebody sees. */
type Sight = keyof typeof OUTSIDE;

const whatOf = ({ action, outside }: Difference, sight: Sight): readonly [what: string, name: Text] =>
  outside === true ? ["outside", OUTSIDE[sight]] : WHAT[action];

/** `役職: 計画 部長, 管理画面 課長`, one after another. */
const inWords = (kind: Import["kind"], difference: Difference): Text => {
  const line = (lang: keyof Text, [ours, theirs]: readonly [string, string]): string =>
    valuesOf(difference)
      .map(({ field, planned, console }) => {
        const [there, here] = [console, planned].map((value) => shownValue(value)[lang]);
        return `${fieldName(kind, field)}: ${ours} ${here}, ${theirs} ${there}`;
      })
      .join("; ");
  return text(line("en", ["planned", "console"]), line("ja", ["計画", "管理画面"]));
};

/** The fields that an export has otherwise than a plan. */
const differing = ({ outside, changed, planned, after }: Difference): string[] => {
  if (outside !== true) return changed;
  const was = new Map(planned.map(({ field, value }) => [field, JSON.stringify(value)]));
  return after.filter(({ field, value }) => was.get(field) !== JSON.stringify(value)).map(({ field }) => field);
};

const valuesOf = (difference: Difference) =>
  difference.action === "update" || difference.outside === true
    ? changesOf({ changed: differing(difference), before: difference.planned, after: difference.after }).map(
        ({ field, before, after }) => ({
          field,
          planned: before,
          console: after,
        }),
      )
    : [];

/** The values that differ, in full: `taro@example.jp: 役職: 計画 部長, 管理画面 課長`. */
export const valueLines = (kind: Import["kind"], differences: readonly Difference[]): readonly Text[] =>
  differences
    .filter((difference) => valuesOf(difference).length > 0)
    .map((difference) => {
      const { en, ja } = inWords(kind, difference);
      return text(`${difference.key}: ${en}`, `${difference.key}: ${ja}`);
    });

/** A column that a plan changes and the export does not have. */
type UnseenColumn = Verification["unseen"][number];

type Line = Difference | UnseenColumn;

const isUnseen = (line: Line): line is UnseenColumn => "records" in line;

const NOT_SHOWN = text("not in the export", "エクスポートにない列");

/** The columns of what differs between the console's export and a plan, and of what the export does not show. */
export const DIFFERENCE_COLUMNS = (kind: Import["kind"], sight: Sight = "all"): readonly Column<Line>[] => [
  {
    key: "what",
    header: text("what", "差異"),
    value: (line) => (isUnseen(line) ? "not-shown" : whatOf(line, sight)[0]),
    name: (line) => (isUnseen(line) ? NOT_SHOWN : whatOf(line, sight)[1]),
  },
  { key: "key", header: text("key", "キー"), value: (line) => (isUnseen(line) ? null : line.key) },
  {
    key: "name",
    header: text("name", "名前"),
    value: (line) => (isUnseen(line) ? line.header : nameOf({ before: line.planned, after: line.after })),
  },
  {
    key: "values",
    header: text("values", "値"),
    value: (line) => (isUnseen(line) ? [] : valuesOf(line)),
    name: (line) => (isUnseen(line) ? null : inWords(kind, line)),
  },
  {
    key: "touched",
    header: text("touched by the plan", "計画の対象"),
    value: (line) => isUnseen(line) || line.touched,
    name: (line) => (isUnseen(line) || line.touched ? text("yes", "はい") : text("no", "いいえ")),
  },
  {
    key: "records",
    header: text("records", "件数"),
    align: "end",
    value: (line) => (isUnseen(line) ? line.records : 1),
  },
  {
    key: "task",
    header: text("open task", "未了の作業"),
    align: "end",
    value: (line) => (isUnseen(line) ? null : (line.task ?? line.pending?.[0] ?? null)),
  },
];
