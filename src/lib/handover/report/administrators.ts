import { commandName, line } from "../../advice/index.ts";
import { ADMINISTRATORS_UNCONFIRMED_NOTE } from "../../model/mirror.ts";
import { listRoleChoices } from "../../model/role-policy.ts";
import { ROLES } from "../../model/role.ts";
import { formatCount, same, text } from "../../text/index.ts";
import type { Block, Section, DisplayText } from "../../document/blocks.ts";
import { YES_NO } from "../../model/question.ts";
import type { ResourceRecord, ReportData } from "./data.ts";
import { describeMissingResource } from "./not-taken.ts";
import { renderOrgPath, type OrgsById } from "./org-path.ts";

/** Maximum number of organisation columns in the matrix of administrators. */
const MAX_ORG_COLUMNS = 10;

/** How to reset a password in the console. @see facts 2.3 */
const PASSWORD_RESET_IN_CONSOLE = text(
  "to reset a password, click 「パスワードを忘れた場合はこちら」 on the login page of CLOMO PANEL",
  "パスワードの再設定: CLOMO PANEL のログイン画面の「パスワードを忘れた場合はこちら」",
);

const ROLES_NOTE: Block = {
  kind: "note",
  title: text(
    `What each role can do (full table: ${line("roles matrix", [])})`,
    `管理者権限でできること(詳細: ${line("roles matrix", [])})`,
  ),
  lines: listRoleChoices()
    .filter(({ role }) => role !== "none")
    .map(({ name, about }) => text(`${name.en}: ${about.en}`, `${name.ja}: ${about.ja}`)),
};

/** Builds the section on who administers the tenant, and what each administrator manages. */
export function buildAdministratorsSection(data: ReportData): Section {
  const { records, manifest } = data;
  const title = text("Administrators", "管理者");
  const missing = describeMissingResource(data, "administrators");
  if (missing !== undefined) return { id: "administrators", title, blocks: [{ kind: "paragraph", words: missing }] };
  const orgs: OrgsById = new Map(records.orgs.map((org) => [org.id, org]));
  const all = records.administrators;
  const scopeOf = ({ role, managesAll, managedOrgIds, orgId }: ResourceRecord<"administrators">): DisplayText => {
    if (role === "system" || managesAll) return text("all", "全て");
    if (role === "operator") return renderOrgPath(orgs, orgId);
    return managedOrgIds.map((id) => renderOrgPath(orgs, id)).join(", ");
  };
  const reset =
    manifest.tenant.mirroredAt === null
      ? text(
          `to reset a password, run ${commandName("clomo-account reset-password")}`,
          `パスワードの再設定: ${commandName("clomo-account reset-password")}`,
        )
      : PASSWORD_RESET_IN_CONSOLE;
  const table: Block = {
    kind: "table",
    caption: text(`${formatCount(all.length, "administrator")}; ${reset.en}`, `管理者 ${all.length} 人(${reset.ja})`),
    head: [
      text("account", "アカウント名"),
      text("user", "ユーザー"),
      text("email address", "メールアドレス"),
      text("role", "管理者権限"),
      text("managed organisations", "管理対象組織"),
      text("support option", "サポートオプション"),
      text("notice emails", "お知らせメール受信"),
    ],
    rows: all.map((one) => [
      one.name ?? "",
      one.user,
      one.emails[0] ?? "",
      one.marked
        ? text("only marked as an administrator", "管理者の指定のみ")
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
    blocks: [table, ...buildUnconfirmedNote(manifest), ...buildManagementMatrix(all, orgs), ROLES_NOTE],
  };
}

const buildUnconfirmedNote = ({ administratorsUnasked }: ReportData["manifest"]): readonly Block[] => {
  if (administratorsUnasked !== true) return [];
  const command = line("users administrators add", ["USER"]);
  const words = text(
    `Administrators: ${ADMINISTRATORS_UNCONFIRMED_NOTE.en} (exports of the console do not show administrators). Check Users/Org in CLOMO PANEL; to mark a user as an administrator: ${command}`,
    `管理者: ${ADMINISTRATORS_UNCONFIRMED_NOTE.ja}(管理画面のエクスポートからはわかりません)。CLOMO PANEL の Users/Org で確認してください。管理者を指定するには: ${command}`,
  );
  return [{ kind: "paragraph", words }];
};

/** Returns a table of who manages which organisation, unless there are too many organisations for a page. */
function buildManagementMatrix(all: ReportData["records"]["administrators"], orgs: OrgsById): readonly Block[] {
  const managing = all.filter(({ managedOrgIds }) => managedOrgIds.length > 0);
  const columns = [...new Set(managing.flatMap(({ managedOrgIds }) => managedOrgIds))].toSorted();
  if (columns.length === 0 || columns.length > MAX_ORG_COLUMNS) return [];
  return [
    {
      kind: "table",
      caption: text("Who manages which organisation", "管理者と管理対象組織の対応"),
      head: [text("user", "ユーザー"), ...columns.map((id) => same(renderOrgPath(orgs, id)))],
      rows: managing.map((one) => [one.user, ...columns.map((id) => (one.managedOrgIds.includes(id) ? "●" : ""))]),
    },
  ];
}
