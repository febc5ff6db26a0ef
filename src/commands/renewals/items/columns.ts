import { DOWNLOAD_FIELDS, RENEWAL_ITEM, RENEWAL_STATES } from "../../../lib/model/renewal.ts";
import { namedChoice, type Fields } from "../../../lib/model/thing.ts";
import { FINDINGS, type Finding } from "../../../lib/renewals/findings.ts";
import { LEVEL_NAMES } from "../../../lib/document/level.ts";
import type { CheckedItem, JudgedItem } from "../../../lib/renewals/judge.ts";
import type { Column } from "../../../lib/terminal/index.ts";
import { same, text, type Text } from "../../../lib/text/index.ts";
import { columnsOfFields } from "../../listing/columns.ts";

const { id, kind, name, organisation, expiresAt, certainty, fingerprint, topic, source } = RENEWAL_ITEM.fields;
const { owner, account, phone, phoneHolder, notes, confirmedAt, confirmedBy } = RENEWAL_ITEM.fields;

/** How an item stands, beside what is recorded of it. */
const { context, expiresOn, daysLeft, level } = {
  context: { type: "text", label: text("context", "コンテキスト") },
  expiresOn: { type: "text", label: text("expires on", "期限") },
  daysLeft: { type: "integer", label: text("days left", "残り日数") },
  level: { ...namedChoice(LEVEL_NAMES), label: text("level", "状態") },
} as const satisfies Fields;

/** How it stands towards its renewed file; blank if there is none. */
const STATE: Column<Pick<JudgedItem, "state">> = {
  key: "state",
  header: text("renewed file", "更新ファイル"),
  value: ({ state }) => (state === "current" ? null : state),
  name: ({ state }) => (state === "current" ? null : RENEWAL_STATES[state]),
};

/** A day that is cut says nothing. */
const whole = <R>(column: Column<R>): Column<R> => (column.key === "expiresOn" ? { ...column, whole: true } : column);

/** A day as people read it: `~` marks an estimate. */
export const shownDay = (
  day: string | null,
  { certainty: how }: { readonly certainty: string | null },
): string | null => (day !== null && how === "estimated" ? `~${day}` : day);

/** All that is shown of an item. */
export const ITEM_COLUMNS: readonly Column<JudgedItem>[] = [
  ...columnsOfFields<JudgedItem>({ context, id, kind, name, organisation }),
  ...columnsOfFields<JudgedItem>({ expiresAt, expiresOn, daysLeft, level, certainty }).map(whole),
  ...columnsOfFields<JudgedItem>({
    owner,
    account,
    phone,
    phoneHolder,
    topic,
    fingerprint,
    notes,
    source,
    confirmedAt,
    confirmedBy,
  }),
  STATE,
  ...columnsOfFields<JudgedItem>(DOWNLOAD_FIELDS),
];

/** Keys of the columns of {@link ITEM_COLUMNS} that a list has when it was not told which. */
export const USUAL_ITEM_COLUMNS: readonly string[] = [
  "context",
  "kind",
  "name",
  "organisation",
  "expiresOn",
  "daysLeft",
  "level",
  "owner",
  "state",
];

/** Keys of the columns of {@link CHECK_COLUMNS} that a list has when it was not told which. */
export const USUAL_CHECK_COLUMNS: readonly string[] = [
  "level",
  "daysLeft",
  "expiresOn",
  "kind",
  "name",
  "organisation",
  "context",
  "source",
  "state",
];

/** What a finding has in the place of a kind. */
const kindOf = ({ about }: Finding): Text =>
  about === "support-option" || about === "system-administrators" ? text("administrators", "管理者") : FINDINGS[about];

/** What people read of a finding: its kind, and where it is about nothing that has a name, its label. */
function labelled(column: Column<CheckedItem>): Column<CheckedItem> {
  if (column.key === "kind") {
    return {
      ...column,
      name: (one) => (one.finding === undefined ? (column.name?.(one) ?? null) : kindOf(one.finding)),
    };
  }
  if (column.key !== "name") return column;
  const called = ({ finding, name: own }: CheckedItem): Text =>
    finding === undefined || finding.item !== undefined ? same(own) : FINDINGS[finding.about];
  return { ...column, name: called };
}

const shownName = (day: string | null): Text | null => (day === null ? null : same(day));

/** What is shown of something that was checked. */
export const CHECK_COLUMNS: readonly Column<CheckedItem>[] = [
  {
    key: "level",
    header: level.label,
    value: (one) => one.level,
    // the words of a date would say that something expires
    name: ({ level: of, finding }) => (finding?.level === "warning" ? text("to heed", "要確認") : LEVEL_NAMES[of]),
  },
  ...columnsOfFields<CheckedItem>({ daysLeft, expiresOn })
    .map(whole)
    .map((column) =>
      column.key === "expiresOn"
        ? { ...column, name: (one: CheckedItem) => shownName(shownDay(one.expiresOn, one)) }
        : column,
    ),
  ...columnsOfFields<CheckedItem>({ expiresAt: { ...expiresAt, label: text("expires at", "期限(時刻)") } }),
  ...columnsOfFields<CheckedItem>({ kind, name, organisation, context, source }).map(labelled),
  STATE,
  ...columnsOfFields<CheckedItem>({ certainty, fingerprint, topic }),
  {
    key: "remark",
    header: text("remark", "備考"),
    value: ({ remark }) => remark?.en ?? null,
    name: ({ remark }) => remark,
  },
];

/** Keys of columns that a table leaves out where no row has anything there. */
const OPTIONAL: ReadonlySet<string> = new Set(["organisation", "source", "state"]);

/** The columns of {@link CHECK_COLUMNS} that a table for people has: names and days have the room of what no row has. */
export const checkTableColumns = (
  rows: readonly CheckedItem[],
  { severalContexts }: { readonly severalContexts: boolean },
): readonly Column<CheckedItem>[] =>
  CHECK_COLUMNS.filter(({ key, value }) => {
    if (!USUAL_CHECK_COLUMNS.includes(key)) return false;
    if (key === "context") return severalContexts;
    return !OPTIONAL.has(key) || rows.some((row) => value(row) !== null);
  });
