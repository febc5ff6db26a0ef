import { line } from "../../lib/advice/index.ts";
import type { ConsoleTask, TaskRecord } from "../../lib/client/index.ts";
import { ACCOUNT, ACCOUNT_SETTINGS } from "../../lib/model/account.ts";
import { calledOnScreen, toldOnScreen } from "../../lib/model/console-change.ts";
import { CONSOLE_WORK_NAMES, countRecords, isOpen } from "../../lib/model/console-task.ts";
import { FORMAT_NAMES, type FormatName } from "../../lib/model/console-files.ts";
import { DEVICE } from "../../lib/model/device.ts";
import { FORMATS } from "../../lib/model/formats.ts";
import { IMPORT_MODE_NAMES, nameIn, SIGNS } from "../../lib/model/import.ts";
import { formatOrgPath, ORG } from "../../lib/model/organisation.ts";
import { nounNamed } from "../../lib/model/problem.ts";
import type { Field, Thing } from "../../lib/model/thing.ts";
import { THINGS } from "../../lib/model/things.ts";
import { UPLOAD_REASONS } from "../../lib/model/upload.ts";
import { counted, indefinite, joined, same, text, type Text } from "../../lib/text/index.ts";
import { exportAndVerify, inApp, pageOf, uploadOf } from "../imports/outputs/console/screen.ts";
import { deletionsFile, manualDeletions, uploadMode } from "../imports/outputs/console/upload.ts";
import { kindName } from "../../lib/plan/columns.ts";
import { orderByKeys } from "./exchanged-keys.ts";
import { exportLine } from "../imports/refusal/command.ts";
import { nameForPart } from "./part.ts";
import { OWNER, type Rights } from "../rights.ts";

type RecordChange = TaskRecord["changes"][number];

/** Maximum number of records whose values the steps of a task have. */
const MAX_RECORDS = 10;

/**
 * What to do in the console and afterwards, one step after another.
 *
 * @param rights of who reads it
 * @param most number of records that are named
 */
export function stepsOf(task: ConsoleTask, rights: Rights = OWNER, most = MAX_RECORDS): readonly Text[] {
  if (!isOpen(task)) return [];
  return [
    ...contradictedSteps(task, rights, most),
    ...wipeStep(task),
    ...releaseStep(task),
    ...(task.work === "upload" ? uploadSteps(task, most) : recordSteps(task, { most })),
    ...(task.work === "upload"
      ? [exportAndVerify(String(task.number)), ...verifySteps(task, task.kind)]
      : exportSteps(task, rights)),
    confirmed(task, rights),
  ];
}

const thingOf = ({ thing }: Pick<TaskRecord, "thing">): Thing => THINGS.get(thing) ?? FORMATS.users.thing;

/** True if exports of the console show the records of a thing. */
const isExported = ({ formats }: Thing): boolean => Object.keys(formats).length > 0;

/** The settings of accounts, of which there is one record, as their screen has them. */
const SETTINGS_NAME = "CLOMO アカウント設定";

/** What people call a record: what tells it from others of its name. */
const withKey = ({ thing }: Pick<TaskRecord, "thing">, { name, key }: Pick<TaskRecord, "name" | "key">): string => {
  if (thing === ACCOUNT_SETTINGS.name) return SETTINGS_NAME;
  if (key === null || key === name) return name;
  if (thing !== ORG.name) return `${name} <${key}>`;
  // the path of one without a code ends with its name
  return key === formatOrgPath([name]) ? name : key.endsWith(`/${formatOrgPath([name])}`) ? key : `${name} (${key})`;
};

/** What the console calls a record until its task is done. */
const calledThere = (record: TaskRecord): string => withKey(record, record.console ?? record);

/** What people read of a record: by both its names if the console has another one. */
export const recordCalled = (record: TaskRecord): string => {
  const here = withKey(record, record);
  return record.console === null ? here : `${withKey(record, record.console)} → ${here}`;
};

/** Returns the only record of a task; undefined if it has none, or several. */
const onlyRecord = (task: ConsoleTask): TaskRecord | undefined =>
  countRecords(task) === 1 ? task.records[0] : undefined;

/** Returns the command that shows all records of a task. */
const lineOfRecords = ({ number }: ConsoleTask): string => line("console show", [number], { rows: true });

/** What is handled for a task: its record, the file for the upload, or the list of whom to delete. */
export const subjectOf = (task: ConsoleTask): string | null => {
  const { file, name, records } = task;
  const [only, ...more] = records;
  if (task.work === "upload" && file !== null)
    return isUploaded(task) ? file : (deletionsFile(file, planOf(task)) ?? file);
  if (only !== undefined && more.length === 0) return recordCalled(only);
  return name ?? (only === undefined ? null : `${recordCalled(only)}, …`);
};

/** What a task's file does. */
const planOf = ({ kind, mode, delete: gone }: ConsoleTask) => ({ kind, mode: mode ?? "append", delete: gone }) as const;

const isUploaded = (task: ConsoleTask): boolean =>
  task.create + task.update > (task.leftOut ?? 0) || manualDeletions(planOf(task)) === 0;

/** The records of one thing in a task. */
type ThingRecords = NonNullable<ConsoleTask["beside"]>[number];

/** What a task is, in a word: `change a user`, `users: add 3, change 2; orgs: add 1`. */
export const workOf = (task: ConsoleTask): Text => {
  const { work, beside = [] } = task;
  const works = [
    ...(work === "upload" ? [uploadWork(task)] : workWith(task, { work, kind: kindOf(task) })),
    ...beside.flatMap((one) => workWith(one, { work: work === "check" ? work : "several", kind: kindOf(task, one) })),
  ];
  return works.length === 0 ? nameIn(CONSOLE_WORK_NAMES, work) : joined(works, text("; ", "、"));
};

/** What is done with the records of a thing; nothing if there are none. */
function workWith(records: ThingRecords, { work, kind }: Pick<ConsoleTask, "work" | "kind">): readonly Text[] {
  const count = records.create + records.update + records.delete;
  if (count === 0) return [];
  const thing = thingOf(records);
  const of = nounIn(kind, thing);
  if (work === "check" || (count === 1 && work !== "several")) {
    const { en, ja } = nameIn(CONSOLE_WORK_NAMES, work);
    const some = count === 1 ? indefinite(of.en) : counted(count, of.en);
    return [text(`${en} ${some}`, count === 1 ? `${of.ja}を${ja}` : `${of.ja} ${count} 件を${ja}`)];
  }
  const done = (["create", "update", "delete"] as const).flatMap((action): Text | readonly Text[] => {
    if (records[action] === 0) return [];
    const { en, ja } = CONSOLE_WORK_NAMES[action === "update" ? "edit" : action];
    return text(`${en} ${records[action]}`, `${ja.replace(/する$/, "")} ${records[action]}`);
  });
  const [title, all] = [isExported(thing) ? kindName(kind) : of, joined(done, text(", ", "、"))];
  return [text(`${title.en}: ${all.en}`, `${title.ja}: ${all.ja}`)];
}

/** Returns what people call a record of a thing; of an app, with its name. */
const nounIn = (kind: FormatName, thing: Thing): Text => {
  const { en, ja } = nounNamed(isExported(thing) ? (thing.noun ?? thing.name) : thing.name);
  const app = kindName(kind);
  return thing.scope === undefined ? text(en, ja) : text(`${app.en} ${en}`, `${app.ja} の${ja}`);
};

/** Returns the kind of files that has the records of a thing. */
const kindOf = (task: ConsoleTask, of: Pick<ThingRecords, "thing"> = task): FormatName =>
  [task.kind, ...task.records.map(({ kind }) => kind), ...FORMAT_NAMES].find(
    (kind) => FORMATS[kind].thing === thingOf(of),
  ) ?? task.kind;

/** Returns the kinds of files that have records of a task, but for one. */
export const otherKinds = (task: ConsoleTask, but: FormatName): readonly FormatName[] =>
  [task, ...(task.beside ?? [])].flatMap(({ thing }) => {
    const kind = kindOf(task, { thing });
    return kind !== but && isExported(thingOf({ thing })) ? [kind] : [];
  });

/** Returns how the records of a task that files of other kinds have are verified. @param kind of the export that is used */
export const verifySteps = (task: ConsoleTask, kind: FormatName): readonly Text[] =>
  otherKinds(task, kind).map((other) => {
    const { en, ja } = kindName(other);
    const verify = line("imports verify", [task.number], { against: "EXPORT.csv", kind: other });
    return text(
      `${en}: export them in the console, then: ${verify}`,
      `${ja}: 管理画面でエクスポートしてから: ${verify}`,
    );
  });

/** Returns what to do with an upload file and with the list of deletions beside it. */
function uploadWork(task: ConsoleTask): Text {
  const byHand = manualDeletions(planOf(task));
  const { leftOut = 0 } = task;
  const { en, ja } = kindName(task.kind);
  const rest = [
    ...(leftOut > 0 ? [text(`change ${leftOut} by hand`, `${leftOut} 件を手作業で変更`)] : []),
    ...(byHand > 0 && isUploaded(task) ? [text(`delete ${byHand} by hand`, `${byHand} 件を手作業で削除`)] : []),
  ];
  const all = (first: Text): Text => joined([first, ...rest], text(", ", "、"));
  if (!isUploaded(task)) return all(text(`delete ${byHand} ${en} by hand`, `${ja}を手作業で ${byHand} 件削除する`));
  // without a name of the choice in the console, the mode has none either
  const isKnown = FORMATS[task.kind].thing.screen.choice !== undefined;
  const mode = isKnown ? IMPORT_MODE_NAMES[uploadMode(planOf(task))].ja : undefined;
  return all(
    mode === undefined
      ? text(`upload ${en}`, `${ja}をアップロード`)
      : text(`upload ${en} (${mode})`, `${ja}をアップロード(${mode})`),
  );
}

/** What comes before another owner of devices. @see facts 1.3, 4.6 */
function wipeStep(task: ConsoleTask): readonly Text[] {
  const { wipes = 0 } = task;
  if (wipes === 0) return [];
  const only = onlyRecord(task);
  const which = only === undefined ? lineOfRecords(task) : calledThere(only);
  return [
    text(
      `${counted(wipes, "device")} (${which}): first wipe and set up again what gets another owner: Android changes hands only so, in every mode but Dedicated (that legacy and unknown modes may need it is ours); clomoctl cannot know whether it was done`,
      `デバイス ${wipes} 台(${which}): 所有者を変える前に初期化し、設定し直してください。Android では Dedicated device モード以外で必要です(レガシーモードと不明なモードでも必要な場合があるとするのは clomoctl 独自の規則)。初期化したかどうかは clomoctl では分かりません`,
    ),
  ];
}

/** What comes before the deletion of people who own devices. */
function releaseStep({ released = 0, records }: ConsoleTask): readonly Text[] {
  if (released === 0) return [];
  const names = records.filter(({ thing }) => thing === DEVICE.name).map(({ name }) => name);
  const which = `${names.slice(0, MAX_RECORDS).join(", ")}${released > Math.min(names.length, MAX_RECORDS) ? ", …" : ""}`;
  const { en, ja } = DEVICE.clicks?.fields?.["owner"] ?? pageOf("devices");
  return [
    text(
      `first remove the owner from ${counted(released, "device")} (${which}); each by ${en}`,
      `先に、デバイス ${released} 台の所有者を外してください(${which})。1 台ずつ: ${ja}`,
    ),
  ];
}

function uploadSteps(task: ConsoleTask, most: number): readonly Text[] {
  const { kind, file, records, leftOut = 0, outdated = 0, beside = [] } = task;
  const plan = planOf(task);
  const byHand = manualDeletions(plan);
  const [upload, page] = [uploadOf(plan), pageOf(kind)];
  const others = records.filter(({ thing }) => thing !== task.thing);
  const left = records.filter((record) => record.leftOut !== undefined);
  const list = same((file === null ? undefined : deletionsFile(file, plan)) ?? "");
  return [
    ...recordSteps(task, { records: others, count: countRecords({ ...NO_RECORDS, beside }), most }),
    ...(isUploaded(task)
      ? [outdated > 0 ? outdatedStep(task) : text(`${file}: ${upload.en}`, `${file}: ${upload.ja}`)]
      : []),
    ...(byHand > 0
      ? [
          text(
            `${list.en}: in ${page.en}, delete by hand the ${byHand} whom it lists`,
            `${list.ja}: 一覧にある ${byHand} 件を、${page.ja}で手作業で削除してください`,
          ),
        ]
      : []),
    ...recordSteps(task, { records: left, count: leftOut, most }),
  ];
}

/** What to do if the file has values from before these were changed again, here or in the console. */
const outdatedStep = ({ file, number, outdated = 0 }: ConsoleTask): Text => {
  const drop = line("console drop", [number]);
  return text(
    `do not upload ${file}: ${counted(outdated, "record")} in it were changed since it was written; drop this task (${drop}), and import the list again with --emit-csv`,
    `${file} はアップロードしないでください。書き出した後に、${outdated} 件の内容が変更されています。この作業を取り下げ(${drop})、--emit-csv を付けて一覧をもう一度インポートしてください`,
  );
};

/** Returns the records of an upload file, and of the list of deletions beside it, with what the upload changes. */
export const uploadedRecords = (task: ConsoleTask): readonly Text[] => {
  if (task.work !== "upload" || !isOpen(task)) return [];
  return task.records
    .filter(({ thing, leftOut }) => thing === task.thing && leftOut === undefined)
    .map((record) => {
      const { en, ja } = inOneLine(record);
      const sign = SIGNS[record.work === "create" || record.work === "delete" ? record.work : "update"];
      return text(`  ${sign} ${en}`, `  ${sign} ${ja}`);
    });
};

const NO_RECORDS = { create: 0, update: 0, delete: 0 };

/** Records of a task whose steps are told. */
interface TaskPart {
  readonly records?: readonly TaskRecord[];
  /** of all of them */
  readonly count?: number;
  readonly most: number;
}

/** What to do with each of some records: where to click, and what to enter. */
function recordSteps(task: ConsoleTask, part: TaskPart): readonly Text[] {
  const { records = task.records, count = countRecords(task), most } = part;
  const [only, ...others] = records;
  const shown = records.slice(0, most);
  const { before, ordered } = orderByKeys(shown, withKey);
  if (only !== undefined && others.length === 0) return [...before, ...stepsOfOne(only)];
  const groups = Map.groupBy(ordered, ({ thing, work, mayBeDone }) => `${thing} ${work} ${mayBeDone}`);
  const steps = [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined
      ? []
      : [...doneAlready(first), whereTo(first, group.length), ...group.map(inOneLine), ...bulkStep(first)];
  });
  const rest = count - shown.length;
  if (rest <= 0) return [...before, ...steps];
  return [
    ...before,
    ...steps,
    text(`the other ${rest}: ${lineOfRecords(task)}`, `ほかの ${rest} 件: ${lineOfRecords(task)}`),
  ];
}

/** How records are found and changed: what the manual says of it, and no more. */
const clicksOf = (record: TaskRecord): Text => {
  const { clicks } = thingOf(record);
  const { work } = record;
  const way = work === "create" || work === "move" || work === "delete" ? clicks?.[work] : clicks?.edit;
  return way === undefined ? pageOf(record.kind) : inApp(record.kind, way);
};

const whereTo = (record: TaskRecord, count: number): Text => {
  const { en, ja } = clicksOf(record);
  const work = nameIn(CONSOLE_WORK_NAMES, record.work);
  return text(`${work.en} ${count}, each by ${en}`, `${count} 件を${work.ja}: ${ja}`);
};

const inOneLine = (record: TaskRecord): Text => {
  const [name, { fields }] = [calledThere(record), thingOf(record)];
  const changes = record.changes.map((change) => changeStep(fields, change));
  const all = [...(changes.length === 0 ? [] : [joined(changes, text(", ", "、"))]), ...whyLeftOut(record)];
  if (all.length === 0) return same(name);
  const { en, ja } = joined(all, text("; ", "。"));
  return text(`${name}: ${en}`, `「${name}」: ${ja}`);
};

/** Why a record is not in the upload file. */
const whyLeftOut = ({ leftOut }: TaskRecord): readonly Text[] => {
  if (leftOut === undefined) return [];
  const { en, ja } = UPLOAD_REASONS[leftOut];
  return [text(`not in the upload file: ${en}`, `アップロード用ファイルに含めていません: ${ja}`)];
};

/** @see facts 6.6 */
const bulkStep = ({ kind, work }: TaskRecord): readonly Text[] =>
  work !== "delete" || FORMATS[kind].app === undefined
    ? []
    : [
        text(
          "only if all that a search there finds are to go: tick the row of headers, then 「全ユーザー XXX 名を選択する。」 takes those beyond the 20 of a page, too; compare XXX with the count",
          "画面で検索したユーザーをすべて削除する場合に限り: 項目名の行にチェックを付けると表示される「全ユーザー XXX 名を選択する。」で、20 件を超えるユーザーも選択できます(XXX が件数と一致することを確認してください)",
        ),
      ];

function stepsOfOne(record: TaskRecord): readonly Text[] {
  const { changes } = record;
  const thing = thingOf(record);
  const own = changes.filter(({ field }) => thing.clicks?.fields?.[field] !== undefined);
  const usual = changes.filter((change) => !own.includes(change));
  const name = calledThere(record);
  const there = ({ en, ja }: Text): Text => text(`${name}: ${en}`, `「${name}」: ${ja}`);
  return [
    ...doneAlready(record),
    ...whyLeftOut(record).map(there),
    ...(usual.length === 0 && own.length > 0 ? [] : [there(clicksOf(record))]),
    ...usual.map((change) => changeStep(thing.fields, change)),
    ...own.flatMap((change, at) => {
      const { [change.field]: page } = thing.clicks?.fields ?? {};
      const before = thing.clicks?.fields?.[own[at - 1]?.field ?? ""];
      const step = changeStep(thing.fields, change);
      // what is set in the same place as the one before is one way there
      return page === undefined || page.ja === before?.ja ? [step] : [there(page), step];
    }),
  ];
}

/** What to do if the console may be as it should already. An account may have been there before it was recorded here. */
function doneAlready(record: TaskRecord): readonly Text[] {
  const { work, thing, mayBeDone = false, console } = record;
  if (work === "create" && (mayBeDone || thing === ACCOUNT.name)) {
    const name = console === null ? text("it", "") : text(calledThere(record), `「${calledThere(record)}」が`);
    return [
      text(
        `check first whether the console has ${name.en}: if so, do not add it, but compare the values below and correct them`,
        `先に、管理画面に${name.ja}すでにあるかを確認してください。ある場合は追加せず、下の値と異なるものだけを変更してください`,
      ),
    ];
  }
  if (work === "delete" && mayBeDone)
    return [
      text(
        "check first whether the console has it: it was created here and deleted again; if the console does not have it, there is nothing to do",
        "先に、管理画面にあるかを確認してください。ここで追加し、そのあと削除したものです。管理画面になければ、作業は不要です",
      ),
    ];
  return [];
}

/** One value to enter; if it was changed and changed back, what to check. */
function changeStep(fields: Thing["fields"], change: RecordChange): Text {
  const { field, before, after, renamed, missing, perhaps = [], neverExported = false } = change;
  const { [field]: of } = fields as Readonly<Record<string, Field | undefined>>;
  const label = calledOnScreen(fields, field);
  if (of?.secret === true)
    return text(`${label}: the new one (clomoctl kept none)`, `${label}: 新しい値(clomoctl は保存していません)`);
  const [from, to] = [toldOnScreen(of, before), toldOnScreen(of, after)];
  const maybe = perhaps.map((value) => toldOnScreen(of, value));
  const all = joined(maybe, text(", ", "、"));
  if (from.ja === to.ja && maybe.length > 0) {
    return text(
      `${label}: should be ${to.en}; may be ${all.en} if that was done`,
      `${label}: 「${to.ja}」であることを確認してください(前の作業を行っていれば「${all.ja}」になっています)`,
    );
  }
  const notes = [
    ...(maybe.length === 0 ? [] : [text(`may be ${all.en} by now`, `前の作業を行っていれば、現在は「${all.ja}」です`)]),
    ...(renamed === undefined ? [] : [text(`here ${renamed}`, `ここでは「${renamed}」`)]),
    ...(missing === true
      ? [
          text(
            "the console's export lacks it: add it there first",
            "管理画面のエクスポートにありません。先に追加してください",
          ),
        ]
      : []),
  ];
  const note = joined(notes, text("; ", "、"));
  const called = notes.length === 0 ? to : text(`${to.en} (${note.en})`, `${to.ja}(${note.ja})`);
  if (neverExported)
    return text(
      `${label}: ${called.en} (the console's value is not known here)`,
      `${label}: ${called.ja}(管理画面の現在の値は不明です)`,
    );
  return before === null
    ? text(`${label}: ${called.en}`, `${label}: ${called.ja}`)
    : text(`${label}: ${from.en} → ${called.en}`, `${label}: ${from.ja} → ${called.ja}`);
}

/** Returns what the console has instead, and the two choices, if an export contradicted a task; nothing if none did. */
function contradictedSteps(task: ConsoleTask, rights: Rights, most: number): readonly Text[] {
  const { state, records } = task;
  if (state !== "contradicted") return [];
  const different = records.filter(({ contradicted }) => contradicted);
  const shown = different.slice(0, most);
  const isCut = shown.length < different.length || records.length < countRecords(task);
  const all = lineOfRecords(task);
  const rest = isCut ? [text(`there may be others: ${all}`, `ほかにもある場合があります: ${all}`)] : [];
  if (shown.length === 0) return rest;
  const drop = joined(dropLines(task, shown).map(same), text(", ", "、"));
  return [
    ...shown.map(contradictionOf),
    ...rest,
    rights.may("console.write")
      ? text(
          `to make the console as it is here, go on with the next step; to keep what the console has instead: ${drop.en}`,
          `ここの内容にする場合は、次の手順に進んでください。管理画面の内容にする場合は、代わりに: ${drop.ja}`,
        )
      : text(
          "to make the console as it is here, go on with the next step; to keep what the console has, ask a system administrator to drop this task",
          "ここの内容にする場合は、次の手順に進んでください。管理画面の内容を残す場合は、作業の取り下げをシステム管理者に依頼してください",
        ),
  ];
}

/** Returns the commands that put back here what exports contradicted of some records, and nothing else of the task. */
function dropLines(task: ConsoleTask, different: readonly TaskRecord[]): readonly string[] {
  const { number, records } = task;
  const parts = different.map((record) => ({ record, fields: contradictedFields(record) }));
  if (parts.length === countRecords(task) && parts.every(({ fields }) => fields === undefined))
    return [line("console drop", [number])];
  const byFields = Map.groupBy(parts, ({ fields }) => JSON.stringify(fields));
  return [...byFields.values()].map((same) => {
    const record = same.map((part) => nameForPart(part.record, records));
    return line("console drop", [number], { record, field: same[0]?.fields });
  });
}

/** Returns the fields of a record that exports contradicted; undefined if that is all of what changed. */
const contradictedFields = ({ work, changes, contradictions = [] }: TaskRecord): readonly string[] | undefined => {
  const fields = contradictions.flatMap(({ field }) => field ?? []);
  const isPart = work !== "create" && work !== "delete" && changes.some(({ field }) => !fields.includes(field));
  return isPart ? fields : undefined;
};

/** What the console has of a record, as an export showed it. */
const contradictionOf = (record: TaskRecord): Text => {
  const { contradictions = [], work } = record;
  const [name, { fields }] = [withKey(record, record), thingOf(record)];
  if (contradictions.some(({ field }) => field === null))
    return text(
      `${name}: the console's export lacks this record: it was deleted there, or its key was changed`,
      `「${name}」: 管理画面のエクスポートにありません。管理画面で削除されたか、キーが変更されています`,
    );
  const values = contradictions.map(({ field, local, console: other }): Text => {
    const { [field ?? ""]: of } = fields as Readonly<Record<string, Field | undefined>>;
    const [label, here, there] = [
      calledOnScreen(fields, field ?? ""),
      toldOnScreen(of, local),
      toldOnScreen(of, other),
    ];
    return work === "delete"
      ? text(`${label}: ${there.en}`, `${label}「${there.ja}」`)
      : text(
          `${label}: ${there.en} in the console, ${here.en} here`,
          `${label}: 管理画面では「${there.ja}」、ここでは「${here.ja}」`,
        );
  });
  const { en, ja } = joined(values, text("; ", "。"));
  return work === "delete"
    ? text(
        `${name}: deleted here, but changed in the console: ${en}`,
        `「${name}」: ここでは削除しましたが、管理画面で変更されています: ${ja}`,
      )
    : text(`${name}: ${en}`, `「${name}」: ${ja}`);
};

/** What shows that a task was done, if an export of the console shows all of it. */
function exportSteps({ records }: ConsoleTask, { isSystem }: Rights): readonly Text[] {
  const isShown = (record: TaskRecord): boolean => {
    const { fields, scope, formats } = thingOf(record);
    return (
      Object.keys(formats).length > 0 &&
      record.changes.every(({ field }) => {
        const { [field]: of } = fields;
        if (of === undefined) return true;
        // an app's export has three of its columns
        if (scope !== undefined) return of.column?.consoleExport === true;
        return of.column !== undefined || of.refers?.by === "id";
      })
    );
  };
  if (!records.every(isShown)) return [];
  return [...new Set(records.map(({ kind }) => kind))].map((kind) => {
    const take = exportLine(kind);
    return isSystem
      ? text(`export in the console, then: ${take}`, `管理画面でエクスポートしてから: ${take}`)
      : text(
          `ask a system administrator to take over the console's export: ${take}`,
          `管理画面のエクスポートの取り込みをシステム管理者に依頼してください: ${take}`,
        );
  });
}

/** How a task is closed by who may. */
const confirmed = ({ number, state, work, leftOut = 0, beside = [] }: ConsoleTask, { may }: Rights): Text => {
  const [confirm, drop] = [line("console confirm", [number]), line("console drop", [number])];
  if (may("console.write") && work === "upload" && leftOut + beside.length > 0)
    return text(
      `once the file is uploaded: ${confirm}; once the rest is done by hand: the same again (if it is not to be done: ${drop})`,
      `ファイルのアップロードが完了したら: ${confirm} 。残りの手作業も完了したら、もう一度実行してください(行わない場合: ${drop})`,
    );
  // the steps of a contradicted task name the drop already
  if (may("console.write") && state === "contradicted")
    return text(`once it is done: ${confirm}`, `完了したら: ${confirm}`);
  return may("console.write")
    ? text(
        `once it is done: ${confirm} (if it is not to be done: ${drop})`,
        `完了したら: ${confirm}(行わない場合: ${drop})`,
      )
    : text(
        "once that is so, or if it is not to be done: ask a system administrator to record it",
        "完了したら、または行わない場合は、記録をシステム管理者に依頼してください",
      );
};

/** Where in the console a task is done. */
export const placeOf = (task: ConsoleTask): Text => {
  const own = thingOf(task).clicks?.page;
  const kind = kindOf(task);
  return own === undefined ? pageOf(kind) : inApp(kind, own);
};

/** What is to be changed, value by value, of a single record. */
export const changesOf = ({ records: [only, ...others] }: ConsoleTask): readonly Text[] =>
  only === undefined || others.length > 0 ? [] : only.changes.map((change) => changeStep(thingOf(only).fields, change));
