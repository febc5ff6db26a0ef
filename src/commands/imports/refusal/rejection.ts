import { line } from "../../../lib/advice/index.ts";
import type { Import } from "../../../lib/client/index.ts";
import type { ProblemCode } from "../../../lib/model/problem.ts";
import { formatCount, joinTexts, same, text, type Text } from "../../../lib/text/index.ts";
import { describeFixes, listFixes } from "../../csv/file/fix.ts";
import type { ImportRequest } from "../plan/options.ts";
import { RejectedFileFailure, type ListedProblems } from "../plan/problems.ts";

const KEEP = text(
  "to keep these records, pass --undeletable keep",
  "これらを残すには --undeletable keep を付けてください",
);
const NAMES_OF_COLUMNS = text(
  "rename the columns, or import at a terminal, which asks what they mean",
  "列名を直すか、ターミナルでインポートしてください(列の意味を質問します)",
);
const OTHER_EXPORTS = text(
  "take the console's other exports in the same run",
  "管理画面のほかのエクスポートも一緒に取り込んでください",
);
const OTHER_FILE = text("choose the right file", "正しいファイルを指定してください");
const NEW_ADDRESS = text(
  "the same people: --key employee-code or upn; other people: --allow new-address",
  "同じ人なら --key employee-code か upn を、別の人なら --allow new-address を指定してください",
);

const IMPORT_ORGS = text("import the organisations first", "先に組織をインポートしてください");
const HINTS: Readonly<Partial<Record<ProblemCode, Text>>> = {
  "org-unknown": text(
    "for names or paths, pass --org-by; for codes, import the organisations first, or pass --create-orgs",
    "組織名やパスなら --org-by を付け、組織コードなら、先に組織をインポートするか --create-orgs を付けてください",
  ),
  "owner-org-unknown": IMPORT_ORGS,
  "org-name-unknown": IMPORT_ORGS,
  "user-unknown": text("import the users first", "先にユーザーをインポートしてください"),
  "group-unknown": text(
    "to create the groups, pass --create-groups",
    "グループを作るには --create-groups を付けてください",
  ),
  "header-unknown": NAMES_OF_COLUMNS,
  "header-missing": NAMES_OF_COLUMNS,
  "header-near": NAMES_OF_COLUMNS,
  "new-address": NEW_ADDRESS,
  "file-empty": OTHER_FILE,
  "file-no-rows": OTHER_FILE,
  "administrator-delete": KEEP,
  "delete-held": KEEP,
};

/** What helps if an export of the console is rejected. An export is never edited. */
const EXPORT_HINTS: Readonly<Partial<Record<ProblemCode, Text>>> = {
  "org-unknown": OTHER_EXPORTS,
  "owner-org-unknown": OTHER_EXPORTS,
  "user-unknown": OTHER_EXPORTS,
  "delete-held": OTHER_EXPORTS,
  "header-unknown": NAMES_OF_COLUMNS,
  "header-missing": NAMES_OF_COLUMNS,
  "administrator-delete": text(
    `if these people are not administrators in the console: ${line("users edit", ["USER"], { administrator: "no" })}`,
    `管理画面で管理者でないなら: ${line("users edit", ["USER"], { administrator: "no" })}`,
  ),
  "file-empty": OTHER_FILE,
  "row-contested": text("export again, and do not sort the file", "もう一度エクスポートし、並べ替えないでください"),
};

/** Returns the failure for an export of the console that is rejected, or matches no record. */
export function createExportRejection(
  { errors, foreign, rows, fileName }: Import,
  { all, codes }: ListedProblems,
): RejectedFileFailure {
  const isOther = foreign !== undefined || rows === 0 || codes.has("file-empty");
  const hints = new Set([...codes].flatMap((code) => EXPORT_HINTS[code as ProblemCode] ?? []));
  const told = isOther ? [OTHER_FILE] : hints.size > 0 ? [...hints] : [CORRECT_IN_CONSOLE];
  const what =
    foreign === undefined ? text(formatCount(errors, "problem"), `問題が ${errors} 件あります`) : MATCHES_NOBODY;
  return new RejectedFileFailure(
    {
      what: text(`${what.en}; nothing was changed`, `${what.ja}。何も変更していません`),
      where: fileName === "-" ? "stdin" : fileName,
      hint: joinTexts(told, text("; ", "。")),
    },
    all,
  );
}

const MATCHES_NOBODY = text(
  "the export matches no record of this tenant",
  "エクスポートが、このテナントのどのデータとも一致しません",
);

const CORRECT_IN_CONSOLE = text(
  "correct these records in the console, and export again",
  "管理画面で該当するデータを直し、もう一度エクスポートしてください",
);

export function createRejection(
  plan: Import,
  { file, options }: ImportRequest,
  { all, whole, codes }: ListedProblems,
): RejectedFileFailure {
  const { errors, invalid } = plan;
  const reason =
    options.skipInvalid && whole === undefined && plan.delete > 0
      ? text(
          `; ${formatCount(plan.delete, "record")} would be deleted, but an invalid row may belong to one of them`,
          `。${plan.delete} 件が削除の対象ですが、不正な行がそのどれかを指している可能性があります`,
        )
      : same("");
  const rows =
    invalid === 0 ? same("") : text(`, ${formatCount(invalid, "invalid row")}`, `、不正な行が ${invalid} 行`);
  return new RejectedFileFailure(
    {
      what: text(
        `${formatCount(errors, "problem")}${rows.en}${reason.en}; nothing was changed`,
        `問題が ${errors} 件${rows.ja}あります${reason.ja}。何も変更していません`,
      ),
      where: file === "-" ? "stdin" : file,
      hint: describeHints(options, codes, whole),
    },
    all,
  );
}

function describeHints(
  { fix: given, errors }: ImportRequest["options"],
  codes: ReadonlySet<string>,
  whole: string | undefined,
): Text {
  const found = new Set([...codes].flatMap((code) => HINTS[code as ProblemCode] ?? []));
  const fixes = listFixes(codes);
  if (fixes.length > 0 && given === undefined) found.add(describeFixes(fixes));
  if (found.size === 0 || (whole === undefined && errors === undefined))
    found.add(
      errors === undefined
        ? text(
            "fix the rows and import again (--errors bad.csv writes the invalid rows)",
            "行を直して再度インポートしてください(--errors bad.csv で不正な行を書き出せます)",
          )
        : text(
            `${errors} has only the invalid rows; fix them in the original file, and import it again`,
            `${errors} にあるのは不正な行だけです。元のファイルで直して、再度インポートしてください`,
          ),
    );
  return joinTexts([...found], text("; ", "。"));
}
