import { line } from "../advice/index.ts";
import type { Import } from "../tenant/api/operations.ts";
import { text, type Text } from "../text/index.ts";
import { hasChanges, listEffects, listPlanChanges } from "./describe.ts";
import { describeEffects } from "./plan.ts";

const hasTaskChanges = ({ settled }: Import): boolean => (settled?.closed ?? []).length > 0;

export const PLAN_DRY_RUN_NOTE = text(
  "dry run: nothing was changed; to apply the plan, run the same command without --dry-run",
  "確認のみで、何も変更していません。適用するには --dry-run を付けずに実行してください",
);

export function describeCommit(plan: Import): readonly Text[] {
  const told = [describeOutcome(plan), ...describeLostAssignments(plan), ...describeSettledTasks(plan)];
  if (!hasChanges(plan) && !hasTaskChanges(plan)) return told;
  const undo = line("undo", [plan.change ?? "last"]);
  return [...told, ...describeConsoleStep(plan), text(`undo: ${undo}`, `取り消すには: ${undo}`)];
}

function describeConsoleStep({ consoleTask, request }: Import): readonly Text[] {
  // with `--emit-csv`, the line about the written file says what to do
  if (consoleTask === undefined || request?.forConsole === true) return [];
  const isByHand = request === null || request.mode === "delete" || request.fromConsole === true;
  const next = isByHand
    ? line("console show", [consoleTask])
    : line("console upload", [consoleTask], { output: "upload" });
  return [text(`still to be done in the console: ${next}`, `管理画面でも行う作業: ${next}`)];
}

function describeLostAssignments({ number, settled }: Import): readonly Text[] {
  const { assignmentsLost: lost = 0 } = settled ?? {};
  if (lost === 0) return [];
  const rows = line("imports show", [number], { rows: true });
  return [
    text(
      `profiles and apps that lost an assignment, because the export lacks the organisation or device: ${lost}; to see them: ${rows}`,
      `エクスポートにない組織やデバイスへの適用がなくなったプロファイルとアプリ: ${lost} 件。確認するには: ${rows}`,
    ),
  ];
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
