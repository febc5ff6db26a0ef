import { commandName, line } from "../../advice/index.ts";
import { ACCOUNT } from "../../nouns/account.ts";
import { ADMINISTRATORS_UNCONFIRMED_NOTE } from "../../model/mirror.ts";
import { ROOT_ORG_NAME } from "../../nouns/organisation.ts";
import { ROLES } from "../../model/role.ts";
import { formatCount, text, type Text } from "../../text/index.ts";
import type { DisplayText } from "../../document/blocks.ts";
import type { Page, PageBlock } from "../../document/page.ts";
import type { Administrator } from "../checklist/facts.ts";
import { YES_NO_CHOICES } from "../../derived/question.ts";
import type { ReportData } from "./data.ts";

/** @see facts 2.3 */
const PASSWORD_RESET_IN_CONSOLE = text(
  "to reset a password, click 「パスワードを忘れた場合はこちら」 on the login page of CLOMO PANEL",
  "パスワードの再設定: CLOMO PANEL のログイン画面の「パスワードを忘れた場合はこちら」",
);

const { fields } = ACCOUNT;

const describeScope = ({ role, managesAll, managedOrgs, org }: Administrator): DisplayText => {
  if (role === "system" || managesAll) return text("all", "すべて");
  return (role === "operator" ? [org] : managedOrgs).map(({ path }) => path || ROOT_ORG_NAME).join(", ");
};

const describeRole = ({ marked, role, scheme }: Administrator): Text => {
  const { [role]: name } = ROLES;
  if (marked) return fields.marked.label;
  return scheme === null ? name : text(`${name.en}: ${scheme.name}`, `${name.ja}: ${scheme.name}`);
};

export function buildAdministratorsSection(data: ReportData): Page["sections"][number] {
  const { administrators } = data.facts;
  const command = commandName("clomo-account reset-password");
  const reset =
    data.manifest.tenant.mirroredAt === null
      ? text(`to reset a password, run ${command}`, `パスワードの再設定: ${command}`)
      : PASSWORD_RESET_IN_CONSOLE;
  const table: PageBlock = {
    kind: "table",
    caption: text(
      `${formatCount(administrators.length, "administrator")}; ${reset.en}`,
      `管理者 ${administrators.length} 人(${reset.ja})`,
    ),
    head: ["name", "user", "emails", "role", "managedOrgs", "supportOption", "noticeMail"].map(
      (name) => fields[name as keyof typeof fields].label,
    ),
    rows: administrators.map((one) => [
      one.name ?? "",
      one.user,
      one.emails[0] ?? "",
      describeRole(one),
      describeScope(one),
      YES_NO_CHOICES[one.supportOption ? "yes" : "no"],
      YES_NO_CHOICES[one.noticeMail ? "yes" : "no"],
    ]),
  };
  return {
    id: "administrators",
    title: text("Administrators", "管理者"),
    blocks: [table, ...buildUnconfirmedNote(data)],
  };
}

const buildUnconfirmedNote = ({ shown }: ReportData): readonly PageBlock[] => {
  if (shown.mirroredAt === null || shown.administratorsKnown.includes("users")) return [];
  const command = line("users edit", ["USER"], { administrator: "yes" });
  const words = text(
    `Administrators: ${ADMINISTRATORS_UNCONFIRMED_NOTE.en} (console exports do not show administrators). Check Users/Org in CLOMO PANEL; to mark a user as an administrator: ${command}`,
    `管理者: ${ADMINISTRATORS_UNCONFIRMED_NOTE.ja}(管理画面のエクスポートからはわかりません)。CLOMO PANEL の Users/Org で確認してください。管理者を指定するには: ${command}`,
  );
  return [{ kind: "paragraph", words }];
};
