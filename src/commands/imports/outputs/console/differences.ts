import type { Difference, Import } from "../../../../lib/client/index.ts";
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

const valuesOf = ({ action, changed, planned, after: seen }: Difference) =>
  action === "update"
    ? changesOf({ changed, before: planned, after: seen }).map(({ field, before, after }) => ({
        field,
        planned: before,
        console: after,
      }))
    : [];

/** The columns of what differs between the console's export and a plan. */
export const DIFFERENCE_COLUMNS = (kind: Import["kind"]): readonly Column<Difference>[] => [
  {
    key: "what",
    header: text("what", "差異"),
    value: ({ action }) => WHAT[action][0],
    name: ({ action }) => WHAT[action][1],
  },
  { key: "key", header: text("key", "キー"), value: ({ key }) => key },
  { key: "name", header: text("name", "名前"), value: ({ planned, after }) => nameOf({ before: planned, after }) },
  { key: "values", header: text("values", "値"), value: valuesOf, name: (difference) => inWords(kind, difference) },
  {
    key: "touched",
    header: text("touched by the plan", "計画の対象"),
    value: ({ touched }) => touched,
    name: ({ touched }) => (touched ? text("yes", "はい") : text("no", "いいえ")),
  },
];
