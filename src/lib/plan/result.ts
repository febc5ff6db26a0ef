import { line } from "../advice/index.ts";
import type { Import } from "../tenant/operations.ts";
import { FORMATS } from "../model/formats.ts";
import { getThingNoun } from "../model/problem.ts";
import { formatCount, joinTexts, same, text, type Text } from "../text/index.ts";
import { describeAppliedChanges } from "./changes.ts";
import { hasChanges } from "./describe.ts";

export const hasTaskChanges = ({ settled }: Import): boolean => {
  const { closed = [], advanced = [] } = settled ?? {};
  return closed.length + advanced.length > 0;
};

export const PLAN_DRY_RUN_NOTE = text(
  "dry run: nothing was changed; to apply the plan, run the same command without --dry-run",
  "確認のみで、何も変更していません。適用するには --dry-run を付けずに実行してください",
);

/** Returns what a commit did, and what to type next. */
export function describeCommit(plan: Import): readonly Text[] {
  const { consoleTask, change } = plan;
  const told = [describeOutcome(plan), ...describeSettledTasks(plan)];
  if (!hasChanges(plan) && !hasTaskChanges(plan)) return told;
  const steps = line("console show", [consoleTask ?? 0]);
  const undo = line("undo", [change ?? "last"]);
  return [
    ...told,
    ...(consoleTask === undefined
      ? []
      : [
          text(`still to be done in the console: ${steps}`, `管理画面でも行う作業: ${steps}`),
          ...describeUploadStep(plan),
        ]),
    text(`undo: ${undo}`, `取り消すには: ${undo}`),
  ];
}

function describeUploadStep({ change, request }: Import): readonly Text[] {
  if (change === null || request === null || request.mode === "delete") return [];
  if (request.fromConsole === true || request.forConsole === true) return [];
  const upload = line("console upload", [change], { output: "upload" });
  return [text(`the file to upload there: ${upload}`, `アップロード用ファイルの書き出し: ${upload}`)];
}

function describeSettledTasks(plan: Import): readonly Text[] {
  const { settled } = plan;
  if (settled === undefined || (!hasTaskChanges(plan) && settled.open === 0)) return [];
  const { closed, open } = settled;
  const list = line("console list", []);
  const counts = [
    [closed.length, text(`closed ${closed.length}`, `完了 ${closed.length}`)],
    [1, text(`open ${open} (${list})`, `未了 ${open}(${list})`)],
  ] as const;
  const told = counts.filter(([count]) => count > 0).map(([, what]) => what);
  return [joinTexts([text("tasks", "管理画面での作業"), joinTexts(told, text(", ", "、"))], same(": "))];
}

/** Returns the result: `import 12: 24 users created, 3 updated`; `change 13 (undoing change 12): 24 users deleted` */
function describeOutcome(plan: Import): Text {
  const { number, mode, undoes, drops, beside = [], secretsSet, orgsCreated, groupsCreated } = plan;
  const { thing, app } = FORMATS[plan.kind];
  const further = [
    [secretsSet, text("rows that set a secret", "パスワードなどを設定した行")],
    [orgsCreated, text("organisations created", "作成した組織")],
    [groupsCreated, text("groups created", "作成したグループ")],
  ] as const;
  const changes = [
    ...describeAppliedChanges(plan, getThingNoun(thing.noun ?? thing.name)),
    ...further.flatMap(([count, { en, ja }]) => (count === 0 ? [] : [text(`${en}: ${count}`, `${ja}: ${count}`)])),
    ...beside.flatMap((one) => describeAppliedChanges(one, getThingNoun(one.thing))),
  ];
  const notes = [
    ...(app === undefined ? [] : [same(app)]),
    ...(undoes === null ? [] : [text(`undoing change ${undoes}`, `変更 ${undoes} の取り消し`)]),
    ...(drops === undefined ? [] : [text(`tasks dropped: ${drops.join(", ")}`, `作業 ${drops.join("、")} の取り下げ`)]),
  ];
  const comma = text(", ", "、");
  const note = joinTexts(notes, comma);
  const [open, openJa] = notes.length === 0 ? ["", ""] : [` (${note.en})`, `(${note.ja})`];
  const what = mode === "undo" ? text("change", "変更") : text("import", "インポート");
  const { en, ja } = joinTexts(
    [...(hasChanges(plan) ? changes : [NO_RECORD_CHANGED_TEXT]), ...describeSideEffects(plan)],
    comma,
  );
  return text(`${what.en} ${number}${open}: ${en}`, `${what.ja} ${number}${openJa}: ${ja}`);
}

const NO_RECORD_CHANGED_TEXT = text("no records changed", "変更なし");

function* describeSideEffects({ kept, released = 0 }: Import): Generator<Text> {
  if (released > 0)
    yield text(`owner removed: ${formatCount(released, "device")}`, `所有者を外したデバイス: ${released}`);
  const { count = 0 } = kept ?? {};
  if (count > 0) yield text(`records kept: ${count}`, `残したデータ: ${count}`);
}
