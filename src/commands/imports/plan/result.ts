import { line } from "../../../lib/advice/line.ts";
import { describeDone } from "./changes.ts";
import { unlessFailing } from "../../../lib/errors/index.ts";
import type { Import } from "../../../lib/client/index.ts";
import { FORMATS } from "../../../lib/model/formats.ts";
import { nounNamed } from "../../../lib/model/problem.ts";
import type { Operation } from "../../../lib/model/role.ts";
import { counted, joined, text, type Text } from "../../../lib/text/index.ts";
import { listColumns } from "../../listing/list.ts";
import { mayAll } from "../../rights.ts";
import type { Tools } from "../../tools.ts";
import { RESULT_COLUMNS, USUAL_RESULT, type ImportResult } from "./columns.ts";
import { isChanging } from "./pending.ts";

/** Shows how an import ended: its result, and where people look last, what was done and how to undo it. */
export async function showResult(tools: Tools, result: ImportResult): Promise<void> {
  const { terminal, globals } = tools;
  const { plan, committed, dryRun } = result;
  if (isSilent(tools, result)) return;
  const columns = RESULT_COLUMNS.filter(({ value }) => globals.fields !== undefined || value(result) !== undefined);
  await terminal.show(listColumns(terminal, columns, USUAL_RESULT), result);
  if (committed) {
    const mayUndo = (await unlessFailing(() => mayAll(tools, neededToUndo(plan)))) ?? true;
    for (const told of afterCommit(plan, mayUndo)) await terminal.note(told);
  } else if (dryRun && !plan.rejected) await terminal.note(AFTER_DRY_RUN);
}

/** Returns whether `--quiet` leaves out the result: cron would send it each night. What was asked for by name is shown. */
const isSilent = ({ globals }: Tools, { plan, dryRun }: ImportResult): boolean => {
  const { quiet, format, fields, query } = globals;
  const isAsked = dryRun || format !== undefined || fields !== undefined || query !== undefined;
  return quiet && !isAsked && !isChanging(plan) && plan.invalid === 0 && !isSettling(plan);
};

/** Returns true if an export of the console changed anything of tasks. */
const isSettling = ({
  settled: { closed, givenUp = [], advanced = [], contradicted, reopened = [] } = NOTHING_SETTLED,
}: Import): boolean => [closed, givenUp, advanced, contradicted, reopened].some((numbers) => numbers.length > 0);

const NOTHING_SETTLED: NonNullable<Import["settled"]> = { closed: [], contradicted: [], open: 0 };

const AFTER_DRY_RUN = text(
  "dry run: nothing was changed; the same command without --dry-run applies the plan",
  "確認のみで、何も変更していません。適用するには --dry-run を付けずに実行してください",
);

/** What is deleted to undo what was created, and created to undo what was deleted, takes a right of its own. */
function neededToUndo(plan: Import): readonly Operation[] {
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
function afterCommit(plan: Import, mayUndo: boolean): readonly Text[] {
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
  const list = (numbers: readonly number[]): Text => text(numbers.join(", "), numbers.join("、"));
  const see = ([first = 0]: readonly number[]): string => line("console show", [first]);
  const shown =
    closed.length === 0
      ? text("this export closes nothing in console list", "このエクスポートで終わった作業はありません")
      : text(
          `closed in console list by this export: ${list(closed).en}`,
          `このエクスポートで終わった管理画面での作業: ${list(closed).ja}`,
        );
  const told = (numbers: readonly number[], of: Text): readonly Text[] => (numbers.length === 0 ? [] : [of]);
  const others = [
    ...told(
      advanced,
      text(
        `partly done by now: ${list(advanced).en} (${see(advanced)})`,
        `一部が終わった作業: ${list(advanced).ja}(${see(advanced)})`,
      ),
    ),
    ...told(
      givenUp,
      text(
        `given up for what the console has: ${list(givenUp).en}`,
        `管理画面の内容を採ったため取りやめた作業: ${list(givenUp).ja}`,
      ),
    ),
    ...told(
      contradicted,
      text(
        `it contradicts ${contradicted.length === 1 ? "task" : "tasks"} ${list(contradicted).en}: the values here stay (${see(contradicted)})`,
        `作業 ${list(contradicted).ja} と一致しません。ここでの値はそのまま残ります(${see(contradicted)})`,
      ),
    ),
    ...told(
      reopened,
      text(
        `it does not have what was confirmed as done, which is open again: ${list(reopened).en} (${see(reopened)})`,
        `完了を確認済みの内容と異なるため、未了に戻した作業: ${list(reopened).ja}(${see(reopened)})`,
      ),
    ),
  ];
  const left =
    open === 0
      ? text("nothing is open", "未了の作業はありません")
      : text(`open: ${open} (${line("console list", [])})`, `未了の作業: ${open} 件(${line("console list", [])})`);
  return [joined([shown, ...others, left], text("; ", "。"))];
}

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

const FURTHER = [
  ["secretsSet", text("rows that set a secret", "機密情報を設定した行")],
  ["orgsCreated", text("organisations created", "作成した組織")],
  ["groupsCreated", text("groups created", "作成したグループ")],
] as const;

/** `import 12: 24 users created, 3 updated`; of an undo: `change 13 (undoing 12): 24 users deleted`. */
function done(plan: Import): Text {
  const { thing, app } = FORMATS[plan.kind];
  const noun = nounNamed(thing.noun ?? thing.name);
  const actions = describeDone(plan, noun);
  const further = FURTHER.filter(([key]) => plan[key] > 0).map(([key, { en, ja }]) =>
    text(`${en}: ${plan[key]}`, `${ja}: ${plan[key]}`),
  );
  const beside = (plan.beside ?? []).flatMap((one) => describeDone(one, nounNamed(one.thing)));
  const parts = [...(isChanging(plan) ? [...actions, ...further, ...beside] : [NOTHING]), ...besides(plan)];
  const { number, mode, undoes, drops } = plan;
  const notes = [
    ...(app === undefined ? [] : [text(app, app)]),
    ...(undoes === null ? [] : [UNDOING(undoes)]),
    ...(drops === undefined ? [] : [DROPPING(drops)]),
  ];
  const what = mode === "undo" ? text("change", "変更") : text("import", "インポート");
  const note = (language: "en" | "ja", comma: string): string => notes.map((one) => one[language]).join(comma);
  return text(
    `${what.en} ${number}${notes.length === 0 ? "" : ` (${note("en", ", ")})`}: ${parts.map(({ en }) => en).join(", ")}`,
    `${what.ja} ${number}${notes.length === 0 ? "" : `(${note("ja", "、")})`}: ${parts.map(({ ja }) => ja).join("、")}`,
  );
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

const DROPPING = (tasks: readonly number[]): Text =>
  text(`dropping ${tasks.join(", ")}`, `作業 ${tasks.join("、")} の取り下げ`);

const UNDOING = (number: number): Text => text(`undoing ${number}`, `${number} の取り消し`);
