import { SECURED_MANAGER_ROLES, type SecuredApp } from "../../../lib/model/secured-user.ts";
import { text, type Text } from "../../../lib/text/index.ts";

export const getManagerTitle = (app: SecuredApp): Text => {
  const { [app]: managers } = SECURED_MANAGER_ROLES;
  return managers?.called ?? text("manager", "管理者");
};

/** Explains what a manager of Docs cannot do without a group; undefined if nothing is missing. @see facts 6.7 */
export const describeMissingGroup = (
  app: SecuredApp,
  { role, groups }: { readonly role: string; readonly groups: readonly string[] },
): Text | undefined =>
  app === "docs" && role === "manager" && groups.length === 0
    ? text(
        "a ファイル管理者 without a group cannot work in any folder; to add a group: --group NAME",
        "グループのないファイル管理者は、どのフォルダーも操作できません。グループを設定するには: --group グループ名",
      )
    : undefined;
