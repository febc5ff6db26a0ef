import type { Difference, Import } from "../../../../lib/client/index.ts";
import type { Column } from "../../../../lib/terminal/index.ts";
import { text, type Text } from "../../../../lib/text/index.ts";
import { fieldName } from "../../plan/changes.ts";

/** How a record differs, by the action that would take the export over. */
const WHAT: Readonly<Record<Difference["action"], readonly [what: string, name: Text]>> = {
  create: ["only-in-console", text("only in the console", "管理画面だけにある")],
  delete: ["missing", text("missing in the console", "管理画面にない")],
  update: ["differs", text("differs", "値が異なる")],
  invalid: ["unreadable", text("cannot be read", "読み取れない")],
  unchanged: ["same", text("same", "同じ")],
};

type Value = Difference["after"][number]["value"] | undefined;

const shown = (value: Value): string => (Array.isArray(value) ? value.join(", ") : (value ?? ""));

/** A field's value; an organisation's place is its parent's code or path. */
const valueOf = (values: Difference["after"], field: string): Value =>
  values.find(
    (one) => one.field === field || (field === "parent" && one.field.startsWith("parent") && one.value !== null),
  )?.value ?? null;

const valuesOf = ({ action, changed, planned, after }: Difference) =>
  action === "update"
    ? changed.map((field) => ({ field, planned: valueOf(planned, field), console: valueOf(after, field) }))
    : [];

/** `役職: 部長 / 課長`: planned, and in the console. */
const inWords = (kind: Import["kind"], difference: Difference): Text => {
  const [en, ja] = ["planned", "計画"];
  const parts = valuesOf(difference).map(({ field, planned, console }) => [
    fieldName(kind, field),
    shown(planned),
    shown(console),
  ]);
  const line = (word: string, console: string): string =>
    parts.map(([header, ours, theirs]) => `${header}: ${word} ${ours || "-"}, ${console} ${theirs || "-"}`).join("; ");
  return text(line(en, "console"), line(ja, "管理画面"));
};

const nameOf = ({ planned, after }: Difference): string =>
  shown(
    [...planned, ...after].find(({ field }) => ["name", "displayName", "identificationName"].includes(field))?.value,
  );

/** The columns of what differs between the console's export and a plan. */
export const DIFFERENCE_COLUMNS = (kind: Import["kind"]): readonly Column<Difference>[] => [
  {
    key: "what",
    header: text("what", "差異"),
    value: ({ action }) => WHAT[action][0],
    name: ({ action }) => WHAT[action][1],
  },
  { key: "key", header: text("key", "キー"), value: ({ key }) => key },
  { key: "name", header: text("name", "名前"), value: nameOf },
  { key: "values", header: text("values", "値"), value: valuesOf, name: (difference) => inWords(kind, difference) },
  {
    key: "touched",
    header: text("touched by the plan", "計画の対象"),
    value: ({ touched }) => touched,
    name: ({ touched }) => (touched ? text("yes", "はい") : text("no", "いいえ")),
  },
];
