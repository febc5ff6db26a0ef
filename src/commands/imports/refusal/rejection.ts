import type { Import } from "../../../lib/client/index.ts";
import { FORMATS } from "../../../lib/model/formats.ts";
import type { ProblemCode } from "../../../lib/model/problem.ts";
import { formatCount, joinTexts, text, type Text } from "../../../lib/text/index.ts";
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
const OTHER_FILE = text("choose the right file", "正しいファイルを指定してください");
const IMPORT_ORGS = text("import the organisations first", "先に組織をインポートしてください");

const HINTS: Readonly<Partial<Record<ProblemCode, Text>>> = {
  "org-unknown": text(
    "for names or paths, pass --org-by; for new organisations, pass --orgs FILE or --create-orgs",
    "組織名やパスなら --org-by を、新しい組織なら --orgs FILE か --create-orgs を付けてください",
  ),
  "owner-org-unknown": IMPORT_ORGS,
  "org-name-unknown": text(
    "import the organisations first, or in the same change with --orgs FILE",
    "先に組織をインポートするか、--orgs FILE で一緒にインポートしてください",
  ),
  "user-unknown": text("import the users first", "先にユーザーをインポートしてください"),
  "group-unknown": text(
    "to create the groups, pass --create-groups",
    "グループを作るには --create-groups を付けてください",
  ),
  "header-unknown": NAMES_OF_COLUMNS,
  "header-missing": NAMES_OF_COLUMNS,
  "header-near": NAMES_OF_COLUMNS,
  "file-empty": OTHER_FILE,
  "file-no-rows": OTHER_FILE,
  "administrator-delete": KEEP,
  "delete-held": KEEP,
};

const OTHER_EXPORT_CODES = ["org-unknown", "owner-org-unknown", "user-unknown", "delete-held"];

const reject = ({ errors, invalid, fileName, foreign }: Import, all: readonly unknown[], hints: Iterable<Text>) => {
  const [rows, rowsJa] =
    invalid === 0 ? ["", ""] : [`, ${formatCount(invalid, "invalid row")}`, `、不正な行が ${invalid} 行`];
  const what =
    errors === 0 && foreign !== undefined
      ? text("the file matches no record", "どのデータとも一致しません")
      : text(`${formatCount(errors, "problem")}${rows}`, `問題が ${errors} 件${rowsJa}あります`);
  return new RejectedFileFailure(
    {
      what: text(`${what.en}; nothing was changed`, `${what.ja}。何も変更していません`),
      where: fileName === "-" ? "stdin" : fileName,
      hint: joinTexts([...hints], text("; ", "。")),
    },
    all,
  );
};

/** An export of the console is never edited. */
export function createExportRejection(plan: Import, { all, codes }: ListedProblems): RejectedFileFailure {
  if (plan.foreign !== undefined || plan.rows === 0 || codes.has("file-empty")) return reject(plan, all, [OTHER_FILE]);
  const hint = OTHER_EXPORT_CODES.some((code) => codes.has(code))
    ? text("take the console's other exports in the same run", "管理画面のほかのエクスポートも一緒に取り込んでください")
    : text(
        "correct these records in the console, and export again",
        "管理画面で該当するデータを直し、もう一度エクスポートしてください",
      );
  return reject(plan, all, [hint]);
}

export function createRejection(
  plan: Import,
  { options: { errors, skipInvalid, undeletable } }: ImportRequest,
  { all, whole, codes }: ListedProblems,
): RejectedFileFailure {
  const createsOrgs = FORMATS[plan.kind].columns.some(({ refers }) => refers?.creates?.option === "createOrgs");
  const hints = new Set(
    [...codes].flatMap((code) => {
      const isOfOrg = code === "org-unknown" || code === "org-name-unknown";
      return isOfOrg && !createsOrgs ? [IMPORT_ORGS] : (HINTS[code as ProblemCode] ?? []);
    }),
  );
  if (undeletable === "keep") hints.delete(KEEP);
  if (skipInvalid && whole === undefined && plan.delete > 0) hints.add(NO_DELETIONS);
  if (hints.size === 0 || (whole === undefined && errors === undefined)) hints.add(FIX_ROWS);
  return reject(plan, all, hints);
}

const NO_DELETIONS = text(
  "rows are not skipped if records are deleted, because a row may be of one of them",
  "削除があるときは行を除けません(不正な行が削除対象のデータを指している可能性があります)",
);

const FIX_ROWS = text(
  "fix the rows and import again (--errors bad.csv writes the invalid rows)",
  "行を直して再度インポートしてください(--errors bad.csv で不正な行を書き出せます)",
);
