import { line, renderAdvice, step } from "../../../lib/advice/index.ts";
import type { Import } from "../../../lib/client/index.ts";
import { FORMATS } from "../../../lib/derived/formats.ts";
import type { ProblemCode } from "../../../lib/model/problem.ts";
import { formatCount, joinTexts, text, type Text } from "../../../lib/text/index.ts";
import type { ImportRequest } from "../read-list/options.ts";
import { RejectedFileFailure, type ListedProblems } from "../files/problems.ts";

const KEEP_UNDELETABLE_HINT = text(
  "to keep these records, pass --undeletable keep",
  "これらを残すには --undeletable keep を付けてください",
);
const COLUMN_NAMES_HINT = text(
  "rename the columns, pass --header-row N for a header further down, or run this in a terminal, where clomoctl asks what the columns mean",
  "列名を直すか、ヘッダー行が下の方なら --header-row N を付けてください。ターミナルで実行すると、clomoctl が列の意味を質問します",
);
const OTHER_FILE_HINT = text("choose the right file", "正しいファイルを指定してください");
const IMPORT_ORGS_HINT = text("import the organisations first", "先に組織をインポートしてください");

const HINTS: Readonly<Partial<Record<ProblemCode, Text>>> = {
  "org-unknown": text(
    "for names or paths, pass --org-by name; for new organisations, pass --orgs FILE or --create-orgs",
    "組織名やパスなら --org-by name を、新しい組織なら --orgs FILE か --create-orgs を付けてください",
  ),
  "owner-org-unknown": IMPORT_ORGS_HINT,
  "org-name-unknown": text(
    "import the organisations first, or in the same change with --orgs FILE",
    "先に組織をインポートするか、--orgs FILE で一緒にインポートしてください",
  ),
  "user-unknown": text("import the users first", "先にユーザーをインポートしてください"),
  "group-unknown": text("to create them, pass --create-groups", "グループを作るには --create-groups を付けてください"),
  "header-unknown": COLUMN_NAMES_HINT,
  "header-missing": COLUMN_NAMES_HINT,
  "header-near": COLUMN_NAMES_HINT,
  "file-empty": OTHER_FILE_HINT,
  "file-no-rows": OTHER_FILE_HINT,
  "administrator-delete": KEEP_UNDELETABLE_HINT,
  "delete-held": KEEP_UNDELETABLE_HINT,
};

const EXPORT_HINTS: readonly (readonly [codes: readonly ProblemCode[], hint: Text])[] = [
  [
    ["owner-ambiguous", "org-name-ambiguous"],
    text(
      "in the file, replace these cells by the address of the owner, or the code or path of the organisation",
      "ファイルの該当するセルを、所有者のメールアドレス、または組織コードか組織パスに直してください",
    ),
  ],
  [
    ["header-duplicate", "header-blank"],
    text("remove the column from the file", "ファイルからその列を削除してください"),
  ],
  [
    ["org-unknown", "owner-org-unknown", "user-unknown", "delete-held"],
    text(
      "import the other console exports with the same command; names are found only after the changes to names, codes and organisations that `console list` shows were made in the console",
      "管理画面のほかのエクスポートも一緒に取り込んでください。名前で探せるのは、console list にある氏名・コード・組織の変更を管理画面にも反映した後です",
    ),
  ],
];

const CONSOLE_HINT = text(
  "correct these records in the console, and export again",
  "管理画面で該当するデータを直し、もう一度エクスポートしてください",
);

const createFailure = (
  { errors, invalid, fileName, foreign }: Import,
  all: readonly object[],
  hints: Iterable<Text>,
) => {
  const [rows, rowsJa] = invalid === 0 ? ["", ""] : [`, ${formatCount(invalid, "invalid row")}`, `${invalid} 行に `];
  const what =
    errors === 0 && foreign !== undefined
      ? text("the file matches no record", "ファイルがテナントのどのデータとも一致しません")
      : text(`${formatCount(errors, "problem")}${rows}`, `${rowsJa}${errors} 件のエラーがあります`);
  return new RejectedFileFailure(
    {
      what: text(`${what.en}; nothing was changed`, `${what.ja}。何も変更していません`),
      where: fileName === "-" ? "stdin" : fileName,
      hint: joinTexts([...hints], text("; ", "。")),
    },
    all,
  );
};

export function createExportRejection(plan: Import, { all, codes }: ListedProblems): RejectedFileFailure {
  if (plan.foreign !== undefined || plan.rows === 0 || codes.has("file-empty"))
    return createFailure(plan, all, [OTHER_FILE_HINT]);
  const hint = EXPORT_HINTS.find(([own]) => own.some((code) => codes.has(code)))?.[1] ?? CONSOLE_HINT;
  return createFailure(plan, all, [hint]);
}

export function createRejection(
  plan: Import,
  { kind, file, options: { errors, skipInvalid, undeletable } }: ImportRequest,
  { all, whole, codes }: ListedProblems,
): RejectedFileFailure {
  const createsOrgs = FORMATS[plan.kind].columns.some(({ refers }) => refers?.creates?.option === "createOrgs");
  const hints = new Set(
    [...codes].flatMap((code) => {
      const isOfOrg = code === "org-unknown" || code === "org-name-unknown";
      return isOfOrg && !createsOrgs ? [IMPORT_ORGS_HINT] : (HINTS[code as ProblemCode] ?? []);
    }),
  );
  if (codes.has("leaving-unknown"))
    hints.add(
      renderAdvice(
        step(
          "correct these days, or answer once what the words mean",
          "日付を直すか、言葉の意味を一度だけ答えてください",
          line("layouts learn", [file], { as: kind }),
        ),
      ),
    );
  if (undeletable === "keep") hints.delete(KEEP_UNDELETABLE_HINT);
  if (skipInvalid && whole === undefined && plan.delete > 0) hints.add(CANNOT_SKIP_HINT);
  if (hints.size === 0 || (whole === undefined && errors === undefined))
    hints.add(errors === undefined ? FIX_ROWS_HINT : IMPORT_AGAIN_HINT);
  return createFailure(plan, all, hints);
}

const CANNOT_SKIP_HINT = text(
  "invalid rows cannot be skipped in an import that deletes, because their records could be deleted as well",
  "削除を伴うインポートでは、エラーのある行を除けません(その行のデータまで削除されるおそれがあります)",
);

const IMPORT_AGAIN_HINT = text("fix the rows and import again", "行を直して再度インポートしてください");

const FIX_ROWS_HINT = text(
  "fix the rows and import again (--errors bad.csv writes the invalid rows)",
  "行を直して再度インポートしてください(--errors bad.csv でエラーのある行を書き出せます)",
);
