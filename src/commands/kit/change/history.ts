import type { RecordHistory, RecordVersion } from "../../../lib/client/index.ts";
import { formatActor } from "../../../lib/model/actor.ts";
import { getActionName } from "../../../lib/derived/audit.ts";
import { getDisplayName, ROW_ACTION_NAMES } from "../../../lib/model/import.ts";
import type { Field, Fields } from "../../../lib/model/thing.ts";
import { createColumn, type Column } from "../../../lib/terminal/output-choice.ts";
import { formatCount, joinTexts, same, text, type Text } from "../../../lib/text/index.ts";
import { listColumns } from "../list/list.ts";
import { requireSingleMatch, type NamedKind } from "../list/single-match.ts";
import type { Tools } from "../tools.ts";
import { labelOf, describeValueOrList, describeValue, type InstantFormatter } from "../columns/describe-value.ts";

export interface VersionRow extends RecordVersion {
  readonly record: Pick<RecordHistory, "id" | "name" | "deleted">;
}

type VersionChange = RecordVersion["changes"][number];

const CUSTOM_FIELD_PREFIX = "custom:";

const findChangedField = (
  fields: Fields,
  name: string,
): { readonly field: Field | undefined; readonly label: Text } => {
  if (name.startsWith(CUSTOM_FIELD_PREFIX))
    return { field: undefined, label: same(name.slice(CUSTOM_FIELD_PREFIX.length)) };
  const [own = name] = Object.entries(fields).find(([key, { short }]) => key === name || short === name) ?? [];
  const { [own]: field } = fields;
  const label = labelOf(fields, own);
  return { field, label: field?.onScreen === undefined ? label : text(label.en, field.onScreen) };
};

/** Returns `役職: 主任 → 課長`, or only one value if the record is new or deleted. */
const describeChange = (
  { field: name, old, new: value }: VersionChange,
  action: RecordVersion["action"],
  { fields, moment }: { readonly fields: Fields; readonly moment: InstantFormatter },
): Text => {
  const { field, label } = findChangedField(fields, name);
  const shown = (of: VersionChange["old"]): Text => describeValueOrList(of, (one) => describeValue(one, field, moment));
  const [from, to] = [shown(old), shown(value)];
  if (action === "create") return text(`${label.en}: ${to.en}`, `${label.ja}: ${to.ja}`);
  if (action === "delete") return text(`${label.en}: ${from.en}`, `${label.ja}: ${from.ja}`);
  return text(`${label.en}: ${from.en} → ${to.en}`, `${label.ja}: ${from.ja} → ${to.ja}`);
};

const describeCommand = ({ command, undoes }: RecordVersion): Text | null => {
  if (command === null) return null;
  const { en, ja } = getActionName(command);
  return undoes === null ? text(en, ja) : text(`${en} ${undoes}`, `${ja}(${undoes})`);
};

const buildVersionColumns = (fields: Fields, moment: InstantFormatter): readonly Column<VersionRow>[] => [
  createColumn("number", "change", "変更番号", { align: "end" }),
  createColumn("at", "time", "日時", { instant: true, whole: true }),
  createColumn("actor", "actor", "実行者", { name: ({ actor }) => (actor === null ? null : formatActor(actor)) }),
  createColumn("command", "command", "操作", { name: describeCommand }),
  createColumn("action", "action", "動作", { name: ({ action }) => getDisplayName(ROW_ACTION_NAMES, action) }),
  createColumn("undoes", "undoes change", "取り消した変更", { align: "end" }),
  createColumn("undoneBy", "undone by change", "この変更を取り消した変更", { align: "end" }),
  createColumn("record", "record", "対象", { wraps: true, name: ({ record }) => same(record.name) }),
  createColumn("changes", "changes", "変更内容", {
    wraps: true,
    name: ({ changes, action, undoneBy }) =>
      joinTexts([
        ...(action === "update" ? [] : [getDisplayName(ROW_ACTION_NAMES, action)]),
        ...(undoneBy === null ? [] : [text(`undone by change ${undoneBy}`, `変更 ${undoneBy} で取り消し済み`)]),
        ...changes.map((change) => describeChange(change, action, { fields, moment })),
      ]),
  }),
];

const DEFAULT_COLUMNS = ["number", "at", "actor", "record", "action", "command", "changes"];

export interface HistoryNoun extends Omit<NamedKind<RecordHistory>, "describe"> {
  readonly fields: Fields;
}

export const HISTORY_DETAILS = text(
  "Lists every version, oldest first, with the number of the change that made it. To undo a change, use undo NUMBER. To find a deleted record, use its ID or a former name. If several records match, all are listed. Passwords are never shown.",
  "すべての版を、変更番号とともに古い順に表示します(undo 変更番号 で取り消せます)。削除したデータも、ID か以前の名前で探せます。該当するデータが複数あれば、すべて表示します。パスワードは表示しません。",
);

export async function showHistory(
  { terminal }: Pick<Tools, "terminal">,
  noun: HistoryNoun,
  typed: string,
  found: readonly RecordHistory[],
): Promise<void> {
  if (found.length === 0) requireSingleMatch(typed, found, { ...noun, describe: ({ name }) => name });
  if (found.length > 1) {
    const all = found.map(({ name }) => name);
    await terminal.note(
      text(
        `${formatCount(found.length, noun.noun.en)} have or had this name: ${all.join(", ")}`,
        `現在または以前にこの名前の${noun.noun.ja}が ${found.length} 件あります: ${all.join("、")}`,
      ),
    );
  }
  for (const { name, deleted, versions } of found) {
    if (deleted) await terminal.note(text(`${name} was deleted`, `${name} は削除されています`));
    if (versions.length === 0)
      await terminal.note(text(`no changes to ${name} are recorded`, `${name} の変更の記録はありません`));
  }
  const listed = found.flatMap(({ versions, ...record }) => versions.map((version) => ({ ...version, record })));
  const columns = buildVersionColumns(noun.fields, (at) => terminal.moment(at));
  const isSeveral = found.length > 1;
  const sorted = isSeveral ? listed.toSorted((a, b) => (a.at ?? "").localeCompare(b.at ?? "")) : listed;
  // on a terminal, the changes name the action
  const omitted = [...(isSeveral ? [] : ["record"]), ...(terminal.onTerminal ? ["action"] : [])];
  const shown = DEFAULT_COLUMNS.filter((key) => !omitted.includes(key));
  await terminal.list(listColumns(terminal, columns, shown), sorted);
}
