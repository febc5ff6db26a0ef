import { line, step } from "../../../../lib/advice/index.ts";
import type { Import, PlanRow } from "../../../../lib/client/index.ts";
import { Failure } from "../../../../lib/errors/index.ts";
import { UPLOAD_REASONS, type UploadReason } from "../../../../lib/model/upload.ts";
import type { LeftOutSummary } from "../../../../lib/plan/columns.ts";
import { counted, text } from "../../../../lib/text/index.ts";
import type { Tools } from "../../../tools.ts";

/** Maximum number of rows that are named. */
const MAX_NAMED = 20;

/** Counts the rows that an upload file leaves out, and names the first ones. */
export class LeftOutRows {
  readonly #reasons: Partial<Record<UploadReason, number>> = {};
  readonly #first: LeftOutSummary["first"][number][] = [];

  /** Takes a row. @returns whether it is left out */
  take({ row, key, leftOut }: PlanRow): boolean {
    if (leftOut === null || leftOut === undefined) return false;
    this.#reasons[leftOut] = (this.#reasons[leftOut] ?? 0) + 1;
    if (this.#first.length < MAX_NAMED) this.#first.push({ row, key, why: leftOut });
    return true;
  }

  get found(): LeftOutSummary {
    const reasons = this.#reasons;
    return { count: Object.values(reasons).reduce((sum, one) => sum + one, 0), reasons, first: this.#first };
  }
}

/** Each reason with the number of rows and their keys. */
const describe = ({ reasons, first }: LeftOutSummary) =>
  Object.entries(reasons).map(([why, count]) => {
    const keys = first.flatMap((one) => (one.why === why ? [one.key] : []));
    const named = `${keys.join(", ")}${keys.length < count ? ", …" : ""}`;
    const { en, ja } = UPLOAD_REASONS[why as UploadReason];
    return { count, reason: text(`${en} (${named})`, `${ja}(${named})`) };
  });

/** Says which rows the upload file of a plan leaves out, and how they are done. */
export async function sayLeftOut(
  { terminal }: Tools,
  file: string,
  leftOut: LeftOutSummary,
  { change, consoleTask }: Pick<Import, "change" | "consoleTask">,
): Promise<void> {
  if (leftOut.count === 0) return;
  for (const { count, reason } of describe(leftOut))
    await terminal.warn(
      text(
        `${counted(count, "row")} left out of ${file}: ${reason.en}`,
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

const AFTER_TASKS = text(
  `first do the open tasks in the console (${line("console list", [])}) and take over its export`,
  `先に管理画面で未了の作業(${line("console list", [])})を行ってエクスポートを取り込む`,
);

const CLEAR_BLANKS = text(
  "first take over an export of the console that has the column, or pass --blank clear if blank cells are to clear it",
  "先にその列のある管理画面のエクスポートを取り込むか、空欄で値を消す場合は --blank clear を指定する",
);

/** The failure of writing a file for 全件更新 that lacks rows: it would delete them. */
export const deletesLeftOut = (leftOut: LeftOutSummary): Failure => {
  const [first] = describe(leftOut);
  const { en, ja } = leftOut.reasons.blank === undefined ? AFTER_TASKS : CLEAR_BLANKS;
  return new Failure("input-rejected", {
    what: text(
      `${counted(leftOut.count, "row")} would be left out, and 全件更新 would delete them in the console; no file was written: ${first?.reason.en}`,
      `${leftOut.count} 行をファイルに含められず、全件更新では管理画面から削除されるため、ファイルを書き出していません: ${first?.reason.ja}`,
    ),
    where: "--emit-csv",
    hint: text(`${en}, or use --mode append`, `${ja}か、--mode append を使ってください`),
  });
};
