import type { MatrixRow } from "../../lib/model/role-facts.ts";
import { citeSentence, REACH_LABELS, type RightsCell, type MANUAL_STATEMENTS } from "../../lib/model/role-policy.ts";
import {
  ADMINISTRATOR_ROLES,
  OPERATION_GROUPS,
  OPERATIONS,
  ROLES,
  type AdministratorRole,
} from "../../lib/model/role.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { formatCount, joinTexts, same, text, type Language, type Text } from "../../lib/text/index.ts";

/** The headers of the roles, short enough for a table with one column for each role. */
const ROLE_HEADERS: Readonly<Record<AdministratorRole, Text>> = {
  system: text("system", "システム"),
  division: text("division", "部門"),
  operator: text("operator", "オペレーター"),
  custom: text("custom", "カスタム"),
};

/** Returns the source of a cell: `ours`, or the sentences of the manual. */
export const formatSource = ({ manual }: RightsCell): string =>
  manual.length === 0 ? "ours" : manual.map((one) => `manual: ${citeSentence(one)}`).join(" / ");

/** Describes a cell for a table; `*` marks a cell that is based on the manual, as in `inside*`. */
export const describeReach = ({ reach, manual }: RightsCell): Text => {
  const { en, ja } = reach === "no" ? same("-") : REACH_LABELS[reach];
  const star = manual.length > 0 ? "*" : "";
  return text(`${en}${star}`, `${ja}${star}`);
};

const NOT_KNOWN_LABEL = text("not known", "未確認");

/** Returns the columns of the matrix; the column `about` is in the given language. */
export const buildMatrixColumns = (
  roles: readonly AdministratorRole[],
  language: Language,
): readonly Column<MatrixRow>[] => [
  { key: "operation", header: text("operation ID", "操作 ID"), value: ({ operation }) => operation },
  {
    key: "group",
    header: text("group", "分類"),
    value: ({ group }) => group,
    name: ({ group }) => OPERATION_GROUPS[group],
  },
  { key: "about", header: text("operation", "操作"), value: ({ about }) => about[language] },
  ...roles.map((role): Column<MatrixRow> => ({
    key: role,
    header: ROLE_HEADERS[role],
    value: ({ cells }) => cells[role].reach,
    name: ({ cells }) => describeReach(cells[role]),
  })),
  ...roles.map((role): Column<MatrixRow> => ({
    key: `${role}Source`,
    header: text(`source (${ROLE_HEADERS[role].en})`, `根拠(${ROLE_HEADERS[role].ja})`),
    value: ({ cells }) => formatSource(cells[role]),
    name: ({ cells }) => {
      const source = formatSource(cells[role]);
      return source === "ours"
        ? text("clomoctl rule", "clomoctl 独自")
        : text(source, source.replaceAll("manual: ", "マニュアル: "));
    },
  })),
  {
    key: "makersMatrix",
    header: text("CLOMO's own matrix", "メーカーの管理権限一覧"),
    value: () => "unknown",
    name: () => NOT_KNOWN_LABEL,
  },
];

/** Keys of the columns that are shown on a terminal. */
export const DEFAULT_MATRIX_COLUMNS: readonly string[] = ["about", ...ADMINISTRATOR_ROLES];

/** Explains the marks in the matrix. */
export const MATRIX_LEGEND: readonly Text[] = [
  text("all: the whole tenant", "全体: テナント全体"),
  text(
    "inside: the managed organisations (operator: own organisation) and those below them",
    "組織内: 管理対象組織(オペレーターは所属する組織)とその下位",
  ),
  text(
    "item: the managed organisations and those below them, if the scheme has the item (SECURED APPs: only with 全て)",
    "項目: カスタム管理権限スキームにある場合に、管理対象組織とその下位(SECURED APPs は「全て」の場合のみ)",
  ),
  text("-: not permitted", "-: 不可"),
  text(
    "*: based on CLOMO's manual (everything else is a clomoctl rule)",
    "*: マニュアルに基づく(ほかは clomoctl 独自)",
  ),
];

/** Maximum number of operations that are listed by name. If there are more, only their number is shown. */
const MAX_NAMED_OPERATIONS = 4;

/** Describes the cells for which a sentence is cited, grouped by role. */
export const describeCitedCells = (cells: (typeof MANUAL_STATEMENTS)[number]["cells"]): Text => {
  const byRole = [...Map.groupBy(cells, ([role]) => role)].map(([role, of]): Text => {
    const abouts = of.map(([, operation]) => OPERATIONS[operation].about);
    const rows = text(`${formatCount(of.length, "row")} (marked with *)`, `${of.length} 行(* のある行)`);
    const what = of.length <= MAX_NAMED_OPERATIONS ? joinTexts(abouts, text("; ", "、")) : rows;
    return text(`${ROLES[role].en}: ${what.en}`, `${ROLES[role].ja}: ${what.ja}`);
  });
  return joinTexts(byRole);
};
