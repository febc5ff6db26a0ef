import { line } from "../../lib/advice/index.ts";
import type { ConsoleTask, TaskRecord } from "../../lib/client/index.ts";
import { ACCOUNT, ACCOUNT_SETTINGS } from "../../lib/nouns/account.ts";
import { getConsoleLabel, formatConsoleValue, CONSOLE_WORK_NAMES } from "../../lib/model/console-task.ts";
import { findColumn } from "../../lib/model/format.ts";
import { FORMATS } from "../../lib/model/formats.ts";
import { formatOrgPath, ORG } from "../../lib/nouns/organisation.ts";
import type { Field, Thing } from "../../lib/model/thing.ts";
import { THINGS, getThingNoun } from "../../lib/nouns/index.ts";
import { USER } from "../../lib/nouns/user.ts";
import { addArticle, joinTexts, same, text, type Text } from "../../lib/text/index.ts";
import { getConsolePage, insertAppName } from "./screen.ts";
import { buildConsoleImportCommand } from "../imports/refusal/console-import-command.ts";

type RecordChange = TaskRecord["changes"][number];

const MAX_NAMED_RECORDS = 10;

const COMMA = text(", ", "、");

const getRecordType = ({ thing }: Pick<TaskRecord, "thing">): Thing => THINGS.get(thing) ?? FORMATS.users.thing;

const getKind = ({ changes }: TaskRecord) => changes.find(({ field }) => field === "kind")?.after ?? null;

const isExportedType = ({ formats }: Thing): boolean => Object.keys(formats).length > 0;

/** Fields of a user that are on the form of the account. The role of the account says more than `administrator`. */
const FIELDS_ON_ACCOUNT_FORM: Readonly<Record<string, string | undefined>> = {
  accountName: "name",
  accountPassword: "password",
  administrator: undefined,
};

/** Moves the changes of a user to the record of the account, because both are on one form. @see seed 000 */
function joinAccountForms({ records, ...task }: ConsoleTask): ConsoleTask {
  const accounts = new Set(records.flatMap(({ thing, id }) => (thing === ACCOUNT.name ? [id] : [])));
  const users = new Map(records.flatMap((one) => (one.thing === USER.name ? [[one.id, one] as const] : [])));
  const joined = records.flatMap((record): readonly TaskRecord[] => {
    if (record.thing === ACCOUNT.name) {
      const moved = users.get(record.id)?.changes.flatMap((change) => {
        const { [change.field]: field } = FIELDS_ON_ACCOUNT_FORM;
        return field === undefined ? [] : [{ ...change, field }];
      });
      return [{ ...record, changes: [...(moved ?? []), ...record.changes] }];
    }
    if (record.work !== "edit" || record.thing !== USER.name || !accounts.has(record.id)) return [record];
    const changes = record.changes.filter(({ field }) => !(field in FIELDS_ON_ACCOUNT_FORM));
    return changes.length === 0 ? [] : [{ ...record, changes }];
  });
  return { ...task, records: joined, update: task.update - (records.length - joined.length) };
}

export const buildTaskSteps = (task: ConsoleTask, most = MAX_NAMED_RECORDS): readonly Text[] => [
  ...buildUploadStep(task),
  ...buildRecordSteps(joinAccountForms(task), most),
  ...buildClosingSteps(task),
];

function buildUploadStep({ number, create, update, records }: ConsoleTask): readonly Text[] {
  if (create + update < 2 || !records.every((record) => isExportedType(getRecordType(record)))) return [];
  const write = line("console upload", [number], { output: "upload" });
  return [text(`instead of entering them one by one: ${write}`, `1 件ずつ入力する代わりに: ${write}`)];
}

function buildRecordSteps(task: ConsoleTask, most: number): readonly Text[] {
  const { records, number } = task;
  const shown = records.slice(0, most);
  const places = Map.groupBy(shown.flatMap(listPlaces), ({ place }) => place.ja);
  const steps = [...places.values()].flatMap((all) => [
    ...all.slice(0, 1).map(({ place }) => place),
    ...all.map(({ entry }) => entry),
  ]);
  const rest = task.create + task.update + task.delete - shown.length;
  if (rest <= 0) return steps;
  const see = line("console show", [number], { rows: true });
  return [...steps, text(`to see the remaining records (${rest}): ${see}`, `ほかの ${rest} 件を表示するには: ${see}`)];
}

function listPlaces(record: TaskRecord): readonly { readonly place: Text; readonly entry: Text }[] {
  const { clicks, fields } = getRecordType(record);
  const own = record.work === "perform" ? clicks?.kinds?.[String(getKind(record))] : clicks?.[record.work];
  const usual = own ?? clicks?.edit ?? getConsolePage(record.kind);
  const work = CONSOLE_WORK_NAMES[record.work];
  const name = formatNameWithKey(record, record.console ?? record);
  const pageOf = (field: string): Text => insertAppName(record.kind, clicks?.fields?.[field] ?? usual);
  const placeOf = ({ en, ja }: Text): Text => text(`${work.en}: ${en}`, `${work.ja}: ${ja}`);
  if (record.changes.length === 0) return [{ place: placeOf(pageOf("")), entry: same(name) }];
  return [...Map.groupBy(record.changes, ({ field }) => pageOf(field).ja).values()].map((changes) => {
    const { en, ja } = joinTexts(
      changes.map((change) => describeValueChange(fields, change)),
      COMMA,
    );
    return {
      place: placeOf(pageOf(changes[0]?.field ?? "")),
      entry: text(`${name}: ${en}`, `「${name}」: ${ja}`),
    };
  });
}

function describeValueChange(fields: Thing["fields"], { field, before, after }: RecordChange): Text {
  const { [field]: of } = fields as Readonly<Record<string, Field | undefined>>;
  const label = getConsoleLabel(fields, field);
  if (of?.secret === true)
    return text(`${label}: the new value (not stored by clomoctl)`, `${label}: 新しい値(clomoctl は保存していません)`);
  const [from, to] = [formatConsoleValue(of, before), formatConsoleValue(of, after)];
  return before === null
    ? text(`${label}: ${to.en}`, `${label}: ${to.ja}`)
    : text(`${label}: ${from.en} → ${to.en}`, `${label}: ${from.ja} → ${to.ja}`);
}

function buildClosingSteps({ number, records }: ConsoleTask): readonly Text[] {
  const [confirm, drop] = [line("console confirm", [number]), line("console drop", [number])];
  const isExported = records.every((record) => isExportedType(getRecordType(record)));
  const takes = isExported ? new Set(records.map(({ kind }) => `${buildConsoleImportCommand(kind)}`)) : [];
  const isShown = ({ kind, work, changes }: TaskRecord): boolean =>
    work === "create" ||
    work === "delete" ||
    changes.every(({ field }) => findColumn(FORMATS[kind].columns, field)?.consoleExport === true);
  return [
    ...[...takes].map((take) =>
      text(`export the records in the console, then: ${take}`, `管理画面でエクスポートしてから: ${take}`),
    ),
    ...(isExported && records.every(isShown)
      ? []
      : [
          text(
            `if exports do not show the change after the task is done: ${confirm}`,
            `作業を終えても変更がエクスポートに反映されない場合: ${confirm}`,
          ),
        ]),
    text(`if you decide not to do the task: ${drop}`, `作業を行わないことにした場合: ${drop}`),
  ];
}

const formatNameWithKey = (
  { thing }: Pick<TaskRecord, "thing">,
  { name, key }: Pick<TaskRecord, "name" | "key">,
): string => {
  if (thing === ACCOUNT_SETTINGS.name) return "CLOMO アカウント設定";
  if (key === null || key === name) return name;
  if (thing !== ORG.name) return `${name} <${key}>`;
  // an organisation without a code has its path as the key, and the path already ends with the name
  return key === formatOrgPath([name]) ? name : key.endsWith(`/${formatOrgPath([name])}`) ? key : `${name} (${key})`;
};

export const formatRecordLabel = (record: TaskRecord): string => {
  const here = formatNameWithKey(record, record);
  return record.console === null ? here : `${formatNameWithKey(record, record.console)} → ${here}`;
};

export const getTaskSubject = (task: ConsoleTask): string | null => {
  const {
    name,
    records: [only, ...more],
  } = joinAccountForms(task);
  if (only === undefined) return name;
  return more.length === 0 ? formatRecordLabel(only) : (name ?? `${formatRecordLabel(only)}, …`);
};

export const summarizeTask = (task: ConsoleTask): Text => {
  const {
    records: [only, ...more],
    ...counts
  } = joinAccountForms(task);
  if (only?.work === "perform") {
    const action = formatConsoleValue(getRecordType(only).fields["kind"], getKind(only));
    const [{ en, ja }, times] = [CONSOLE_WORK_NAMES.perform, more.length === 0 ? "" : ` ${counts.create}`];
    return text(`${en}: ${action.en}${times}`, `${ja}: ${action.ja}${times}`);
  }
  if (only !== undefined && more.length === 0) {
    const [{ en, ja }, of] = [CONSOLE_WORK_NAMES[only.work], getThingNoun(only.thing)];
    return text(`${en} ${addArticle(of.en)}`, `${of.ja}を${ja}`);
  }
  const done = (["create", "update", "delete"] as const).flatMap((action): Text | readonly Text[] => {
    if (counts[action] === 0) return [];
    const { en, ja } = CONSOLE_WORK_NAMES[action === "update" ? "edit" : action];
    return text(`${en} ${counts[action]}`, `${ja.replace(/する$/, "")} ${counts[action]}`);
  });
  return joinTexts(done, COMMA);
};

export const getTaskScreen = (task: ConsoleTask): Text => {
  const {
    kind,
    records: [first],
  } = joinAccountForms(task);
  const own = first && getRecordType(first).clicks?.page;
  return own === undefined ? getConsolePage(kind) : insertAppName(kind, own);
};

export const describeTaskChanges = ({ records: [only, ...others] }: Pick<ConsoleTask, "records">): readonly Text[] =>
  only === undefined || others.length > 0
    ? []
    : only.changes.map((change) => describeValueChange(getRecordType(only).fields, change));
