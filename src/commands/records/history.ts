import type { RecordHistory, RecordVersion } from "../../lib/client/index.ts";
import { actionName } from "../../lib/model/audit.ts";
import { nameIn, ROW_ACTION_NAMES } from "../../lib/model/import.ts";
import type { Field, Fields } from "../../lib/model/thing.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { counted, joined, same, text, type Text } from "../../lib/text/index.ts";
import { listColumns } from "../listing/list.ts";
import { theOne, type NamedKind } from "../listing/named.ts";
import type { Tools } from "../tools.ts";
import { labelOf, told, worded, type Moment } from "./worded.ts";

/** A version, and the record that it is of. */
interface ListedVersion extends RecordVersion {
  readonly record: Pick<RecordHistory, "id" | "name" | "deleted">;
}

type VersionChange = RecordVersion["changes"][number];

/** The first part of the name of a change in a custom field. */
const CUSTOM = "custom:";

/** Returns the field of a change and its label; a custom field is not in the model. */
const fieldOf = (fields: Fields, name: string): { readonly field: Field | undefined; readonly label: Text } => {
  if (name.startsWith(CUSTOM)) return { field: undefined, label: same(name.slice(CUSTOM.length)) };
  const [own = name] = Object.entries(fields).find(([key, { short }]) => key === name || short === name) ?? [];
  const { [own]: field } = fields;
  const label = labelOf(fields, own);
  return { field, label: field?.onScreen === undefined ? label : text(label.en, field.onScreen) };
};

/** `役職: 主任 → 課長`; the value alone if the record is new or deleted. */
const describeChange = (
  { field: name, old, new: value }: VersionChange,
  action: RecordVersion["action"],
  { fields, moment }: { readonly fields: Fields; readonly moment: Moment },
): Text => {
  const { field, label } = fieldOf(fields, name);
  const shown = (of: VersionChange["old"]): Text => told(of, (one) => worded(one, field, moment));
  const [from, to] = [shown(old), shown(value)];
  if (action === "create") return text(`${label.en}: ${to.en}`, `${label.ja}: ${to.ja}`);
  if (action === "delete") return text(`${label.en}: ${from.en}`, `${label.ja}: ${from.ja}`);
  return text(`${label.en}: ${from.en} → ${to.en}`, `${label.ja}: ${from.ja} → ${to.ja}`);
};

/** `edit user (undone by 12)`. */
const describeCommand = ({ command, undoes, undoneBy }: RecordVersion): Text | null => {
  if (command === null) return null;
  const { en, ja } = actionName(command);
  if (undoneBy !== null) return text(`${en} (undone by ${undoneBy})`, `${ja}(${undoneBy} で取り消し)`);
  return undoes === null ? text(en, ja) : text(`${en} ${undoes}`, `${ja}(${undoes})`);
};

const versionColumns = (fields: Fields, moment: Moment): readonly Column<ListedVersion>[] => [
  { key: "number", header: text("change", "変更番号"), align: "end", value: ({ number }) => number },
  { key: "at", header: text("at", "日時"), value: ({ at }) => at, instant: true, whole: true },
  { key: "actor", header: text("by", "実行者"), value: ({ actor }) => actor, ends: true },
  {
    key: "command",
    header: text("command", "操作"),
    value: ({ command }) => command,
    name: describeCommand,
    whole: true,
  },
  {
    key: "action",
    header: text("action", "動作"),
    value: ({ action }) => action,
    name: ({ action }) => nameIn(ROW_ACTION_NAMES, action),
  },
  { key: "undoes", header: text("undoes", "取り消した変更"), align: "end", value: ({ undoes }) => undoes },
  { key: "undoneBy", header: text("undone by", "取り消し元"), align: "end", value: ({ undoneBy }) => undoneBy },
  {
    key: "record",
    header: text("record", "対象"),
    wraps: true,
    value: ({ record }) => record,
    name: ({ record }) => same(record.name),
  },
  {
    key: "changes",
    header: text("changes", "変更内容"),
    wraps: true,
    value: ({ changes }) => changes,
    name: ({ changes, action }) => joined(changes.map((change) => describeChange(change, action, { fields, moment }))),
  },
];

const USUAL = ["number", "at", "actor", "command", "action", "changes"];

/** If several records match, each line shows its record. */
const USUAL_OF_SEVERAL = [...USUAL.slice(0, 3), "record", ...USUAL.slice(3)];

/** How the records of a noun are looked up and shown. */
export interface HistoryNoun extends Omit<NamedKind<RecordHistory>, "describe"> {
  readonly fields: Fields;
}

/** The help of the commands that show histories. @param named the names by which deleted records are found */
export const historyDetails = (named: Text): readonly Text[] => [
  text(
    `Every version, oldest first, whoever wrote it: the number of the change (undo NUMBER undoes it), when, who, by which command, and every value from what to what. Deleted records are found by the id or by a former ${named.en}. If several records have or had it, all are listed. Passwords are never shown.`,
    `すべての変更を古い順に表示します(手作業・インポート・引き継ぎの適用・取り消し・管理画面からの取り込み)。変更番号(undo 番号 で取り消せます)、日時、実行者、操作、変更前と変更後の値がわかります。削除されたものも、ID または以前の${named.ja}で探せます。複数が該当する場合はすべて表示します。パスワードは表示しません。`,
  ),
];

/**
 * Shows the histories of the records that have or had a name.
 *
 * @param near similar names, if no record has this one
 * @throws Failure `not-found` if there is none
 */
export async function showHistory(
  { terminal }: Pick<Tools, "terminal">,
  noun: HistoryNoun,
  typed: string,
  found: readonly RecordHistory[],
  near: () => Promise<readonly (string | Text)[]>,
): Promise<void> {
  if (found.length === 0) theOne(typed, found, { ...noun, describe: ({ name }) => name }, await near());
  if (found.length > 1) {
    const all = found.map(({ name }) => name);
    await terminal.note(
      text(
        `${counted(found.length, noun.noun.en)} have or had this name: ${all.join(", ")}`,
        `この名前を使用中または使用していた${noun.noun.ja}は ${found.length} 件です: ${all.join("、")}`,
      ),
    );
  }
  for (const { name, deleted, versions } of found) {
    if (deleted) await terminal.note(text(`${name} was deleted`, `${name} は削除されています`));
    if (versions.length === 0)
      await terminal.note(text(`no change of ${name} is recorded`, `${name} の変更の記録はありません`));
  }
  const listed = found.flatMap(({ versions, ...record }) => versions.map((version) => ({ ...version, record })));
  const columns = versionColumns(noun.fields, (at) => terminal.moment(at));
  const isSeveral = found.length > 1;
  const sorted = isSeveral ? listed.toSorted((a, b) => (a.at ?? "").localeCompare(b.at ?? "")) : listed;
  await terminal.list(listColumns(terminal, columns, isSeveral ? USUAL_OF_SEVERAL : USUAL), sorted);
}
