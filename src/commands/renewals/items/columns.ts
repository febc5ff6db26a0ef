import { RENEWAL_ITEM, RENEWAL_STATES } from "../../../lib/model/renewal.ts";
import { defineLabelledChoice, type Fields } from "../../../lib/model/thing.ts";
import { LEVEL_NAMES } from "../../../lib/document/level.ts";
import type { CheckedItem, JudgedItem } from "../../../lib/renewals/judge.ts";
import type { Column } from "../../../lib/terminal/index.ts";
import { same, text } from "../../../lib/text/index.ts";
import { buildFieldColumns } from "../../listing/list.ts";

const { id, kind, name, organisation, expiresAt, certainty, fingerprint, topic, source } = RENEWAL_ITEM.fields;
const { owner, account, phone, phoneHolder, notes, confirmedAt, confirmedBy } = RENEWAL_ITEM.fields;

const { context, expiresOn, daysLeft, level } = {
  context: { type: "text", label: text("context", "コンテキスト") },
  expiresOn: { type: "text", label: text("expires on", "期限") },
  daysLeft: { type: "integer", label: text("days left", "残り日数") },
  level: { ...defineLabelledChoice(LEVEL_NAMES), label: text("level", "状態") },
} as const satisfies Fields;

const RENEWED_FILE_COLUMN: Column<Pick<CheckedItem, "state">> = {
  key: "state",
  header: text("renewed file", "更新ファイル"),
  value: ({ state }) => (state === "current" ? null : state),
  name: ({ state }) => (state === "current" ? null : RENEWAL_STATES[state]),
};

/** Shows people the time of a near expiry, in a column that is never cut, because part of a date is useless. */
const showExpiry = <R extends Pick<CheckedItem, "expiry">>(column: Column<R>): Column<R> =>
  column.key === "expiresOn"
    ? { ...column, whole: true, name: ({ expiry }) => (expiry === null ? null : same(expiry)) }
    : column;

export const ITEM_COLUMNS: readonly Column<JudgedItem>[] = [
  ...buildFieldColumns<JudgedItem>({ context, id, kind, name, organisation }),
  ...buildFieldColumns<JudgedItem>({ expiresAt, expiresOn, daysLeft, level, certainty }).map(showExpiry),
  ...buildFieldColumns<JudgedItem>({
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
];

export const DEFAULT_ITEM_COLUMNS: readonly string[] = [
  "context",
  "kind",
  "name",
  "organisation",
  "expiresOn",
  "daysLeft",
  "level",
  "owner",
];

export const DEFAULT_CHECK_COLUMNS: readonly string[] = [
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

export const CHECK_COLUMNS: readonly Column<CheckedItem>[] = [
  {
    key: "level",
    header: level.label,
    value: (one) => one.level,
    name: (one) => LEVEL_NAMES[one.level],
  },
  ...buildFieldColumns<CheckedItem>({ daysLeft, expiresOn }).map(showExpiry),
  ...buildFieldColumns<CheckedItem>({ expiresAt: { ...expiresAt, label: text("expires at", "期限(時刻)") } }),
  ...buildFieldColumns<CheckedItem>({ kind, name, organisation, context, source }),
  RENEWED_FILE_COLUMN,
  ...buildFieldColumns<CheckedItem>({ certainty, fingerprint, topic }),
  {
    key: "remark",
    header: text("remark", "備考"),
    advice: true,
    value: ({ remark }) => remark?.en ?? null,
    name: ({ remark }) => remark,
  },
];
