import { line } from "../../lib/advice/line.ts";
import type { ConsoleTask } from "../../lib/client/index.ts";
import { ACCOUNT, SETTINGS_ID } from "../../lib/model/account.ts";
import { calledOnScreen, thingOf, toldOnScreen } from "../../lib/model/console-change.ts";
import { CONSOLE_TASK_STATE_NAMES, CONSOLE_WORK_NAMES } from "../../lib/model/console-task.ts";
import { DEVICE, OWNERS } from "../../lib/model/device.ts";
import { FORMATS } from "../../lib/model/formats.ts";
import { formatOrgPath, ORG } from "../../lib/model/organisation.ts";
import { nounNamed } from "../../lib/model/problem.ts";
import type { Field, Fields, HandWork, Thing } from "../../lib/model/thing.ts";
import { IMPORT_MODE_NAMES, nameIn, ROW_ACTION_NAMES } from "../../lib/model/import.ts";
import { counted, joined, same, text, type Text } from "../../lib/text/index.ts";
import { OWNER, type Rights } from "../rights.ts";
import { exportAndVerify, inApp, newKeysWarning, pageOf, uploadOf } from "../imports/outputs/console/screen.ts";
import { deletionsFile, manualDeletions, uploadMode } from "../imports/outputs/console/upload.ts";
import { kindName } from "../imports/plan/columns.ts";
import { exportLine, nextExport } from "../imports/refusal/command.ts";

/** What to do in the console and afterwards, one step after another. @param rights of who reads it */
export function stepsOf(task: ConsoleTask, rights: Rights = OWNER): readonly Text[] {
  if (task.state !== "open") return [];
  if (task.gone) return task.absentIn === null ? goneSteps(task, rights) : absentSteps(task, task.absentIn, rights);
  if (task.objectId !== null) return [...wipeStep(task), ...handSteps(task, rights), confirmed(task, rights)];
  if (task.importNumber === null) return [...fieldSteps(task), confirmed(task, rights)];
  return [
    ...undoingStep(task),
    ...wipeStep(task),
    ...formerSteps(task),
    ...namedSteps(task),
    ...(task.work === "upload" ? uploadSteps(task) : repeatSteps(task, rights)),
  ];
}

/** Deleted records whose name or key in the console differs from the local one: another one may have that there. */
const formerSteps = (task: ConsoleTask): readonly Text[] =>
  task.former.map(({ name, key, there }) => {
    const [here, other] = [withKey(name, { ...task, key }), withKey(there.name, { ...task, key: there.key })];
    return text(
      `${here} is in the console: ${other}; delete that one`,
      `「${here}」は、管理画面では「${other}」です。削除するのはこの「${other}」です`,
    );
  });

/** What rows name that is called otherwise here by now, or in the console yet: who follows the rows would find another one. */
const namedSteps = ({ kind, named = [] }: ConsoleTask): readonly Text[] =>
  named.map(({ field, records, there, tasks, ...here }) => {
    const of = { kind: here.kind, thing: null };
    const [now, former] = [
      withKey(here.name, { ...of, key: here.key }),
      withKey(there.name, { ...of, key: there.key }),
    ];
    const { en, ja } = columnOf(kind, field);
    const numbers = tasks.join(", ");
    const until =
      tasks.length === 0
        ? text("", "")
        : text(
            ` (in the console ${former}, until ${numbers} is done)`,
            `(作業 ${numbers} を行うまで、管理画面では「${former}」)`,
          );
    const whose = records.join(", ");
    return text(
      `${en} of ${whose}: what is meant is ${now}${until.en}, whatever the rows call it`,
      `${records.join("、")} の${ja}: 行の表示にかかわらず「${now}」です${until.ja}`,
    );
  });

/** What a column is called. */
const columnOf = (kind: ConsoleTask["kind"], field: string): Text => {
  const column = FORMATS[kind].columns.find((one) => one.field === field);
  return same(column?.header ?? field);
};

/** What comes before all other steps of an undoing: they hold only of what was done in the console, where that is not known. */
function undoingStep({ number, undoes }: ConsoleTask): readonly Text[] {
  if (undoes === null || undoes.state === "confirmed" || undoes.state === "shown") return [];
  const { importNumber, task, state } = undoes;
  const was = state === null ? undefined : nameIn(CONSOLE_TASK_STATE_NAMES, state);
  const known =
    was === undefined
      ? text(`no task tells whether import ${importNumber} was`, `インポート ${importNumber} の作業の記録はありません`)
      : text(
          `import ${importNumber} probably was not, as its task ${task} was ${was.en}`,
          `インポート ${importNumber} の作業 ${task} は「${was.ja}」で、管理画面では行われていない可能性があります`,
        );
  return [
    text(
      `all that follows only where it was done in the console (${known.en}); where it was not, there is nothing to do: clomoctl console drop ${number}`,
      `以下の手順はすべて、管理画面で行った場合に限ります(${known.ja})。行っていなければ作業は不要です: clomoctl console drop ${number}`,
    ),
  ];
}

/** What comes before another owner of devices. @see facts 1.3, 4.6 */
function wipeStep({ wipes = 0, objectId, name, changes, importNumber }: ConsoleTask): readonly Text[] {
  const isKept = (change: Change): boolean =>
    !OWNERS.includes(change.field) || change.before === null || isBack(change);
  if (wipes === 0 || (objectId !== null && changes.every(isKept))) return [];
  const rows = `clomoctl imports show ${importNumber ?? ""} --rows`;
  const which =
    objectId === null
      ? text(`${counted(wipes, "device")} (${rows}):`, `デバイス ${wipes} 台(${rows}):`)
      : text(`${name}:`, `「${name}」:`);
  return [
    text(
      `${which.en} first wipe and set up again what gets another owner: Android changes hands only so, in every mode but Dedicated (that legacy and unknown modes may need it is ours); clomoctl cannot know whether it was done`,
      `${which.ja} 所有者を変える前に初期化し、設定し直してください。Android では Dedicated device モード以外で必要です(レガシーモードと不明なモードでも必要な場合があるとするのは clomoctl 独自の規則)。初期化したかどうかは clomoctl では分かりません`,
    ),
  ];
}

/** What a task's file does, and what is left to hands. */
function sharesOf({ work, kind, mode, create, update, delete: gone }: ConsoleTask) {
  const plan = { kind, mode: mode ?? "append", delete: gone } as const;
  // who was deleted comes back without a password, which SECURED APPs require
  const again = work === "undo" && FORMATS[kind].app !== undefined ? create : 0;
  const byHand = manualDeletions(plan);
  return { plan, again, byHand, isUploaded: create - again + update > 0 || byHand + again === 0 };
}

/** What a task is, in a word. */
export const workOf = (task: ConsoleTask): Text => {
  const work = nameIn(CONSOLE_WORK_NAMES, task.work);
  if (task.objectId !== null) {
    const { noun, name } = thingOf(task);
    const of = nounNamed(task.thing ?? noun ?? name);
    return text(`${work.en.replace(/ .*/, "")} ${/^[aeio]/.test(of.en) ? "an" : "a"} ${of.en}`, `${of.ja}を${work.ja}`);
  }
  if (task.mode === null) return work;
  if (task.work === "upload") return uploadWork(task);
  return importWork(task) ?? work;
};

/** Returns what to do with an upload file and with the list of deletions beside it. */
function uploadWork(task: ConsoleTask): Text {
  const { plan, byHand, isUploaded } = sharesOf(task);
  const { en, ja } = kindName(task.kind);
  if (!isUploaded) return text(`delete ${byHand} ${en} by hand`, `${ja}を手作業で ${byHand} 件削除する`);
  // without a name of the choice in the console, the mode has none either
  const isKnown = FORMATS[task.kind].thing.screen.choice !== undefined;
  const mode = isKnown ? IMPORT_MODE_NAMES[uploadMode(plan)].ja : undefined;
  const upload =
    mode === undefined
      ? text(`upload ${en}`, `${ja}をアップロード`)
      : text(`upload ${en} (${mode})`, `${ja}をアップロード(${mode})`);
  if (byHand === 0) return upload;
  return text(`${upload.en}, delete ${byHand} by hand`, `${upload.ja}、${byHand} 件を手作業で削除`);
}

/** What an import changed, which the console is to have too: `users: create 118, update 3`; undefined if it has no counts. */
const importWork = (task: ConsoleTask): Text | undefined => {
  const { kind, work } = task;
  const counts = (["create", "update", "delete"] as const).filter((action) => task[action] > 0);
  if (counts.length === 0) return undefined;
  const done = counts.map((action): Text => {
    const { en, ja } = nameIn(ROW_ACTION_NAMES, action);
    return text(`${en} ${task[action]}`, `${ja} ${task[action]}`);
  });
  const [of, all] = [kindName(kind), joined(done, text(", ", "、"))];
  return work === "undo"
    ? text(`${of.en}, undoing: ${all.en}`, `${of.ja}の取り消し: ${all.ja}`)
    : text(`${of.en}: ${all.en}`, `${of.ja}: ${all.ja}`);
};

/** What tells a record from others of its name. */
/** The settings of accounts, of which there is one record, as their screen has them. */
const SETTINGS_NAME = "CLOMO アカウント設定";

/** What a task is about. */
export const subjectOf = ({ kind, objectId }: ConsoleTask): Text =>
  objectId === SETTINGS_ID ? same(SETTINGS_NAME) : kindName(kind);

const withKey = (name: string, { key, ...task }: Pick<ConsoleTask, "key" | "kind" | "thing">): string => {
  if (name === SETTINGS_ID) return SETTINGS_NAME;
  if (key === null || key === name) return name;
  // the path of one without a code ends with its name
  if (thingOf(task).name === ORG.name && key.endsWith(`/${formatOrgPath([name])}`)) return key;
  return thingOf(task).name === ORG.name ? `${name} (${key})` : `${name} <${key}>`;
};

/** The record of a task by hand, as the console has it until the task is done. */
const calledThere = (task: ConsoleTask): string => {
  const { namedBy = "name" } = thingOf(task);
  const { before } = task.changes.find(({ field }) => field === namedBy) ?? {};
  return withKey(task.work !== "create" && typeof before === "string" ? before : (task.name ?? ""), task);
};

/** What people read of what a task is of: a record that is renamed, or was before it was deleted, by both its names. */
export const recordTold = (task: ConsoleTask): string | null => {
  const [record, there] = [recordOf(task), calledThere(task)];
  const [deleted] = task.delete === 1 && task.file === null ? task.former : [];
  if (deleted !== undefined) {
    const names = [deleted.there, deleted].map(({ name, key }) => withKey(name, { ...task, key }));
    return names.join(" → ");
  }
  const { objectId, name } = task;
  return objectId === null || name === null || there === record ? record : `${there} → ${name}`;
};

/** What is handled for a task: the file for the upload, or the list of whom to delete; else what it comes from. */
export const recordOf = (task: ConsoleTask): string | null => {
  const { file, name } = task;
  if (task.objectId !== null) return name === null ? null : withKey(name, task);
  const { plan, isUploaded } = sharesOf(task);
  if (file === null || isUploaded) return file ?? name;
  return deletionsFile(file, plan) ?? name;
};

function fileSteps(task: ConsoleTask): readonly Text[] {
  const { kind, file } = task;
  const { plan, again, byHand, isUploaded } = sharesOf(task);
  const [upload, page] = [uploadOf(plan), pageOf(kind)];
  const written =
    file === null ? text("the file that --emit-csv wrote", "--emit-csv で書き出したファイル") : same(file);
  const beside = file === null ? undefined : deletionsFile(file, plan);
  const list = beside === undefined ? text("the list beside the file", "ファイルと同じ場所の一覧") : same(beside);
  return [
    ...(isUploaded ? [text(`${written.en}: ${upload.en}`, `${written.ja}: ${upload.ja}`)] : []),
    ...(byHand > 0
      ? [
          text(
            `${list.en}: in ${page.en}, delete by hand the ${byHand} whom it lists`,
            `${list.ja}: 一覧にある ${byHand} 件を、${page.ja}で手作業で削除してください`,
          ),
        ]
      : []),
    ...(again > 0 ? [againStep(task)] : []),
    ...restoredSteps(task, isUploaded && again === 0),
  ];
}

/** How the records are made again that an import had deleted. */
function againStep({ kind, create, importNumber }: ConsoleTask): Text {
  const clicks = FORMATS[kind].thing.clicks?.create;
  const { en, ja } = clicks === undefined ? pageOf(kind) : inApp(kind, clicks);
  return text(
    `of the ${create} that the import had deleted, make again those that the console does not have (their values: clomoctl imports show ${importNumber} --rows); each by ${en}`,
    `インポートで削除された ${create} 件のうち、管理画面にないものを作り直してください(値の確認: clomoctl imports show ${importNumber} --rows)。1 件ずつ: ${ja}`,
  );
}

/** What records have that came back, and that no file has. @param uploaded a file makes them, so that it is set afterwards */
function restoredSteps({ kind, create, importNumber, restored }: ConsoleTask, uploaded: boolean): readonly Text[] {
  if (restored.length === 0) return [];
  const { thing } = FORMATS[kind];
  const clicks = uploaded ? thing.clicks?.edit : undefined;
  const { en, ja } = clicks === undefined ? text("", "") : inApp(kind, clicks);
  const way = clicks === undefined ? text("", "") : text(` (${en})`, `(${ja})`);
  const rest = create - restored.length;
  return [
    text(`in no file, to be set by hand${way.en}:`, `ファイルにないため手作業で設定する項目${way.ja}:`),
    ...restored.map(({ name: bare, key, changes }): Text => {
      const name = withKey(bare, { kind, thing: null, key });
      const all = joined(
        changes.map((change) => changeStep(thing.fields, change)),
        text(", ", "、"),
      );
      return text(`${name}: ${all.en}`, `「${name}」: ${all.ja}`);
    }),
    ...(rest > 0
      ? [
          text(
            `the other ${rest}: clomoctl imports show ${importNumber} --rows (passwords and the like are in no list: set them anew)`,
            `ほかの ${rest} 件: clomoctl imports show ${importNumber} --rows(パスワードなどは一覧にないため、設定し直してください)`,
          ),
        ]
      : []),
  ];
}

function uploadSteps(task: ConsoleTask): readonly Text[] {
  const { importNumber } = task;
  return [
    ...releaseStep(task),
    ...newKeysStep(task),
    ...fileSteps(task),
    exportAndVerify(importNumber),
    text(
      `if it is not to be uploaded: clomoctl imports discard ${importNumber}`,
      `アップロードしない場合: clomoctl imports discard ${importNumber}`,
    ),
  ];
}

/** What comes before the deletion of people who own devices. */
function releaseStep({ released = 0, importNumber }: ConsoleTask): readonly Text[] {
  if (released === 0 || importNumber === null) return [];
  const which = line("imports show", [importNumber], { problems: true });
  const { en, ja } = DEVICE.clicks?.fields?.["owner"] ?? pageOf("devices");
  return [
    text(
      `first remove the owner from ${counted(released, "device")} (which ones: ${which}); each by ${en}`,
      `先に、デバイス ${released} 台の所有者を外してください(対象: ${which})。1 台ずつ: ${ja}`,
    ),
  ];
}

/** What comes before an upload that changes the mail addresses of people. */
function newKeysStep({ newKeys = 0, kind, importNumber }: ConsoleTask): readonly Text[] {
  if (newKeys === 0 || importNumber === null) return [];
  const { thing } = FORMATS[kind];
  const which = line("imports show", [importNumber], { rows: true });
  const { en, ja } = thing.clicks?.edit === undefined ? pageOf(kind) : inApp(kind, thing.clicks.edit);
  const why = newKeysWarning(newKeys);
  return [text(`${why.en} (which ones: ${which}); each by ${en}`, `${why.ja}(対象: ${which})。1 人ずつ: ${ja}`)];
}

function repeatSteps(task: ConsoleTask, rights: Rights): readonly Text[] {
  const { kind, file, importNumber } = task;
  return [
    text(
      `see what changed: clomoctl imports show ${importNumber} --rows`,
      `変更内容を確認: clomoctl imports show ${importNumber} --rows`,
    ),
    ...(file === null ? byHandSteps(task) : fileSteps(task)),
    ...contradictedSteps(task, rights),
    exported(kind, rights),
    confirmed(task, rights),
  ];
}

function byHandSteps(task: ConsoleTask): readonly Text[] {
  const { work, kind } = task;
  const page = pageOf(kind);
  if (work === "delete") return deletionSteps(task);
  if (work !== "undo") return [repeated(page), ...repeatedEach(task)];
  const { create, update, delete: gone } = task;
  return [
    ...(create === 0 || update + gone > 0 ? [undone(page)] : []),
    ...(create > 0 ? [againStep(task), ...restoredSteps(task, false)] : []),
  ];
}

/** How records are deleted: what the manual says of it, and no more. */
function deletionSteps({ kind, delete: count }: ConsoleTask): readonly Text[] {
  const { app, thing } = FORMATS[kind];
  const { en, ja } = thing.clicks?.delete === undefined ? pageOf(kind) : inApp(kind, thing.clicks.delete);
  const each = text(`${count} to be deleted; each by ${en}`, `${count} 件を削除してください: ${ja}`);
  return app === undefined ? [each] : [each, IN_BULK];
}

/** @see facts 6.6 */
const IN_BULK = text(
  "only if all that a search there finds are to go: tick the row of headers, then 「全ユーザー XXX 名を選択する。」 takes those beyond the 20 of a page, too; compare XXX with the count",
  "画面で検索したユーザーをすべて削除する場合に限り: 項目名の行にチェックを付けると表示される「全ユーザー XXX 名を選択する。」で、20 件を超えるユーザーも選択できます(XXX が件数と一致することを確認してください)",
);

const undone = ({ en, ja }: Text): Text =>
  text(`put it back in ${en}, where it was done there`, `${ja}で反映済みのものを元に戻してください`);

const repeated = ({ en, ja }: Text): Text => text(`change the same in ${en}`, `${ja}で同じ変更をしてください`);

/** The clicks of each kind of change that an import made, where the manual has them; the values are in its rows. */
function repeatedEach(task: ConsoleTask): readonly Text[] {
  const { clicks } = FORMATS[task.kind].thing;
  const ways = [
    ["create", clicks?.create],
    ["update", clicks?.edit],
    ["delete", clicks?.delete],
  ] as const;
  return ways.flatMap(([action, way]) => {
    if (task[action] === 0 || way === undefined) return [];
    const [of, where] = [nameIn(ROW_ACTION_NAMES, action), inApp(task.kind, way)];
    return text(`${of.en} ${task[action]}, each by ${where.en}`, `${of.ja} ${task[action]} 件: ${where.ja}`);
  });
}

/** An export that agrees proves that it was done. */
const exported = (kind: ConsoleTask["kind"], { isSystem }: Rights): Text => {
  const line = exportLine(kind);
  return isSystem
    ? text(`export in the console, then: ${line}`, `管理画面でエクスポートしてから: ${line}`)
    : text(
        `ask a system administrator to take over the console's export: ${line}`,
        `管理画面のエクスポートの取り込みをシステム管理者に依頼してください: ${line}`,
      );
};

/** Returns what to do if an export of the console contradicted a task; nothing if none did. */
function contradictedSteps({ number, kind, doubtedAt }: ConsoleTask, rights: Rights): readonly Text[] {
  if (doubtedAt === null) return [];
  const next = nextExport(kind, rights);
  return [
    text(
      "an export of the console contradicts this task: it has a value that nobody entered here, or lacks what is recorded here; the values here stay",
      "管理画面のエクスポートが、この作業の内容と一致しません(ここで入力していない値があるか、ここにあるデータがありません)。ここでの値はそのまま残ります",
    ),
    rights.may("console.write")
      ? text(
          `to keep what the console has instead: clomoctl console drop ${number}; then ${next.en}`,
          `管理画面の内容を残す場合: clomoctl console drop ${number} 。続けて、${next.ja}`,
        )
      : text(
          "to keep what the console has instead, ask a system administrator to drop this task",
          "管理画面の内容を残す場合は、作業の取り下げをシステム管理者に依頼してください",
        ),
  ];
}

function fieldSteps({ work, name, fieldTask }: ConsoleTask): readonly Text[] {
  const field = name ?? "";
  const isAdded = work === "add-field";
  const step = isAdded
    ? text(
        `add ${field} to the カスタムユーザー情報 of CLOMO PANEL`,
        `CLOMO PANEL のカスタムユーザー情報に「${field}」を追加してください`,
      )
    : text(
        `remove ${field} from the カスタムユーザー情報 of CLOMO PANEL`,
        `CLOMO PANEL のカスタムユーザー情報から「${field}」を削除してください`,
      );
  return [
    ...(isAdded && fieldTask !== undefined ? [removedFirst(field, fieldTask)] : []),
    step,
    ...(!isAdded && fieldTask !== undefined ? [addedAgain(field, fieldTask)] : []),
  ];
}

const removedFirst = (field: string, task: number): Text =>
  text(
    `first remove the former ${field} and its values, if it is still there: clomoctl console show ${task}`,
    `元の「${field}」が管理画面に残っている場合は、先に値とともに削除してください: clomoctl console show ${task}`,
  );

const addedAgain = (field: string, task: number): Text =>
  text(
    `its values go with it: ${field} was added again here, without them, and is to be added there afterwards: clomoctl console show ${task}`,
    `値も一緒に削除します。「${field}」はその後ここで値なしで追加し直されました。削除後の追加の手順: clomoctl console show ${task}`,
  );

/** What was written by hand: where to click, what to enter, and what proves that it was done. */
function handSteps(task: ConsoleTask, rights: Rights): readonly Text[] {
  const { work, kind, changes } = task;
  const [thing, name] = [thingOf(task), calledThere(task)];
  const { clicks } = thing;
  const own = changes.filter(({ field }) => clicks?.fields?.[field] !== undefined);
  const usual = changes.filter((change) => !own.includes(change));
  const where = isHandWork(work) ? clicks?.[work] : undefined;
  const page = where && inApp(kind, where);
  const called = text(`${name}:`, `「${name}」:`);
  return [
    ...(page === undefined || (usual.length === 0 && own.length > 0)
      ? []
      : [text(`${called.en} ${page.en}`, `${called.ja} ${page.ja}`)]),
    ...usual.map((change) => changeStep(thing.fields, change)),
    ...own.flatMap((change, at) => {
      const { [change.field]: there } = clicks?.fields ?? {};
      const before = clicks?.fields?.[own[at - 1]?.field ?? ""];
      const step = changeStep(thing.fields, change);
      // what is set in the same place as the one before is one way there
      if (there === undefined || there.ja === before?.ja) return [step];
      return [text(`${called.en} ${there.en}`, `${called.ja} ${there.ja}`), step];
    }),
    ...(work === "create" && thing.name === ACCOUNT.name ? [THERE_ALREADY] : []),
    ...proofs(task, thing, rights),
  ];
}

/** An account may have been in the console before it was recorded here, with what it had then. */
const THERE_ALREADY = text(
  "if the console has this account already: do not add it, but see there that it has the values above, and change those that differ",
  "このアカウントが管理画面にすでにある場合: 追加せず、上の値になっていることを確認し、異なるものを変更してください",
);

/** Of a record that was deleted here since nothing is to be entered; that it goes from the console is told by its deletion. */
function goneSteps(task: ConsoleTask, rights: Rights): readonly Text[] {
  const { number, deletionTask } = task;
  const [page, name] = [placeOf(task), calledThere(task)];
  const there =
    deletionTask === null
      ? text(`see in ${page.en} that it is not there either`, `${page.ja}にも残っていないことを確認してください`)
      : text(
          `do its deletion in the console: clomoctl console show ${deletionTask}`,
          `管理画面での削除の手順: clomoctl console show ${deletionTask}`,
        );
  return [
    text(
      `${name} was deleted here since: nothing of this is to be entered any more`,
      `「${name}」はその後ここで削除されました。管理画面への入力は不要です`,
    ),
    there,
    closing(
      rights,
      text(
        `once the console does not have it: clomoctl console drop ${number}`,
        `管理画面にないことを確認したら: clomoctl console drop ${number}`,
      ),
    ),
  ];
}

/**
 * Of a record that an export of the console did not have: it may be from before the record was entered there, so that
 * nothing is said of a deletion.
 */
function absentSteps(
  task: ConsoleTask,
  absentIn: NonNullable<ConsoleTask["absentIn"]>,
  rights: Rights,
): readonly Text[] {
  const { number } = task;
  const name = calledThere(task);
  const { en, ja } = exportCalled(absentIn);
  return [
    text(
      `${en} did not have ${name}; nobody deleted it here`,
      `${ja}に「${name}」はありませんでした。ここで削除されたのではありません`,
    ),
    text(
      "if it is to be there, and is not there by now, enter it:",
      "管理画面に必要で、まだない場合は、次のように入力してください:",
    ),
    ...handSteps(task, rights),
    text(
      `all that it had here: clomoctl imports show ${absentIn.importNumber} --rows`,
      `ここでの元の値: clomoctl imports show ${absentIn.importNumber} --rows`,
    ),
    closing(
      rights,
      text(
        `once it is there: clomoctl console confirm ${number} (if it is not to be: clomoctl console drop ${number})`,
        `入力したら: clomoctl console confirm ${number}(不要な場合: clomoctl console drop ${number})`,
      ),
    ),
  ];
}

const exportCalled = ({ importNumber, file }: { readonly importNumber: string; readonly file: string }): Text =>
  file === "-"
    ? text(`the export of import ${importNumber}`, `インポート ${importNumber} のエクスポート`)
    : text(`the export ${file} (import ${importNumber})`, `エクスポート ${file}(インポート ${importNumber})`);

/** What proves a task, where an export of the console shows all of it. */
function proofs(task: ConsoleTask, { fields, formats, scope }: Thing, rights: Rights): readonly Text[] {
  const { kind, changes } = task;
  const isShown = ({ field }: ConsoleTask["changes"][number]): boolean => {
    const { [field]: of } = fields;
    // an app's export has three of its columns
    return isExported(of) && (of?.column === undefined || scope === undefined || of.column.consoleExport === true);
  };
  const isProved = Object.keys(formats).length > 0 && changes.every(isShown);
  return [...contradictedSteps(task, rights), ...(isProved ? [exported(kind, rights)] : [])];
}

const isHandWork = (work: ConsoleTask["work"]): work is HandWork =>
  work === "create" || work === "edit" || work === "move" || work === "delete";

/** Whether files have a field; `undefined` is one of the tenant's own. */
const isExported = (of: Field | undefined): boolean =>
  of === undefined || of.column !== undefined || of.refers?.by === "id";

type Change = ConsoleTask["changes"][number];

/** Whether a record has again what the console had. Two that are named may be called alike, so that their ids tell. */
const isBack = ({ before, after, now = after, ids }: Change): boolean =>
  ids === undefined ? String(now) === String(before) : (ids.now === undefined ? ids.after : ids.now) === ids.before;

/** One value to enter. @param before what the console has, unless it was entered there meanwhile */
function changeStep(fields: Fields, change: Change): Text {
  const { field, before, after, now = after, renamed } = change;
  const { [field]: of } = fields;
  const label = calledOnScreen(fields, field);
  if (of?.secret === true) {
    return text(`${label}: the new one (clomoctl kept none)`, `${label}: 新しい値(clomoctl は保存していません)`);
  }
  const told = (value: string | readonly string[] | null): Text => toldOnScreen(of, value);
  const [from, by] = [told(before), told(now)];
  // a switch that is off has no value, or FALSE
  const isKept = change.ids === undefined ? from.ja === by.ja : isBack(change);
  const to = renamed === undefined ? told(after) : withNewName(told(after), renamed);
  if (before !== null && isKept && !isExported(of)) {
    return text(
      `${label}: ${by.en}, as it was recorded here; what the console has is not known here: see there that it is this`,
      `${label}: ${by.ja}(ここで前に記録した値に戻っています。管理画面の値は clomoctl では分からないため、この値になっていることを確認してください)`,
    );
  }
  if (before !== null && isKept) {
    return text(
      `${label}: ${by.en}, as the console had it: nothing to do, unless it was changed there meanwhile`,
      `${label}: ${by.ja}(管理画面の元の値に戻っています。管理画面で変更していなければ、作業は不要です)`,
    );
  }
  if (change.now !== undefined && to.ja !== by.ja) {
    return text(
      `${label}: ${by.en} (not ${to.en} any more: it was changed again here since)`,
      `${label}: ${by.ja}(その後ここで再び変更されたため、「${to.ja}」ではありません)`,
    );
  }
  return before === null
    ? text(`${label}: ${to.en}`, `${label}: ${to.ja}`)
    : text(`${label}: ${from.en} → ${to.en}`, `${label}: ${from.ja} → ${to.ja}`);
}

/** What a record is called in the console at least until a later task, and here by now. */
const withNewName = ({ en, ja }: Text, renamed: string): Text =>
  text(`${en} (here ${renamed} by now)`, `${ja}(ここでは現在「${renamed}」)`);

/** What was written by hand, value by value. */
export const changesOf = (task: ConsoleTask): readonly Text[] =>
  task.changes.map((change) => changeStep(thingOf(task).fields, change));

const confirmed = ({ number }: ConsoleTask, rights: Rights): Text =>
  closing(
    rights,
    text(
      `once it is done: clomoctl console confirm ${number} (if it is not to be done: clomoctl console drop ${number})`,
      `完了したら: clomoctl console confirm ${number}(行わない場合: clomoctl console drop ${number})`,
    ),
  );

/** How a task is closed by who may. */
const closing = ({ may }: Rights, how: Text): Text =>
  may("console.write")
    ? how
    : text(
        "once that is so, or if it is not to be done: ask a system administrator to record it",
        "完了したら、または行わない場合は、記録をシステム管理者に依頼してください",
      );

/** Where in the console a task is done. */
export const placeOf = (task: ConsoleTask): Text => {
  const { kind, importNumber, objectId } = task;
  if (importNumber === null && objectId === null) return same("CLOMO PANEL");
  const own = thingOf(task).clicks?.page;
  return own === undefined ? pageOf(kind) : inApp(kind, own);
};
