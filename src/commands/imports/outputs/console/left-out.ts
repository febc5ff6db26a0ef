import { line, step } from "../../../../lib/advice/index.ts";
import type { Import, PlanRow } from "../../../../lib/client/index.ts";
import { Failure } from "../../../../lib/errors/index.ts";
import { UPLOAD_OMISSION_REASONS, type UploadOmissionReason } from "../../../../lib/model/upload.ts";
import type { LeftOutSummary } from "../../../../lib/plan/columns.ts";
import { formatCount, text } from "../../../../lib/text/index.ts";
import type { Tools } from "../../../tools.ts";

/** Maximum number of rows whose keys are listed. */
const MAX_NAMED_ROWS = 20;

export class LeftOutRows {
  readonly #reasons: Partial<Record<UploadOmissionReason, number>> = {};
  readonly #first: LeftOutSummary["first"][number][] = [];

  take({ row, key, leftOut }: PlanRow): boolean {
    if (leftOut === null || leftOut === undefined) return false;
    this.#reasons[leftOut] = (this.#reasons[leftOut] ?? 0) + 1;
    if (this.#first.length < MAX_NAMED_ROWS) this.#first.push({ row, key, why: leftOut });
    return true;
  }

  get found(): LeftOutSummary {
    const reasons = this.#reasons;
    return { count: Object.values(reasons).reduce((sum, one) => sum + one, 0), reasons, first: this.#first };
  }
}

const describeReasons = ({ reasons, first }: LeftOutSummary) =>
  Object.entries(reasons).map(([why, count]) => {
    const keys = first.flatMap((one) => (one.why === why ? [one.key] : []));
    const named = `${keys.join(", ")}${keys.length < count ? ", …" : ""}`;
    const { en, ja } = UPLOAD_OMISSION_REASONS[why as UploadOmissionReason];
    return { count, reason: text(`${en} (${named})`, `${ja}(${named})`) };
  });

export async function reportLeftOutRows(
  { terminal }: Tools,
  file: string,
  leftOut: LeftOutSummary,
  { change, consoleTask }: Pick<Import, "change" | "consoleTask">,
): Promise<void> {
  if (leftOut.count === 0) return;
  for (const { count, reason } of describeReasons(leftOut))
    await terminal.warn(
      text(
        `${file} leaves out ${formatCount(count, "row")}: ${reason.en}`,
        `${file} に含めていない行 ${count} 件: ${reason.ja}`,
      ),
    );
  const rows = change === null ? undefined : line("imports show", [change], { rows: true });
  const show = consoleTask === undefined ? rows : line("console show", [consoleTask]);
  await terminal.problem(
    show === undefined
      ? text("change these by hand in the console", "これらは管理画面で手作業で変更してください")
      : step("change these by hand in the console", "これらは管理画面で手作業で変更してください", show),
  );
}

const OPEN_TASKS_ADVICE = text(
  `first do the open tasks in the console (${line("console list", [])}), then import the console's export`,
  `先に管理画面で未了の作業(${line("console list", [])})を行ってエクスポートを取り込む`,
);

const UNSEEN_COLUMN_ADVICE = text(
  "first import an export of the console that has the column, or pass --blank clear if blank cells should clear the value",
  "先にその列のある管理画面のエクスポートを取り込むか、空欄で値を消す場合は --blank clear を指定する",
);

export const createMissingRowsFailure = (leftOut: LeftOutSummary): Failure => {
  const [first] = describeReasons(leftOut);
  const { en, ja } = leftOut.reasons.blank === undefined ? OPEN_TASKS_ADVICE : UNSEEN_COLUMN_ADVICE;
  return new Failure("input-rejected", {
    what: text(
      `${formatCount(leftOut.count, "row")} cannot be included in the file, and 全件更新 would delete the missing records in the console; no file was written: ${first?.reason.en}`,
      `${leftOut.count} 行をファイルに含められず、全件更新では管理画面から削除されるため、ファイルを書き出していません: ${first?.reason.ja}`,
    ),
    where: "--emit-csv",
    hint: text(`${en}, or use --mode append`, `${ja}か、--mode append を使ってください`),
  });
};
