import { line } from "../advice/index.ts";
import type { Import } from "../tenant/operations.ts";
import { text, type Text } from "../text/index.ts";
import { hasChanges, listEffects, listPlanChanges } from "./describe.ts";
import { describeEffects } from "./plan.ts";

const hasTaskChanges = ({ settled }: Import): boolean => (settled?.closed ?? []).length > 0;

export const PLAN_DRY_RUN_NOTE = text(
  "dry run: nothing was changed; to apply the plan, run the same command without --dry-run",
  "確認のみで、何も変更していません。適用するには --dry-run を付けずに実行してください",
);

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
  return [text(`upload file for the console: ${upload}`, `アップロード用ファイルの書き出し: ${upload}`)];
}

function describeSettledTasks(plan: Import): readonly Text[] {
  const { settled: { closed, open } = { closed: [], open: 0 } } = plan;
  if (!hasTaskChanges(plan) && open === 0) return [];
  const list = line("console list", []);
  const [done, doneJa] = closed.length === 0 ? ["", ""] : [`closed ${closed.length}, `, `完了 ${closed.length}、`];
  return [
    text(`tasks in the console: ${done}open ${open} (${list})`, `管理画面での作業: ${doneJa}未完了 ${open}(${list})`),
  ];
}

/** Returns a text such as `import 12: create 24, update 3`. */
function describeOutcome(plan: Import): Text {
  const what = plan.mode === "undo" ? text("change", "変更") : text("import", "インポート");
  const effects = { changes: listPlanChanges(plan), effects: listEffects(plan) };
  const { en, ja } = hasChanges(plan) ? describeEffects(effects) : text("no records changed", "変更なし");
  return text(`${what.en} ${plan.number}: ${en}`, `${what.ja} ${plan.number}: ${ja}`);
}
