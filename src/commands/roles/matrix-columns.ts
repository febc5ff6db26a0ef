import type { MatrixRow } from "../../lib/model/role-facts.ts";
import { REACH_NAMES, type RightsCell, type SAID } from "../../lib/model/role-policy.ts";
import { ADMINISTRATORS, OPERATION_GROUPS, OPERATIONS, ROLES, type AdministratorRole } from "../../lib/model/role.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { counted, joined, same, text, type Language, type Text } from "../../lib/text/index.ts";

/** Short enough for a column each, beside what a row is about. */
const HEADERS: Readonly<Record<AdministratorRole, Text>> = {
  system: text("system", "システム"),
  division: text("division", "部門"),
  operator: text("operator", "オペレーター"),
  custom: text("custom", "カスタム"),
};

/** Who says what a cell says: `ours`, or the sentences of the manual. */
export const sourceOf = ({ manual }: RightsCell): string =>
  manual.length === 0 ? "ours" : manual.map(({ seed, sentence }) => `manual ${seed}: ${sentence}`).join(" / ");

/** A cell as a table has it: `inside*` where the manual says so. */
export const markOf = ({ reach, manual }: RightsCell): Text => {
  const { en, ja } = reach === "no" ? same("-") : REACH_NAMES[reach];
  const star = manual.length > 0 ? "*" : "";
  return text(`${en}${star}`, `${ja}${star}`);
};

const NOT_KNOWN = text("not known", "未確認");

/** The columns of the matrix; `about` is in the person's language. */
export const matrixColumns = (
  roles: readonly AdministratorRole[],
  language: Language,
): readonly Column<MatrixRow>[] => [
  { key: "operation", header: text("operation", "操作 ID"), value: ({ operation }) => operation },
  {
    key: "group",
    header: text("group", "分類"),
    value: ({ group }) => group,
    name: ({ group }) => OPERATION_GROUPS[group],
  },
  { key: "about", header: text("may", "操作"), value: ({ about }) => about[language] },
  ...roles.map((role): Column<MatrixRow> => ({
    key: role,
    header: HEADERS[role],
    value: ({ cells }) => cells[role].reach,
    name: ({ cells }) => markOf(cells[role]),
  })),
  ...roles.map((role): Column<MatrixRow> => ({
    key: `${role}Source`,
    header: text(`source (${HEADERS[role].en})`, `根拠(${HEADERS[role].ja})`),
    value: ({ cells }) => sourceOf(cells[role]),
    name: ({ cells }) => {
      const source = sourceOf(cells[role]);
      return source === "ours"
        ? text("ours", "clomoctl 独自")
        : text(source, source.replaceAll("manual ", "マニュアル "));
    },
  })),
  {
    key: "makersMatrix",
    header: text("maker's own matrix", "メーカーの管理権限一覧"),
    value: () => "unknown",
    name: () => NOT_KNOWN,
  },
];

/** The columns that fit on a terminal. */
export const USUAL_MATRIX: readonly string[] = ["about", ...ADMINISTRATORS];

/** What the marks of a table mean. */
export const LEGEND: readonly Text[] = [
  text("all: the whole tenant", "全体: テナント全体"),
  text("inside: its own organisations", "組織内: 管理対象組織(オペレーターは所属する組織)とその下位"),
  text(
    "item: there, if its scheme has it (SECURED APPs: only over 全て)",
    "項目: カスタム管理権限スキームにある場合に、管理対象組織とその下位(SECURED APPs は「全て」の場合のみ)",
  ),
  text("-: not at all", "-: 不可"),
  text("*: the maker's manual says so, all else is ours", "*: マニュアルに基づく(ほかは clomoctl 独自)"),
];

/** Cells that are named; of more, the number. */
const MAX_NAMED = 4;

/** The cells that a sentence is cited for, by role. */
export const citedFor = (cells: (typeof SAID)[number]["cells"]): Text => {
  const byRole = [...Map.groupBy(cells, ([role]) => role)].map(([role, of]): Text => {
    const abouts = of.map(([, operation]) => OPERATIONS[operation].about);
    const rows = text(`${counted(of.length, "row")} (those with *)`, `${of.length} 行(* のある行)`);
    const what = of.length <= MAX_NAMED ? joined(abouts, text("; ", "、")) : rows;
    return text(`${ROLES[role].en}: ${what.en}`, `${ROLES[role].ja}: ${what.ja}`);
  });
  return joined(byRole);
};
