import { line, type CommandLine } from "../advice/index.ts";
import type { Import } from "../tenant/operations.ts";
import { FORMATS } from "../model/formats.ts";
import { getThingNoun } from "../model/problem.ts";
import { formatCount, joinTexts, same, text, type Text } from "../text/index.ts";
import { describeAppliedChanges } from "./changes.ts";
import { hasChanges } from "./describe.ts";

export const hasTaskChanges = ({
  settled: { closed, givenUp = [], advanced = [], contradicted, reopened = [] } = EMPTY_SETTLEMENT,
}: Import): boolean => [closed, givenUp, advanced, contradicted, reopened].some((numbers) => numbers.length > 0);

const EMPTY_SETTLEMENT: NonNullable<Import["settled"]> = { closed: [], contradicted: [], open: 0 };

export const PLAN_DRY_RUN_NOTE = text(
  "dry run: nothing was changed; to apply the plan, run the same command without --dry-run",
  "確認のみで、何も変更していません。適用するには --dry-run を付けずに実行してください",
);

/** Returns what a commit did, and what to type next. */
export function describeCommit(plan: Import): readonly Text[] {
  const { consoleTask } = plan;
  const told = [describeOutcome(plan), ...describeLeavers(plan), ...describeSettledTasks(plan)];
  if (!hasChanges(plan) && !hasTaskChanges(plan)) return told;
  const steps = line("console show", [consoleTask ?? 0]);
  return [
    ...told,
    ...(consoleTask === undefined
      ? []
      : [
          text(
            `these changes are not made in the console automatically; steps: ${steps}`,
            `管理画面には自動で反映されません。手順: ${steps}`,
          ),
        ]),
    describeFollowUp(plan),
  ];
}

function describeSettledTasks(plan: Import): readonly Text[] {
  const { settled: found } = plan;
  if (found === undefined) return [];
  const { closed, givenUp = [], advanced = [], contradicted, reopened = [], open } = found;
  if (!hasTaskChanges(plan) && open === 0) return [];
  const told = (numbers: readonly number[], say: (list: Text, see: CommandLine) => Text): readonly Text[] =>
    numbers.length === 0
      ? []
      : [say(text(numbers.join(", "), numbers.join("、")), line("console show", [numbers[0] ?? 0]))];
  const others = [
    ...told(advanced, ({ en, ja }, see) =>
      text(`tasks partly done by now: ${en} (${see})`, `一部が完了した作業: ${ja}(${see})`),
    ),
    ...told(givenUp, ({ en, ja }) =>
      text(
        `tasks given up in favour of the values in the console: ${en}`,
        `管理画面の内容を採ったため取りやめた作業: ${ja}`,
      ),
    ),
    ...told(contradicted, ({ en, ja }, see) =>
      text(
        `the export contradicts ${contradicted.length === 1 ? "task" : "tasks"} ${en}; the local values are kept (${see})`,
        `このエクスポートは作業 ${ja} と一致しません。このテナントの値を残します(${see})`,
      ),
    ),
    ...told(reopened, ({ en, ja }, see) =>
      text(
        `tasks reopened because the export does not show what was confirmed as done: ${en} (${see})`,
        `完了を確認済みの内容と異なるため、未了に戻した作業: ${ja}(${see})`,
      ),
    ),
  ];
  const [shown = NO_TASK_CLOSED_TEXT] = told(closed, ({ en, ja }) =>
    text(`tasks closed by this export: ${en}`, `このエクスポートで完了を確認した管理画面での作業: ${ja}`),
  );
  const list = line("console list", []);
  const left =
    open === 0
      ? text("no tasks are open", "未了の作業はありません")
      : text(`open tasks: ${open} (${list})`, `未了の作業: ${open} 件(${list})`);
  return [joinTexts([shown, ...others, left], text("; ", "。"))];
}

const NO_TASK_CLOSED_TEXT = text(
  "this export did not close any task",
  "このエクスポートで完了を確認した作業はありません",
);

function describeFollowUp({ change }: Import): Text {
  const undo = line("undo", [change ?? "last"]);
  return text(`undo: ${undo}`, `取り消すには: ${undo}`);
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

/** Returns how to process leavers among the users that an import kept because devices or roles depend on them. */
function describeLeavers({ kind, kept }: Import): readonly Text[] {
  if (kind !== "users" || (kept?.count ?? 0) === 0) return [];
  const leave = line("users leave", [], { file: "FILE" });
  return [
    text(
      `for a list of leavers, including their devices: ${leave}`,
      `退職者の一覧をデバイスも含めて処理するには: ${leave}`,
    ),
  ];
}

const NO_RECORD_CHANGED_TEXT = text("no records changed", "変更なし");

function* describeSideEffects({ kept, released = 0 }: Import): Generator<Text> {
  if (released > 0)
    yield text(`owner removed: ${formatCount(released, "device")}`, `所有者を外したデバイス: ${released}`);
  const { count = 0 } = kept ?? {};
  if (count > 0) yield text(`records kept: ${count}`, `残したデータ: ${count}`);
}
