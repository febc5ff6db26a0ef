import type { Import } from "../../../lib/client/index.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import { RejectedFile, type ListedProblems } from "./problems.ts";
import type { ImportRequest } from "./options.ts";

/** Why a plan is refused, and what to do next: advice that the same run would refuse again is none. */
export function rejectedFile(plan: Import, order: ImportRequest, { all, whole }: ListedProblems): RejectedFile {
  const { errors, invalid } = plan;
  const reason = isHidden(order, whole) ? hidden(plan) : text("", "");
  const what = text(
    `problems: ${errors}, invalid rows: ${invalid}${reason.en}; nothing was changed`,
    `問題が ${errors} 件、不正な行が ${invalid} 行あります${reason.ja}。何も変更していません`,
  );
  return new RejectedFile({ what, where: order.file, hint: nextStep(order, whole) }, all);
}

/** Rows are skipped, and yet the plan is refused. @see docs/decisions/007 */
const isHidden = ({ options }: ImportRequest, whole: string | undefined): boolean =>
  options.skipInvalid && whole === undefined;

const hidden = (plan: Import): Text =>
  text(
    `; ${plan.delete} would be deleted, but an invalid row does not tell which it means, so what the file lacks is not known`,
    `。削除は ${plan.delete} 件になりますが、不正な行がどれを指すか分からず、ファイルにないものを確定できません`,
  );

function nextStep(order: ImportRequest, whole: string | undefined): Text {
  const { errors, mode, emitCsv } = order.options;
  if (whole !== undefined) return mendWhole(order, whole);
  if (isHidden(order, whole)) {
    return text(
      "mend these rows and import the whole file again; with --mode append nobody is deleted",
      "該当の行を直し、ファイル全体を再度インポートしてください。--mode append なら何も削除しません",
    );
  }
  if (errors !== undefined) {
    return mode === "append"
      ? text(`mend ${errors} and import it again`, `${errors} を直して再度インポートしてください`)
      : text(
          `mend the rows of ${errors} in the whole file: --mode replace deletes what a file lacks`,
          `${errors} の行を元のファイルで直してください(--mode replace はファイルにないものを削除します)`,
        );
  }
  if (emitCsv !== undefined && mode === "replace") {
    return text(
      "mend them and import again; --errors FILE writes the invalid rows",
      "直して再度インポートしてください。--errors FILE で不正な行を書き出せます",
    );
  }
  return text(
    "mend them and import again; --errors FILE writes the invalid rows, --skip-invalid commits the others",
    "直して再度インポートしてください。--errors FILE で不正な行を書き出し、--skip-invalid で残りの行だけを確定できます",
  );
}

function mendWhole({ kind }: ImportRequest, code: string): Text {
  const template = `clomoctl csv template --as ${kind}`;
  if (code === "file-empty" || code === "file-no-rows") {
    return text(`a file needs a header row and rows: ${template}`, `ヘッダー行とデータ行が必要です: ${template}`);
  }
  return text(
    `mend the header row, or say with --map FILE what its columns mean; the columns: ${template}`,
    `ヘッダー行を直すか、--map FILE で列の意味を指定してください。列の一覧: ${template}`,
  );
}
