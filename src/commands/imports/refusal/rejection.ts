import type { Import } from "../../../lib/client/index.ts";
import { counted, same, text, type Text } from "../../../lib/text/index.ts";
import { shownWord } from "../../../lib/text/shell-word.ts";
import { mapNameOf } from "../../csv/file/column-map.ts";
import type { ImportRequest } from "../plan/options.ts";
import { isWorkbookName } from "../outputs/table-file.ts";
import { RejectedFile, type ListedProblems } from "../plan/problems.ts";
import { importCommand } from "./command.ts";
import type { Remedies } from "./remedies.ts";

/** The failure for a rejected plan with the next step: never advice that the same run would reject again. */
export function rejectedFile(plan: Import, requested: ImportRequest, problems: ListedProblems): RejectedFile {
  const { all, whole } = problems;
  const { errors, invalid } = plan;
  const reason = isHidden(requested, whole) ? hidden(plan) : same("");
  const rows = invalid === 0 ? same("") : text(`, ${counted(invalid, "invalid row")}`, `、不正な行が ${invalid} 行`);
  const what = text(
    `${counted(errors, "problem")}${rows.en}${reason.en}; nothing was changed`,
    `問題が ${errors} 件${rows.ja}あります${reason.ja}。何も変更していません`,
  );
  return new RejectedFile(
    { what, where: requested.file === "-" ? "stdin" : requested.file, hint: nextStep(plan, requested, problems) },
    all,
  );
}

/** Rows are skipped, and yet the plan is rejected. @see docs/decisions/007 */
const isHidden = ({ options }: ImportRequest, whole: string | undefined): boolean =>
  options.skipInvalid && whole === undefined;

const hidden = (plan: Import): Text =>
  text(
    `; ${counted(plan.delete, "record")} would be deleted, but an invalid row may stand for one of them`,
    `。${plan.delete} 件が削除の対象ですが、不正な行がそのどれかを指している可能性があります`,
  );

function nextStep(plan: Import, requested: ImportRequest, { whole, remedies }: ListedProblems): Text {
  if (whole !== undefined) return fixWhole(requested, whole, remedies);
  if (isHidden(requested, whole)) {
    return text(
      "fix these rows and import the whole file again; --mode append deletes nothing",
      "該当の行を直し、ファイル全体を再度インポートしてください。--mode append なら何も削除しません",
    );
  }
  if (remedies.map) return fixHeader(requested, remedies);
  const { mode, errors, fromConsole } = requested.options;
  if (errors !== undefined && mode === "append" && !fromConsole && (remedies.other || !remedies.any))
    return mendErrors(plan, { ...requested, file: errors }, remedies);
  if (!remedies.any) return fixRows(requested);
  const command = importCommand(requested, remedies);
  if (!remedies.other) return text(`import it so: ${command}`, `次のように実行してください: ${command}`);
  const { en, ja } = othersOf(plan, requested);
  return text(`fix the other problems, then: ${command}${en}`, `ほかの問題を直してから: ${command}${ja}`);
}

/** What can be done with the rows that are invalid. */
function othersOf({ rows, invalid }: Import, { options }: ImportRequest): Text {
  const { errors, mode, emitCsv, fromConsole } = options;
  if (fromConsole || errors !== undefined || rows === invalid) return same("");
  return emitCsv !== undefined && mode === "replace"
    ? text(" (--errors FILE writes the invalid rows)", "(--errors FILE で不正な行を書き出せます)")
    : text(
        " (--errors FILE writes the invalid rows, --skip-invalid commits the others)",
        "(--errors FILE で不正な行を書き出し、--skip-invalid で残りの行だけを確定できます)",
      );
}

/** Where no option helps. */
function fixRows({ options }: ImportRequest): Text {
  const { errors, mode, emitCsv, fromConsole } = options;
  if (fromConsole) {
    return text(
      "the console's export need not be mended: organisations and groups that are missing here are made by --create-orgs and --create-groups",
      "管理画面のエクスポートを直す必要はありません。ここにない組織やグループは --create-orgs、--create-groups で作成できます",
    );
  }
  if (errors !== undefined) {
    return text(
      `fix the rows of ${errors} in the original file: --mode replace deletes what is missing from the file`,
      `${errors} の行を元のファイルで直してください(--mode replace はファイルにないものを削除します)`,
    );
  }
  if (emitCsv !== undefined && mode === "replace") {
    return text(
      "fix them and import again; --errors FILE writes the invalid rows",
      "直して再度インポートしてください。--errors FILE で不正な行を書き出せます",
    );
  }
  return text(
    "fix them and import again; --errors FILE writes the invalid rows, --skip-invalid commits the others",
    "直して再度インポートしてください。--errors FILE で不正な行を書き出し、--skip-invalid で残りの行だけを確定できます",
  );
}

/** @param mended the same import, of the file with the invalid rows */
function mendErrors({ rows, invalid }: Import, mended: ImportRequest, remedies: Remedies): Text {
  const { file, options } = mended;
  // it is no sheet of the workbook that was given, and a workbook has no encoding
  const encoding = isWorkbookName(file) ? "auto" : options.encoding;
  const form = { ...options, encoding, sheet: undefined, errors: undefined, skipInvalid: false };
  const command = importCommand({ ...mended, options: form }, remedies);
  const valid = rows - invalid;
  if (valid === 0) return text(`fix ${file}, then: ${command}`, `${file} を直してから: ${command}`);
  const en = `${file} has the invalid rows only; the valid ones (${valid}) are not imported either: mend the original file and import that`;
  const ja = `${file} にあるのは不正な行だけです。残りの ${valid} 行もまだ登録されていません。元のファイルを直して再度インポート`;
  // its upload would supersede that of the valid rows
  if (options.emitCsv !== undefined) return text(en, `${ja}してください`);
  return text(
    `${en}, or commit them by --skip-invalid, fix ${file}, and then: ${command}`,
    `${ja}するか、--skip-invalid で残りを登録し、${file} を直してから: ${command}`,
  );
}

/** Problems of records that the file lacks. */
const DELETIONS: ReadonlySet<string> = new Set(["administrator-delete", "delete-held", "org-delete-holds"]);

function fixWhole(requested: ImportRequest, code: string, remedies: Remedies): Text {
  if (code === "file-empty" || code === "file-no-rows") {
    const template = templateOf(requested);
    return text(
      `the file needs a header row and data rows: ${template}`,
      `ヘッダー行とデータ行が必要です: ${template}`,
    );
  }
  if (DELETIONS.has(code)) {
    return text(
      "keep these records in the file, or import with --mode append, which deletes nothing",
      "該当するデータをファイルに残すか、何も削除しない --mode append でインポートしてください",
    );
  }
  if (code === "column-blank") {
    return text(
      "leave the column out of the file, or say what its blank cells mean: --blank clear or --blank keep",
      "その列をファイルから除くか、空のセルの扱いを --blank clear か --blank keep で指定してください",
    );
  }
  return fixHeader(requested, remedies);
}

const templateOf = ({ kind }: ImportRequest): string => `clomoctl csv template --as ${kind}`;

/** Proposes a map, or to complete the one that was given, and the command that then imports the file. */
function fixHeader(requested: ImportRequest, remedies: Remedies): Text {
  const { kind, file, options } = requested;
  const { fix, createOrgs, createGroups, other } = remedies;
  const { map: given, sheet, encoding } = options;
  const words = [
    `clomoctl csv map ${file === "-" ? "FILE" : shownWord(file)} --as ${kind}`,
    ...(sheet === undefined ? [] : [`--sheet ${shownWord(sheet)}`]),
    ...(encoding === undefined || encoding === "auto" ? [] : [`--encoding ${encoding}`]),
    `-o ${shownWord(mapNameOf(file))}`,
  ];
  const maps =
    given === undefined
      ? text(`map its columns: ${words.join(" ")}`, `対応表を作ってください: ${words.join(" ")}`)
      : text(`add the columns to ${given}`, `列を ${given} に加えてください`);
  const command = importCommand(requested, { fix, createOrgs, createGroups, map: true });
  const then = other ? text("; fix the other problems, then", "。ほかの問題も直してから") : text("; then", "。続けて");
  return text(
    `fix the header row (${templateOf(requested)}), or ${maps.en}${then.en}: ${command}`,
    `ヘッダー行を直すか(列の一覧: ${templateOf(requested)})、${maps.ja}${then.ja}: ${command}`,
  );
}
