import { commandName, line } from "../../advice/index.ts";
import { ADMINISTRATORS_UNCONFIRMED_NOTE } from "../../model/mirror.ts";
import { ROLES } from "../../model/role.ts";
import { formatCount, text } from "../../text/index.ts";
import type { DisplayText } from "../../document/blocks.ts";
import type { Page, PageBlock } from "../../document/page.ts";
import type { Administrator } from "../checklist/facts.ts";
import { YES_NO } from "../../model/question.ts";
import type { ReportData } from "./data.ts";
import { renderOrgPath, type OrgsById } from "./org-path.ts";

/** How to reset a password in the console. @see facts 2.3 */
const PASSWORD_RESET_IN_CONSOLE = text(
  "to reset a password, click 「パスワードを忘れた場合はこちら」 on the login page of CLOMO PANEL",
  "パスワードの再設定: CLOMO PANEL のログイン画面の「パスワードを忘れた場合はこちら」",
);

/** Builds the section on who administers the tenant, and what each administrator manages. */
export function buildAdministratorsSection(data: ReportData): Page["sections"][number] {
  const { facts, manifest, orgs: all } = data;
  const title = text("Administrators", "管理者");
  const orgs: OrgsById = new Map(all.map((org) => [org.id, org]));
  const { administrators } = facts;
  const scopeOf = ({ role, managesAll, managedOrgIds, orgId }: Administrator): DisplayText => {
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
  const table: PageBlock = {
    kind: "table",
    caption: text(
      `${formatCount(administrators.length, "administrator")}; ${reset.en}`,
      `管理者 ${administrators.length} 人(${reset.ja})`,
    ),
    head: [
      text("account", "アカウント名"),
      text("user", "ユーザー"),
      text("email address", "メールアドレス"),
      text("role", "管理者権限"),
      text("managed organisations", "管理対象組織"),
      text("support option", "サポートオプション"),
      text("notice emails", "お知らせメール受信"),
    ],
    rows: administrators.map((one) => [
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
    blocks: [table, ...buildUnconfirmedNote(data)],
  };
}

const buildUnconfirmedNote = ({ administratorsUnasked }: ReportData): readonly PageBlock[] => {
  if (!administratorsUnasked) return [];
  const command = line("users edit", ["USER"], { administrator: "yes" });
  const words = text(
    `Administrators: ${ADMINISTRATORS_UNCONFIRMED_NOTE.en} (exports of the console do not show administrators). Check Users/Org in CLOMO PANEL; to mark a user as an administrator: ${command}`,
    `管理者: ${ADMINISTRATORS_UNCONFIRMED_NOTE.ja}(管理画面のエクスポートからはわかりません)。CLOMO PANEL の Users/Org で確認してください。管理者を指定するには: ${command}`,
  );
  return [{ kind: "paragraph", words }];
};
