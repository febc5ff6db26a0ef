import { line, type CommandLine } from "../../lib/advice/index.ts";
import type { ConsoleTask, TaskRecord } from "../../lib/client/index.ts";
import { ACCOUNT, ACCOUNT_SETTINGS } from "../../lib/model/account.ts";
import { getConsoleLabel, formatConsoleValue } from "../../lib/model/console-change.ts";
import { CONSOLE_WORK_NAMES, countTaskRecords, isOpenTask } from "../../lib/model/console-task.ts";
import { FORMAT_NAMES, type FormatName } from "../../lib/model/console-files.ts";
import { DEVICE } from "../../lib/model/device.ts";
import { FORMATS } from "../../lib/model/formats.ts";
import { IMPORT_MODE_NAMES, getDisplayName, ACTION_SIGNS } from "../../lib/model/import.ts";
import { formatOrgPath, ORG } from "../../lib/model/organisation.ts";
import { getThingNoun } from "../../lib/model/problem.ts";
import type { Field, Thing } from "../../lib/model/thing.ts";
import { THINGS } from "../../lib/model/things.ts";
import { UPLOAD_OMISSION_REASONS } from "../../lib/model/upload.ts";
import { formatCount, addArticle, joinTexts, same, text, type Text } from "../../lib/text/index.ts";
import {
  describeUploadCheck,
  insertAppName,
  getConsolePage,
  describeUpload,
} from "../imports/outputs/console/screen.ts";
import { getUploadMode } from "../../lib/model/upload.ts";
import { resolveDeletionsFile, countManualDeletions } from "../imports/outputs/console/upload.ts";
import { describeImportKind } from "../../lib/plan/columns.ts";
import { buildConsoleImportCommand } from "../imports/refusal/command.ts";
import { getUniqueName } from "./part.ts";

type RecordChange = TaskRecord["changes"][number];

/** Maximum number of records that the steps of a task list with their values. */
const MAX_NAMED_RECORDS = 10;

/**
 * Returns what to do in the console and afterwards, one step after another.
 *
 * @param most maximum number of records that are named
 */
export function buildTaskSteps(task: ConsoleTask, most = MAX_NAMED_RECORDS): readonly Text[] {
  if (!isOpenTask(task)) return [];
  return [
    ...buildContradictionSteps(task, most),
    ...buildWipeStep(task),
    ...buildOwnerRemovalStep(task),
    ...(task.work === "upload" ? buildUploadSteps(task, most) : buildRecordSteps(task, { most })),
    ...(task.work === "upload" ? [describeUploadCheck(task.kind), ...listOtherExports(task)] : buildExportSteps(task)),
    buildConfirmStep(task),
  ];
}

const getThing = ({ thing }: Pick<TaskRecord, "thing">): Thing => THINGS.get(thing) ?? FORMATS.users.thing;

const isExportedThing = ({ formats }: Thing): boolean => Object.keys(formats).length > 0;

const ACCOUNT_SETTINGS_LABEL = "CLOMO アカウント設定";

const formatNameWithKey = (
  { thing }: Pick<TaskRecord, "thing">,
  { name, key }: Pick<TaskRecord, "name" | "key">,
): string => {
  if (thing === ACCOUNT_SETTINGS.name) return ACCOUNT_SETTINGS_LABEL;
  if (key === null || key === name) return name;
  if (thing !== ORG.name) return `${name} <${key}>`;
  // the path of an organisation without a code ends with the organisation's name
  return key === formatOrgPath([name]) ? name : key.endsWith(`/${formatOrgPath([name])}`) ? key : `${name} (${key})`;
};

const formatConsoleName = (record: TaskRecord): string => formatNameWithKey(record, record.console ?? record);

/** Returns the display name of a record; both names if it has a different one in the console. */
export const formatRecordLabel = (record: TaskRecord): string => {
  const here = formatNameWithKey(record, record);
  return record.console === null ? here : `${formatNameWithKey(record, record.console)} → ${here}`;
};

const findOnlyRecord = (task: ConsoleTask): TaskRecord | undefined =>
  countTaskRecords(task) === 1 ? task.records[0] : undefined;

const buildRecordsCommand = ({ number }: ConsoleTask): CommandLine => line("console show", [number], { rows: true });

/** Returns what a task is about: its record, the upload file, or the list of records to delete. */
export const getTaskSubject = (task: ConsoleTask): string | null => {
  const { file, name, records } = task;
  const [only, ...more] = records;
  if (task.work === "upload" && file !== null)
    return hasUpload(task) ? file : (resolveDeletionsFile(file, toFilePlan(task)) ?? file);
  if (only !== undefined && more.length === 0) return formatRecordLabel(only);
  return name ?? (only === undefined ? null : `${formatRecordLabel(only)}, …`);
};

const toFilePlan = ({ kind, mode, delete: gone }: ConsoleTask) =>
  ({ kind, mode: mode ?? "append", delete: gone }) as const;

const hasUpload = (task: ConsoleTask): boolean =>
  task.create + task.update > (task.leftOut ?? 0) || countManualDeletions(toFilePlan(task)) === 0;

type ThingCounts = NonNullable<ConsoleTask["beside"]>[number];

/** Summarises what to do for a task: `change a user`, `users: add 3, change 2; orgs: add 1`. */
export const summarizeTask = (task: ConsoleTask): Text => {
  const { work, beside = [] } = task;
  const works = [
    ...(work === "upload" ? [summarizeUpload(task)] : summarizeRecords(task, { work, kind: getFileKind(task) })),
    ...beside.flatMap((one) =>
      summarizeRecords(one, { work: work === "check" ? work : "several", kind: getFileKind(task, one) }),
    ),
  ];
  return works.length === 0 ? getDisplayName(CONSOLE_WORK_NAMES, work) : joinTexts(works, text("; ", "、"));
};

/** Summarises what to do with the records of one type; empty if there are no records. */
function summarizeRecords(records: ThingCounts, { work, kind }: Pick<ConsoleTask, "work" | "kind">): readonly Text[] {
  const count = records.create + records.update + records.delete;
  if (count === 0) return [];
  const thing = getThing(records);
  const of = getRecordNoun(kind, thing);
  if (work === "check" || (count === 1 && work !== "several")) {
    const { en, ja } = getDisplayName(CONSOLE_WORK_NAMES, work);
    const some = count === 1 ? addArticle(of.en) : formatCount(count, of.en);
    return [text(`${en} ${some}`, count === 1 ? `${of.ja}を${ja}` : `${of.ja} ${count} 件を${ja}`)];
  }
  const done = (["create", "update", "delete"] as const).flatMap((action): Text | readonly Text[] => {
    if (records[action] === 0) return [];
    const { en, ja } = CONSOLE_WORK_NAMES[action === "update" ? "edit" : action];
    return text(`${en} ${records[action]}`, `${ja.replace(/する$/, "")} ${records[action]}`);
  });
  const [title, all] = [isExportedThing(thing) ? describeImportKind(kind) : of, joinTexts(done, text(", ", "、"))];
  return [text(`${title.en}: ${all.en}`, `${title.ja}: ${all.ja}`)];
}

const getRecordNoun = (kind: FormatName, thing: Thing): Text => {
  const { en, ja } = getThingNoun(isExportedThing(thing) ? (thing.noun ?? thing.name) : thing.name);
  const app = describeImportKind(kind);
  return thing.scope === undefined ? text(en, ja) : text(`${app.en} ${en}`, `${app.ja} の${ja}`);
};

const getFileKind = (task: ConsoleTask, of: Pick<ThingCounts, "thing"> = task): FormatName =>
  [task.kind, ...task.records.map(({ kind }) => kind), ...FORMAT_NAMES].find(
    (kind) => FORMATS[kind].thing === getThing(of),
  ) ?? task.kind;

const listOtherExports = (task: ConsoleTask): readonly Text[] =>
  [task, ...(task.beside ?? [])].flatMap(({ thing }) => {
    const kind = getFileKind(task, { thing });
    return kind !== task.kind && isExportedThing(getThing({ thing })) ? [describeUploadCheck(kind)] : [];
  });

function summarizeUpload(task: ConsoleTask): Text {
  const byHand = countManualDeletions(toFilePlan(task));
  const { leftOut = 0 } = task;
  const { en, ja } = describeImportKind(task.kind);
  const rest = [
    ...(leftOut > 0 ? [text(`change ${leftOut} by hand`, `${leftOut} 件を手作業で変更`)] : []),
    ...(byHand > 0 && hasUpload(task) ? [text(`delete ${byHand} by hand`, `${byHand} 件を手作業で削除`)] : []),
  ];
  const all = (first: Text): Text => joinTexts([first, ...rest], text(", ", "、"));
  if (!hasUpload(task)) return all(text(`delete ${byHand} ${en} by hand`, `${ja}を手作業で ${byHand} 件削除する`));
  // if the console's name of the choice is not known, its name of the mode is not known either
  const isKnown = FORMATS[task.kind].thing.screen.choice !== undefined;
  const mode = isKnown ? IMPORT_MODE_NAMES[getUploadMode(toFilePlan(task))].ja : undefined;
  return all(
    mode === undefined
      ? text(`upload ${en}`, `${ja}をアップロード`)
      : text(`upload ${en} (${mode})`, `${ja}をアップロード(${mode})`),
  );
}

/** Returns the step to do before devices get a different owner.  @see facts 1.3, 4.6 */
function buildWipeStep(task: ConsoleTask): readonly Text[] {
  const { wipes = 0 } = task;
  if (wipes === 0) return [];
  const only = findOnlyRecord(task);
  const which = only === undefined ? buildRecordsCommand(task) : formatConsoleName(only);
  return [
    text(
      `${formatCount(wipes, "device")} (${which}): wipe and set up again before the owner changes; Android requires this in every mode except Dedicated device (that legacy and unknown modes may require it is a clomoctl rule); clomoctl cannot know whether it was done`,
      `デバイス ${wipes} 台(${which}): 所有者を変える前に初期化し、設定し直してください。Android では Dedicated device モード以外で必要です(レガシーモードと不明なモードでも必要な場合があるとするのは clomoctl 独自の規則)。初期化したかどうかは clomoctl ではわかりません`,
    ),
  ];
}

function buildOwnerRemovalStep({ released = 0, records }: ConsoleTask): readonly Text[] {
  if (released === 0) return [];
  const names = records.filter(({ thing }) => thing === DEVICE.name).map(({ name }) => name);
  const which = `${names.slice(0, MAX_NAMED_RECORDS).join(", ")}${released > Math.min(names.length, MAX_NAMED_RECORDS) ? ", …" : ""}`;
  const { en, ja } = DEVICE.clicks?.fields?.["owner"] ?? getConsolePage("devices");
  return [
    text(
      `first remove the owner from ${formatCount(released, "device")} (${which}), one device at a time: ${en}`,
      `先に、デバイス ${released} 台の所有者を外してください(${which})。1 台ずつ: ${ja}`,
    ),
  ];
}

function buildUploadSteps(task: ConsoleTask, most: number): readonly Text[] {
  const { kind, file, records, leftOut = 0, outdated = 0, beside = [] } = task;
  const plan = toFilePlan(task);
  const byHand = countManualDeletions(plan);
  const [upload, page] = [describeUpload(plan), getConsolePage(kind)];
  const others = records.filter(({ thing }) => thing !== task.thing);
  const left = records.filter((record) => record.leftOut !== undefined);
  const list = same((file === null ? undefined : resolveDeletionsFile(file, plan)) ?? "");
  return [
    ...buildRecordSteps(task, { records: others, count: countTaskRecords({ ...ZERO_COUNTS, beside }), most }),
    ...(hasUpload(task)
      ? [outdated > 0 ? buildOutdatedStep(task) : text(`${file}: ${upload.en}`, `${file}: ${upload.ja}`)]
      : []),
    ...(byHand > 0
      ? [
          text(
            `${list.en}: delete the records in this list (${byHand}) by hand in ${page.en}`,
            `${list.ja}: この一覧の ${byHand} 件を、${page.ja}で手作業で削除してください`,
          ),
        ]
      : []),
    ...buildRecordSteps(task, { records: left, count: leftOut, most }),
  ];
}

/** Returns what to do if records in the file were changed after it was written, here or in the console. */
const buildOutdatedStep = ({ file, number, outdated = 0 }: ConsoleTask): Text => {
  const drop = line("console drop", [number]);
  return text(
    `do not upload ${file}: its values for ${formatCount(outdated, "record")} are outdated; drop this task (${drop}), and import the list again with --emit-csv`,
    `${file} はアップロードしないでください。書き出した後に、${outdated} 件の内容が変更されています。この作業を取り下げ(${drop})、--emit-csv を付けて一覧をもう一度インポートしてください`,
  );
};

/** Returns a line with the changes for each record of an upload file and of its list of deletions. */
export const listUploadedRecords = (task: ConsoleTask): readonly Text[] => {
  if (task.work !== "upload" || !isOpenTask(task)) return [];
  return task.records
    .filter(({ thing, leftOut }) => thing === task.thing && leftOut === undefined)
    .map((record) => {
      const { en, ja } = renderRecordLine(record);
      const sign = ACTION_SIGNS[record.work === "create" || record.work === "delete" ? record.work : "update"];
      return text(`  ${sign} ${en}`, `  ${sign} ${ja}`);
    });
};

const ZERO_COUNTS = { create: 0, update: 0, delete: 0 };

interface TaskPart {
  readonly records?: readonly TaskRecord[];
  /** number of all records, including those that `records` does not contain */
  readonly count?: number;
  readonly most: number;
}

/** Returns what to do with each record: where to click and what to enter. */
function buildRecordSteps(task: ConsoleTask, part: TaskPart): readonly Text[] {
  const { records = task.records, count = countTaskRecords(task), most } = part;
  const [only, ...others] = records;
  const shown = records.slice(0, most);
  if (only !== undefined && others.length === 0) return buildSingleRecordSteps(only);
  const groups = Map.groupBy(shown, ({ thing, work, mayBeDone }) => `${thing} ${work} ${mayBeDone}`);
  const steps = [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined
      ? []
      : [
          ...buildExistenceCheck(first),
          describeClicks(first, group.length),
          ...group.map(renderRecordLine),
          ...buildBulkDeletionStep(first),
        ];
  });
  const rest = count - shown.length;
  if (rest <= 0) return steps;
  return [
    ...steps,
    text(
      `to see the other ${rest}: ${buildRecordsCommand(task)}`,
      `ほかの ${rest} 件を表示するには: ${buildRecordsCommand(task)}`,
    ),
  ];
}

const getClickInstructions = (record: TaskRecord): Text => {
  const { clicks } = getThing(record);
  const { work } = record;
  const way = work === "create" || work === "move" || work === "delete" ? clicks?.[work] : clicks?.edit;
  return way === undefined ? getConsolePage(record.kind) : insertAppName(record.kind, way);
};

const describeClicks = (record: TaskRecord, count: number): Text => {
  const { en, ja } = getClickInstructions(record);
  const work = getDisplayName(CONSOLE_WORK_NAMES, record.work);
  return text(`${work.en} ${count}, one at a time: ${en}`, `${count} 件を${work.ja}: ${ja}`);
};

const renderRecordLine = (record: TaskRecord): Text => {
  const [name, { fields }] = [formatConsoleName(record), getThing(record)];
  const changes = record.changes.map((change) => describeValueChange(fields, change));
  const all = [...(changes.length === 0 ? [] : [joinTexts(changes, text(", ", "、"))]), ...explainOmission(record)];
  if (all.length === 0) return same(name);
  const { en, ja } = joinTexts(all, text("; ", "。"));
  return text(`${name}: ${en}`, `「${name}」: ${ja}`);
};

const explainOmission = ({ leftOut }: TaskRecord): readonly Text[] => {
  if (leftOut === undefined) return [];
  const { en, ja } = UPLOAD_OMISSION_REASONS[leftOut];
  return [text(`not in the upload file: ${en}`, `アップロード用ファイルに含めていません: ${ja}`)];
};

/** Returns how to delete all users of an app at once.  @see facts 6.6 */
const buildBulkDeletionStep = ({ kind, work }: TaskRecord): readonly Text[] =>
  work !== "delete" || FORMATS[kind].app === undefined
    ? []
    : [
        text(
          "only if you want to delete all users that the search on the page finds: tick the header row, then click 「全ユーザー XXX 名を選択する。」, which also selects users beyond the first 20; check that XXX matches the number of users",
          "画面で検索したユーザーをすべて削除する場合に限り: 項目名の行にチェックを付けると表示される「全ユーザー XXX 名を選択する。」で、20 件を超えるユーザーも選択できます(XXX が件数と一致することを確認してください)",
        ),
      ];

function buildSingleRecordSteps(record: TaskRecord): readonly Text[] {
  const { changes } = record;
  const thing = getThing(record);
  const own = changes.filter(({ field }) => thing.clicks?.fields?.[field] !== undefined);
  const usual = changes.filter((change) => !own.includes(change));
  const name = formatConsoleName(record);
  const there = ({ en, ja }: Text): Text => text(`${name}: ${en}`, `「${name}」: ${ja}`);
  return [
    ...buildExistenceCheck(record),
    ...explainOmission(record).map(there),
    ...(usual.length === 0 && own.length > 0 ? [] : [there(getClickInstructions(record))]),
    ...usual.map((change) => describeValueChange(thing.fields, change)),
    ...own.flatMap((change, at) => {
      const { [change.field]: page } = thing.clicks?.fields ?? {};
      const before = thing.clicks?.fields?.[own[at - 1]?.field ?? ""];
      const step = describeValueChange(thing.fields, change);
      // if the previous value is set in the same place, do not repeat how to get there
      return page === undefined || page.ja === before?.ja ? [step] : [there(page), step];
    }),
  ];
}

function buildExistenceCheck(record: TaskRecord): readonly Text[] {
  const { work, thing, mayBeDone = false, console } = record;
  if (work === "create" && (mayBeDone || thing === ACCOUNT.name)) {
    const name =
      console === null
        ? text("this record", "")
        : text(formatConsoleName(record), `「${formatConsoleName(record)}」が`);
    return [
      text(
        `check first whether the console already has ${name.en}: if so, do not add it, but change the values that differ from those below`,
        `先に、管理画面に${name.ja}すでにあるかを確認してください。ある場合は追加せず、下の値と異なるものだけを変更してください`,
      ),
    ];
  }
  if (work === "delete" && mayBeDone)
    return [
      text(
        "check first whether the console has this record, which was created and then deleted in the mirror; if it does not, there is nothing to do",
        "先に、管理画面にあるかを確認してください。ミラーで追加し、そのあと削除したものです。管理画面になければ、作業は不要です",
      ),
    ];
  return [];
}

function describeValueChange(fields: Thing["fields"], change: RecordChange): Text {
  const { field, before, after, renamed, missing, perhaps = [], neverExported = false } = change;
  const { [field]: of } = fields as Readonly<Record<string, Field | undefined>>;
  const label = getConsoleLabel(fields, field);
  if (of?.secret === true)
    return text(`${label}: the new value (not stored by clomoctl)`, `${label}: 新しい値(clomoctl は保存していません)`);
  const [from, to] = [formatConsoleValue(of, before), formatConsoleValue(of, after)];
  const maybe = perhaps.map((value) => formatConsoleValue(of, value));
  const all = joinTexts(maybe, text(", ", "、"));
  if (from.ja === to.ja && maybe.length > 0) {
    return text(
      `${label}: check that it is ${to.en} (it is ${all.en} if the earlier task was done)`,
      `${label}: 「${to.ja}」であることを確認してください(前の作業を行っていれば「${all.ja}」になっています)`,
    );
  }
  const notes = [
    ...(maybe.length === 0
      ? []
      : [text(`now ${all.en} if the earlier task was done`, `前の作業を行っていれば、現在は「${all.ja}」です`)]),
    ...(renamed === undefined ? [] : [text(`called ${renamed} in the mirror`, `ミラーでは「${renamed}」`)]),
    ...(missing === true
      ? [
          text(
            "not in the console's export: add it in the console first",
            "管理画面のエクスポートにありません。先に追加してください",
          ),
        ]
      : []),
  ];
  const note = joinTexts(notes, text("; ", "、"));
  const called = notes.length === 0 ? to : text(`${to.en} (${note.en})`, `${to.ja}(${note.ja})`);
  if (neverExported)
    return text(
      `${label}: ${called.en} (the current value in the console is not known)`,
      `${label}: ${called.ja}(管理画面の現在の値は不明です)`,
    );
  return before === null
    ? text(`${label}: ${called.en}`, `${label}: ${called.ja}`)
    : text(`${label}: ${from.en} → ${called.en}`, `${label}: ${from.ja} → ${called.ja}`);
}

/** Returns what the console has instead, and the two choices, if an export contradicted a task; empty if none did. */
function buildContradictionSteps(task: ConsoleTask, most: number): readonly Text[] {
  const { state, records } = task;
  if (state !== "contradicted") return [];
  const different = records.filter(({ contradicted }) => contradicted);
  const shown = different.slice(0, most);
  const isCut = shown.length < different.length || records.length < countTaskRecords(task);
  const all = buildRecordsCommand(task);
  const rest = isCut ? [text(`there may be more differences: ${all}`, `ほかにもある場合があります: ${all}`)] : [];
  if (shown.length === 0) return rest;
  const drop = joinTexts(buildDropCommands(task, shown).map(same), text(", ", "、"));
  return [
    ...shown.map(describeContradiction),
    ...rest,
    text(
      `to enter the mirror's values in the console, go on with the next step; to keep the console's values instead: ${drop.en}`,
      `ミラーの値にする場合は、次の手順に進んでください。管理画面の値にする場合は、代わりに: ${drop.ja}`,
    ),
  ];
}

/** Returns commands that restore the console's values only where exports differ; the rest of the task stays open. */
function buildDropCommands(task: ConsoleTask, different: readonly TaskRecord[]): readonly CommandLine[] {
  const { number, records } = task;
  const parts = different.map((record) => ({ record, fields: findContradictedFields(record) }));
  if (parts.length === countTaskRecords(task) && parts.every(({ fields }) => fields === undefined))
    return [line("console drop", [number])];
  const byFields = Map.groupBy(parts, ({ fields }) => JSON.stringify(fields));
  return [...byFields.values()].map((same) => {
    const record = same.map((part) => getUniqueName(part.record, records));
    return line("console drop", [number], { record, field: same[0]?.fields });
  });
}

const findContradictedFields = ({ work, changes, contradictions = [] }: TaskRecord): readonly string[] | undefined => {
  const fields = contradictions.flatMap(({ field }) => field ?? []);
  const isPart = work !== "create" && work !== "delete" && changes.some(({ field }) => !fields.includes(field));
  return isPart ? fields : undefined;
};

/** Describes what the console has instead of the mirror's values, as shown by an export. */
const describeContradiction = (record: TaskRecord): Text => {
  const { contradictions = [], work } = record;
  const [name, { fields }] = [formatNameWithKey(record, record), getThing(record)];
  if (contradictions.some(({ field }) => field === null))
    return text(
      `${name}: the console's export does not contain this record: it was deleted in the console, or its key was changed`,
      `「${name}」: 管理画面のエクスポートにありません。管理画面で削除されたか、キーが変更されています`,
    );
  const values = contradictions.map(({ field, local, console: other }): Text => {
    const { [field ?? ""]: of } = fields as Readonly<Record<string, Field | undefined>>;
    const [label, here, there] = [
      getConsoleLabel(fields, field ?? ""),
      formatConsoleValue(of, local),
      formatConsoleValue(of, other),
    ];
    return work === "delete"
      ? text(`${label}: ${there.en}`, `${label}「${there.ja}」`)
      : text(
          `${label}: ${there.en} in the console, ${here.en} in the mirror`,
          `${label}: 管理画面では「${there.ja}」、ミラーでは「${here.ja}」`,
        );
  });
  const { en, ja } = joinTexts(values, text("; ", "。"));
  return work === "delete"
    ? text(
        `${name}: deleted in the mirror, but changed in the console: ${en}`,
        `「${name}」: ミラーでは削除しましたが、管理画面で変更されています: ${ja}`,
      )
    : text(`${name}: ${en}`, `「${name}」: ${ja}`);
};

/** Returns how to prove with a console export that a task was done; empty unless exports show all its changes. */
function buildExportSteps({ records }: ConsoleTask): readonly Text[] {
  const isShown = (record: TaskRecord): boolean => {
    const { fields, scope, formats } = getThing(record);
    return (
      Object.keys(formats).length > 0 &&
      record.changes.every(({ field }) => {
        const { [field]: of } = fields;
        if (of === undefined) return true;
        // an app's export contains only three of its columns
        if (scope !== undefined) return of.column?.consoleExport === true;
        return of.column !== undefined || of.refers?.by === "id";
      })
    );
  };
  if (!records.every(isShown)) return [];
  return [...new Set(records.map(({ kind }) => kind))].map((kind) => {
    const take = buildConsoleImportCommand(kind);
    return text(`export the records in the console, then: ${take}`, `管理画面でエクスポートしてから: ${take}`);
  });
}

const buildConfirmStep = ({ number, state, work, leftOut = 0, beside = [] }: ConsoleTask): Text => {
  const [confirm, drop] = [line("console confirm", [number]), line("console drop", [number])];
  if (work === "upload" && leftOut + beside.length > 0)
    return text(
      `when the file is uploaded: ${confirm}; when the remaining changes are made by hand, run the same command again (if they will not be made: ${drop})`,
      `ファイルのアップロードが完了したら: ${confirm} 。残りの手作業も完了したら、もう一度実行してください(行わない場合: ${drop})`,
    );
  // the steps of a contradicted task already contain the drop command
  if (state === "contradicted") return text(`when the task is done: ${confirm}`, `完了したら: ${confirm}`);
  return text(
    `when the task is done: ${confirm} (if you will not do it: ${drop})`,
    `完了したら: ${confirm}(行わない場合: ${drop})`,
  );
};

export const getTaskScreen = (task: ConsoleTask): Text => {
  const own = getThing(task).clicks?.page;
  const kind = getFileKind(task);
  return own === undefined ? getConsolePage(kind) : insertAppName(kind, own);
};

/** Returns the values to change in the only record of a task; empty if the task has several records. */
export const describeTaskChanges = ({ records: [only, ...others] }: ConsoleTask): readonly Text[] =>
  only === undefined || others.length > 0
    ? []
    : only.changes.map((change) => describeValueChange(getThing(only).fields, change));
