import { commandName, line } from "../../advice/index.ts";
import { UNASKED } from "../../model/mirror.ts";
import { roleChoices } from "../../model/role-facts.ts";
import { ROLES } from "../../model/role.ts";
import { counted, same, text } from "../../text/index.ts";
import { withBehind, type Block, type Section, type Words } from "../../document/blocks.ts";
import { YES_NO } from "../../model/question.ts";
import { waitingOf } from "./console-work.ts";
import type { RecordIn, ReportData } from "./data.ts";
import { missingWords } from "./not-taken.ts";
import { pathOf, type Orgs } from "./org-tree.ts";

/** Columns of organisations in the matrix of administrators. */
const MAX_COLUMNS = 10;

/** @see facts 2.3 */
const PANEL_RESET = text(
  "a password is reset in CLOMO PANEL: 「パスワードを忘れた場合はこちら」 on its login page",
  "パスワードの再設定: CLOMO PANEL のログイン画面の「パスワードを忘れた場合はこちら」",
);

/** What each role may do, in a line. */
const ROLES_BOX: Block = {
  kind: "note",
  title: text(
    `What each may do (in full: ${line("roles matrix", [])})`,
    `管理者権限でできること(詳細: ${line("roles matrix", [])})`,
  ),
  lines: roleChoices()
    .filter(({ role }) => role !== "none")
    .map(({ name, about }) => text(`${name.en}: ${about.en}`, `${name.ja}: ${about.ja}`)),
};

/** Who administers the tenant, and what each manages. */
export function administratorsSection(data: ReportData): Section {
  const { records, manifest } = data;
  const title = text("Administrators", "管理者");
  const missing = missingWords(data, "administrators");
  if (missing !== undefined) return { id: "administrators", title, blocks: [{ kind: "paragraph", words: missing }] };
  const orgs: Orgs = new Map(records.orgs.map((org) => [org.id, org]));
  const all = records.administrators;
  const scopeOf = ({ role, managesAll, managedOrgIds, orgId }: RecordIn<"administrators">): Words => {
    if (role === "system" || managesAll) return text("all", "全て");
    if (role === "operator") return pathOf(orgs, orgId);
    return managedOrgIds.map((id) => pathOf(orgs, id)).join(", ");
  };
  const reset =
    manifest.tenant.mirroredAt === null
      ? text(
          `a password is set anew by: ${commandName("clomo-account reset-password")}`,
          `パスワードの再設定: ${commandName("clomo-account reset-password")}`,
        )
      : PANEL_RESET;
  const waiting = waitingOf(data);
  const accountOf = (one: RecordIn<"administrators">): Words => {
    const open = waiting(one);
    return open === undefined ? (one.name ?? "") : withBehind(one.name ?? "", text(` (${open.en})`, `(${open.ja})`));
  };
  const table: Block = {
    kind: "table",
    caption: text(`${counted(all.length, "administrator")}; ${reset.en}`, `管理者 ${all.length} 人(${reset.ja})`),
    head: [
      text("account", "アカウント名"),
      text("user", "ユーザー"),
      text("mail address", "メールアドレス"),
      text("role", "管理者権限"),
      text("manages", "管理対象組織"),
      text("support option", "サポートオプション"),
      text("notice mail", "お知らせメール受信"),
    ],
    rows: all.map((one) => [
      accountOf(one),
      one.user,
      one.emails[0] ?? "",
      one.marked
        ? text("marked, without a role", "管理者の指定のみ")
        : one.scheme === null
          ? ROLES[one.role]
          : text(`${ROLES[one.role].en}: ${one.scheme}`, `${ROLES[one.role].ja}: ${one.scheme}`),
      scopeOf(one),
      one.supportOption ? YES_NO.yes : YES_NO.no,
      one.noticeMail ? YES_NO.yes : YES_NO.no,
    ]),
  };
  return {
    id: "administrators",
    title,
    blocks: [table, ...unaskedOf(manifest), ...matrixOf(all, orgs), ROLES_BOX],
  };
}

/** What a mirror does not know of its administrators, with what says it. */
const unaskedOf = ({ administratorsUnasked }: ReportData["manifest"]): readonly Block[] => {
  if (administratorsUnasked !== true) return [];
  const command = line("users administrators add", ["USER"]);
  const words = text(
    `Administrators: ${UNASKED.en} (exports of the console do not show it). Look at Users/Org of CLOMO PANEL; to say who they are: ${command}`,
    `管理者: ${UNASKED.ja}(管理画面のエクスポートからは分かりません)。CLOMO PANEL の Users/Org で確認してください。管理者を指定するには: ${command}`,
  );
  return [{ kind: "paragraph", words }];
};

/** Who manages which organisation, unless these are too many for a page. */
function matrixOf(all: ReportData["records"]["administrators"], orgs: Orgs): readonly Block[] {
  const managing = all.filter(({ managedOrgIds }) => managedOrgIds.length > 0);
  const columns = [...new Set(managing.flatMap(({ managedOrgIds }) => managedOrgIds))].toSorted();
  if (columns.length === 0 || columns.length > MAX_COLUMNS) return [];
  return [
    {
      kind: "table",
      caption: text("Who manages which organisation", "管理者と管理対象組織の対応"),
      head: [text("user", "ユーザー"), ...columns.map((id) => same(pathOf(orgs, id)))],
      rows: managing.map((one) => [one.user, ...columns.map((id) => (one.managedOrgIds.includes(id) ? "●" : ""))]),
    },
  ];
}
