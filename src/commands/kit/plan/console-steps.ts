import { line, type CommandLine } from "../../../lib/advice/index.ts";
import type { ConsoleTask, ImportKind, TaskRecord } from "../../../lib/client/index.ts";
import { ACCOUNT, ACCOUNT_SETTINGS } from "../../../lib/nouns/account.ts";
import { getConsoleLabel, formatConsoleValue, CONSOLE_WORK_NAMES } from "../../../lib/derived/console-task.ts";
import { findColumn } from "../../../lib/derived/format.ts";
import { FORMATS } from "../../../lib/derived/formats.ts";
import { IMPORT_MODE_NAMES } from "../../../lib/model/import.ts";
import { formatOrgPath, ORG } from "../../../lib/nouns/organisation.ts";
import type { Field, RecordType } from "../../../lib/model/thing.ts";
import { RECORD_TYPES, getThingNoun } from "../../../lib/nouns/index.ts";
import { formatSecuredAppName } from "../../../lib/nouns/secured-user.ts";
import { addArticle, joinTexts, same, text, type Text } from "../../../lib/text/index.ts";
import type { Column } from "../../../lib/terminal/index.ts";

const buildConsoleImportCommand = (kind: ImportKind): CommandLine =>
  line("console sync", ["EXPORT.csv"], { app: FORMATS[kind].app });

const getConsolePage = (kind: ImportKind): Text => insertAppName(kind, FORMATS[kind].thing.screen.page);

export const insertAppName = (kind: ImportKind, { en, ja }: Text): Text => {
  const { app } = FORMATS[kind];
  if (app === undefined) return text(en, ja);
  return text(en.replace("{app}", formatSecuredAppName(app)), ja.replace("{app}", formatSecuredAppName(app)));
};

export const describeExport = (kind: ImportKind): Text => {
  const take = buildConsoleImportCommand(kind);
  return text(`export the records in the console, then: ${take}`, `管理画面でエクスポートしてから: ${take}`);
};

/** @param isWhole true for a file for 全件更新 */
export function describeUpload(kind: ImportKind, isWhole: boolean): Text {
  const { clicks, choice } = FORMATS[kind].thing.screen;
  const page = getConsolePage(kind);
  const upload = text(`upload in ${page.en}${clicks.en}`, `${page.ja}${clicks.ja}`);
  if (choice === undefined) {
    return text(
      `${upload.en}, and select the option that fits this file (clomoctl does not know which one)`,
      `${upload.ja}、このファイルに合う選択肢でアップロードしてください(どれが合うかは clomoctl では確認できていません)`,
    );
  }
  const { append, replace } = IMPORT_MODE_NAMES;
  const [{ ja: name }, { ja: other }] = isWhole ? [replace, append] : [append, replace];
  return text(
    `${upload.en}, with ${choice.en} set to ${name} (never ${other})`,
    `${upload.ja}、${choice.ja}必ず「${name}」にしてアップロードしてください(「${other}」は不可)`,
  );
}

const MAX_NAMED_RECORDS = 10;

const COMMA = text(", ", "、");

const getRecordType = ({ thing }: { readonly thing: string }) => RECORD_TYPES.get(thing) ?? FORMATS.users.thing;

const getKind = ({ changes }: TaskRecord) => changes.find(({ field }) => field === "kind")?.after ?? null;

const isExported = (record: TaskRecord): boolean => getRecordType(record).formats !== undefined;

export const buildTaskSteps = (task: ConsoleTask, most = MAX_NAMED_RECORDS): readonly Text[] => {
  const write = line("console upload", [task.number], { output: "upload" });
  const isUploadable = task.create + task.update > 1 && task.records.every(isExported);
  return [
    ...(isUploadable
      ? [text(`instead of entering them one by one: ${write}`, `1 件ずつ入力する代わりに: ${write}`)]
      : []),
    ...buildRecordSteps(task, most),
    ...buildClosingSteps(task),
  ];
};

function* buildRecordSteps(task: ConsoleTask, most: number): Generator<Text> {
  const { records, number } = task;
  const shown = records.slice(0, most);
  for (const entries of Map.groupBy(shown.flatMap(listPlaces), ({ place }) => place.ja).values()) {
    yield* entries.slice(0, 1).map(({ place }) => place);
    // one form can have fields of two records: a user's and their account's
    for (const [name, of] of Map.groupBy(entries, (entry) => entry.name.ja)) {
      const entered = of.flatMap(({ values }) => values);
      const { en, ja } = joinTexts(entered, COMMA);
      yield ja === "" ? (of[0]?.name ?? same(name)) : text(`${name}: ${en}`, `「${name}」: ${ja}`);
    }
  }
  const listed = task.create + task.update + task.delete + records.filter(isLeftOut).length;
  const rest = listed - shown.length;
  const see = line("console show", [number], { rows: true });
  if (rest > 0) yield text(`to see the remaining records (${rest}): ${see}`, `ほかの ${rest} 件を表示するには: ${see}`);
}

/** Fields that the console's screen does not have: the role says who is an administrator. */
const getOwnFields = (work: TaskRecord["work"]): readonly string[] =>
  work === "perform" ? ["serialNumber", "kind", "reason", "by"] : ["administrator"];

type Entry = Readonly<Record<"place" | "name", Text> & { values: readonly Text[] }>;

function listPlaces(record: TaskRecord): readonly Entry[] {
  const { clicks, fields } = getRecordType(record);
  const { kind, work, changes } = record;
  const name = formatNameWithKey(record, record.console ?? record);
  const action = work === "perform" ? clicks?.kinds?.[String(getKind(record))] : undefined;
  const own = work === "perform" || work === "settle" ? action : clicks?.[work];
  const pageOf = (field: string): Text => {
    const page = insertAppName(kind, clicks?.fields?.[field] ?? own ?? clicks?.edit ?? getConsolePage(kind));
    return joinTexts([CONSOLE_WORK_NAMES[work], page], same(": "));
  };
  const entered = changes.filter(({ field }, _, { length }) => length === 1 || !getOwnFields(work).includes(field));
  const row = text(`row ${record.row}: ${name}`, `${record.row} 行目: ${name}`);
  if (entered.length === 0) return [{ place: pageOf(""), name: isLeftOut(record) ? row : same(name), values: [] }];
  return [...Map.groupBy(entered, ({ field }) => pageOf(field).ja).values()].map((of) => ({
    place: pageOf(of[0]?.field ?? ""),
    name: same(name),
    values: of.map((change) => describeValueChange(fields, change)),
  }));
}

type RecordChange = TaskRecord["changes"][number];

function describeValueChange(fields: RecordType["fields"], { field, before, after }: RecordChange): Text {
  const { [field]: of } = fields as Readonly<Record<string, Field | undefined>>;
  const label = getConsoleLabel(fields, field);
  if (of?.secret === true)
    return text(`${label}: the new value (not stored by clomoctl)`, `${label}: 新しい値(clomoctl は保存していません)`);
  const values = (before === null ? [after] : [before, after]).map((value) => formatConsoleValue(of, value));
  const { en, ja } = joinTexts(values, same(" → "));
  return text(`${label}: ${en}`, `${label}: ${ja}`);
}

const isLeftOut = ({ state }: TaskRecord): boolean => state === "left-out";

const isInState = (records: readonly TaskRecord[], state: TaskRecord["state"]): boolean =>
  records[0]?.state === state && records.every((record) => record.state === state);

const isShownByExport = ({ kind, work, changes }: TaskRecord): boolean =>
  work === "create" ||
  work === "delete" ||
  changes.every(({ field }) => findColumn(FORMATS[kind].columns, field)?.consoleExport === true);

function* buildClosingSteps({ number, records: all }: ConsoleTask): Generator<Text> {
  const leftOut = all.find(isLeftOut);
  if (leftOut !== undefined) {
    const sync = buildConsoleImportCommand(leftOut.kind);
    yield text(
      `give one of the records that share this key another key, or drop their tasks, then sync again: ${sync}`,
      `このキーに当てはまるデータの 1 つに別のキーを付けるか、その作業を取り下げてから、もう一度取り込んでください: ${sync}`,
    );
  }
  const records = all.filter((record) => !isLeftOut(record));
  if (records.length === 0) return;
  const [confirm, drop] = [line("console confirm", [number]), line("console drop", [number])];
  const apps = new Map(records.map(({ kind }) => [FORMATS[kind].app, kind]));
  if (isInState(records, "unsettled"))
    yield text(
      "to add it to the console again, import a list that contains it",
      "管理画面に作り直すには、そのデータを含む一覧をインポートしてください",
    );
  else if (!records.every(isExported)) yield text(`after the task is done: ${confirm}`, `作業を終えたら: ${confirm}`);
  else {
    yield* apps.values().map(describeExport);
    if (!records.every(isShownByExport))
      yield text(
        `if exports do not show the change after the task is done: ${confirm}`,
        `作業を終えても変更がエクスポートに反映されない場合: ${confirm}`,
      );
  }
  if (isInState(records, "taken-back")) {
    const write = line("console upload", [number], { output: "upload" });
    yield text(`to write a file that restores the values: ${write}`, `元の値に戻すファイルを書き出すには: ${write}`);
  }
  yield text(`to take what the console has instead: ${drop}`, `代わりに管理画面の内容に合わせるには: ${drop}`);
}

const formatNameWithKey = ({ thing }: Pick<TaskRecord, "thing">, { name, key }: Pick<TaskRecord, "name" | "key">) => {
  if (thing === ACCOUNT_SETTINGS.name) return "CLOMO アカウント設定";
  if (key === name) return name;
  if (thing !== ORG.name) return `${name} <${key}>`;
  // an organisation without a code has its path as the key, and the path already ends with the name
  return key === formatOrgPath([name]) ? name : key.endsWith(`/${formatOrgPath([name])}`) ? key : `${name} (${key})`;
};

export const formatRecordLabel = (record: TaskRecord): string => {
  const here = formatNameWithKey(record, record);
  return record.console === null ? here : `${formatNameWithKey(record, record.console)} → ${here}`;
};

/** Returns the record of a task about one record, or the account of a task about a user and their account. */
const findOnlyRecord = ([first, second, ...more]: readonly TaskRecord[]): TaskRecord | undefined => {
  if (second === undefined) return first;
  return more.length === 0 && second.thing === ACCOUNT.name && second.id === first?.id ? second : undefined;
};

export const getTaskSubject = ({ name, records }: ConsoleTask): string | null => {
  const [[first], only] = [records, findOnlyRecord(records)];
  if (first === undefined) return name;
  return only !== undefined && !isLeftOut(only) ? formatRecordLabel(only) : (name ?? `${formatRecordLabel(first)}, …`);
};

export const summarizeTask = ({ number, records, ...counts }: ConsoleTask): Text => {
  const [[first], only] = [records, findOnlyRecord(records)];
  if (isInState(records, "taken-back"))
    return text(`taken back: change ${number}`, `取り消し済み(管理画面では実施済みの可能性あり): 変更 ${number}`);
  if (first?.work === "perform") {
    const action = formatConsoleValue(getRecordType(first).fields["kind"], getKind(first));
    const all = [action, ...(counts.create > 1 ? [same(String(counts.create))] : [])];
    return joinTexts([CONSOLE_WORK_NAMES.perform, joinTexts(all, same(" "))], same(": "));
  }
  if (only !== undefined && counts.leftOut === 0) {
    const [{ en, ja }, of] = [CONSOLE_WORK_NAMES[only.work], getThingNoun(only.thing)];
    return text(`${en} ${addArticle(of.en)}`, `${of.ja}を${ja}`);
  }
  const done = (["create", "update", "delete"] as const).flatMap((action): Text | readonly Text[] => {
    const { en, ja } = CONSOLE_WORK_NAMES[action === "update" ? "edit" : action];
    return counts[action] === 0 ? [] : text(`${en} ${counts[action]}`, `${ja.replace(/する$/, "")} ${counts[action]}`);
  });
  const left = text(`rows that the sync left out: ${counts.leftOut}`, `取り込まなかった行: ${counts.leftOut}`);
  return joinTexts(counts.leftOut === 0 ? done : [...done, left], COMMA);
};

export const getTaskScreen = ({ kind, records }: ConsoleTask): Text => {
  const first = findOnlyRecord(records) ?? records[0];
  const own = first && getRecordType(first).clicks?.page;
  return own === undefined ? getConsolePage(kind) : insertAppName(kind, own);
};

export const describeTaskChanges = ({ records: [only, ...others] }: Pick<ConsoleTask, "records">): readonly Text[] =>
  only === undefined || others.length > 0
    ? []
    : only.changes.map((change) => describeValueChange(getRecordType(only).fields, change));

export const TASK_COLUMNS: readonly Column<ConsoleTask>[] = [
  { key: "number", header: text("no.", "No."), value: ({ number }) => number, align: "end" },
  { key: "work", header: text("task", "作業"), value: (task) => summarizeTask(task).en, name: summarizeTask },
  { key: "place", header: text("screen", "画面"), value: (task) => getTaskScreen(task).en, name: getTaskScreen },
  { key: "name", header: text("target", "対象"), value: getTaskSubject, wraps: true },
  { key: "openedAt", header: text("opened at", "発生日時"), value: ({ openedAt }) => openedAt, instant: true },
];
