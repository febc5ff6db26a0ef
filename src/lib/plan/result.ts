import { line } from "../advice/index.ts";
import type { Import } from "../contract/imports.ts";
import { FORMATS } from "../model/formats.ts";
import { nounNamed } from "../model/problem.ts";
import type { Operation } from "../model/role.ts";
import { counted, joined, same, text, type Text } from "../text/index.ts";
import { describeDone } from "./changes.ts";
import { isChanging } from "./describe.ts";

/** Returns true if an export of the console changed anything of tasks. */
export const isSettling = ({
  settled: { closed, givenUp = [], advanced = [], contradicted, reopened = [] } = NOTHING_SETTLED,
}: Import): boolean => [closed, givenUp, advanced, contradicted, reopened].some((numbers) => numbers.length > 0);

const NOTHING_SETTLED: NonNullable<Import["settled"]> = { closed: [], contradicted: [], open: 0 };

/** What is said after a dry run of any plan. */
export const AFTER_DRY_RUN = text(
  "dry run: nothing was changed; the same command without --dry-run applies the plan",
  "確認のみで、何も変更していません。適用するには --dry-run を付けずに実行してください",
);

/** What is deleted to undo what was created, and created to undo what was deleted, takes a right of its own. */
export function neededToUndo(plan: Import): readonly Operation[] {
  const { kind, beside = [] } = plan;
  if (!(kind === "users" || kind === "orgs" || kind === "devices")) return [];
  return [
    ...(plan.create > 0 ? [`${kind}.delete` as const] : []),
    ...(plan.delete > 0 ? [`${kind}.write` as const] : []),
    ...(beside.some((one) => one.thing === "user" && one.delete > 0) ? ["users.write" as const] : []),
    ...(plan.orgsCreated > 0 ? ["orgs.delete" as const] : []),
    ...((plan.released ?? 0) > 0 ? ["devices.write" as const] : []),
  ];
}

/**
 * What was done, and what to type next.
 *
 * @param mayUndo whoever acts may undo it
 */
export function afterCommit(plan: Import, mayUndo: boolean): readonly Text[] {
  const { consoleTask, undoes } = plan;
  const told = [done(plan), ...settled(plan)];
  if (!isChanging(plan) && !isSettling(plan)) return told;
  const steps = line("console show", [consoleTask ?? 0]);
  return [
    ...told,
    ...(consoleTask === undefined
      ? []
      : [
          text(
            `not done in the console yet, which does not follow by itself: ${steps}`,
            `管理画面には自動で反映されません。手順: ${steps}`,
          ),
        ]),
    ...(mayUndo || undoes !== null ? [nextOf(plan)] : []),
  ];
}

/** Returns which tasks an export of the console closed, contradicted or opened again. */
function settled(plan: Import): readonly Text[] {
  const { settled: found } = plan;
  if (found === undefined) return [];
  const { closed, givenUp = [], advanced = [], contradicted, reopened = [], open } = found;
  if (!isSettling(plan) && open === 0) return [];
  const told = (numbers: readonly number[], say: (list: Text, see: string) => Text): readonly Text[] =>
    numbers.length === 0
      ? []
      : [say(text(numbers.join(", "), numbers.join("、")), line("console show", [numbers[0] ?? 0]))];
  const others = [
    ...told(advanced, ({ en, ja }, see) =>
      text(`partly done by now: ${en} (${see})`, `一部が終わった作業: ${ja}(${see})`),
    ),
    ...told(givenUp, ({ en, ja }) =>
      text(`given up for what the console has: ${en}`, `管理画面の内容を採ったため取りやめた作業: ${ja}`),
    ),
    ...told(contradicted, ({ en, ja }, see) =>
      text(
        `it contradicts ${contradicted.length === 1 ? "task" : "tasks"} ${en}: the values here stay (${see})`,
        `作業 ${ja} と一致しません。ここでの値はそのまま残ります(${see})`,
      ),
    ),
    ...told(reopened, ({ en, ja }, see) =>
      text(
        `it does not have what was confirmed as done, which is open again: ${en} (${see})`,
        `完了を確認済みの内容と異なるため、未了に戻した作業: ${ja}(${see})`,
      ),
    ),
  ];
  const [shown = NOTHING_CLOSED] = told(closed, ({ en, ja }) =>
    text(`closed in console list by this export: ${en}`, `このエクスポートで終わった管理画面での作業: ${ja}`),
  );
  const list = line("console list", []);
  const left =
    open === 0
      ? text("nothing is open", "未了の作業はありません")
      : text(`open: ${open} (${list})`, `未了の作業: ${open} 件(${list})`);
  return [joined([shown, ...others, left], text("; ", "。"))];
}

const NOTHING_CLOSED = text("this export closes nothing in console list", "このエクスポートで終わった作業はありません");

function nextOf({ change, emittedAt, request, reopened }: Import): Text {
  const number = change ?? "last";
  if (reopened !== undefined) {
    const confirm = line("console confirm", reopened.tasks);
    return text(`confirm again: ${confirm}`, `もう一度完了を記録するには: ${confirm}`);
  }
  if (request?.fromConsole === true) {
    const undo = line("undo", [number], { mirrorOnly: true });
    return text(
      `if it is the wrong file, undo it here only: ${undo}`,
      `違うファイルだった場合、ここでだけ取り消すには: ${undo}`,
    );
  }
  if (emittedAt === null) return text(`undo: ${line("undo", [number])}`, `取り消すには: ${line("undo", [number])}`);
  const undo = line("undo", [number], { emitCsv: `undo-${number}.csv` });
  return text(
    `undo, here and by a file for the console: ${undo}`,
    `取り消すには(管理画面用のファイルも書き出す): ${undo}`,
  );
}

/** `import 12: 24 users created, 3 updated`; of an undo: `change 13 (undoing 12): 24 users deleted`. */
function done(plan: Import): Text {
  const { number, mode, undoes, drops, beside = [], secretsSet, orgsCreated, groupsCreated } = plan;
  const { thing, app } = FORMATS[plan.kind];
  const further = [
    [secretsSet, text("rows that set a secret", "パスワードなどを設定した行")],
    [orgsCreated, text("organisations created", "作成した組織")],
    [groupsCreated, text("groups created", "作成したグループ")],
  ] as const;
  const changes = [
    ...describeDone(plan, nounNamed(thing.noun ?? thing.name)),
    ...further.flatMap(([count, { en, ja }]) => (count === 0 ? [] : [text(`${en}: ${count}`, `${ja}: ${count}`)])),
    ...beside.flatMap((one) => describeDone(one, nounNamed(one.thing))),
  ];
  const notes = [
    ...(app === undefined ? [] : [same(app)]),
    ...(undoes === null ? [] : [text(`undoing ${undoes}`, `${undoes} の取り消し`)]),
    ...(drops === undefined ? [] : [text(`dropping ${drops.join(", ")}`, `作業 ${drops.join("、")} の取り下げ`)]),
  ];
  const comma = text(", ", "、");
  const note = joined(notes, comma);
  const [open, openJa] = notes.length === 0 ? ["", ""] : [` (${note.en})`, `(${note.ja})`];
  const what = mode === "undo" ? text("change", "変更") : text("import", "インポート");
  const { en, ja } = joined([...(isChanging(plan) ? changes : [NOTHING]), ...besides(plan)], comma);
  return text(`${what.en} ${number}${open}: ${en}`, `${what.ja} ${number}${openJa}: ${ja}`);
}

const NOTHING = text("no record changed", "変更なし");

/** What became of records that the file lacks and could not be deleted, and of tasks. */
function* besides({ kept, released = 0, reopened }: Import): Generator<Text> {
  if (reopened !== undefined && reopened.records > 0)
    yield text(
      `open again in console list: ${reopened.tasks.join(", ")}`,
      `未了に戻した管理画面での作業: ${reopened.tasks.join("、")}`,
    );
  if (released > 0) yield text(`owner removed: ${counted(released, "device")}`, `所有者を外したデバイス: ${released}`);
  const { count = 0 } = kept ?? {};
  if (count > 0) yield text(`kept: ${count}`, `残したもの: ${count}`);
}
