import { line } from "../../../lib/advice/index.ts";
import { SECURED_MANAGER_ROLES, type SecuredApp } from "../../../lib/model/secured-user.ts";
import { text, type Text } from "../../../lib/text/index.ts";

/** Help paragraphs on what the roles of an app may do, according to CLOMO's tables. @see facts 6.6, 6.7 */
export const ROLE_HELP: readonly Text[] = [
  text(
    "Docs: a ファイル管理者 can sign in to SECURED APPs MANAGER, read Settings(Docs) and Service Settings, and create, edit and delete folders and files in the folders that their groups may use; without a group, they cannot do anything. They cannot change access rights or anything at the root, or open Settings(Administrators), Groups, Users or Devices.",
    "Docs: ファイル管理者は SECURED APPs MANAGER にログインでき、「Settings(Docs)」と「Service Settings」を参照し、所属するグループに権限のあるフォルダーで、フォルダーとファイルの作成・編集・削除ができます。グループがなければ何もできません。アクセス権の設定とルート直下の操作はできず、「Settings(Administrators)」「Groups」「Users」「Devices」は開けません。",
  ),
  text(
    "Calendar, Contacts: a グループ管理者 can sign in to SECURED APPs MANAGER, read the app's Settings and Service Settings, and use Calendar or Contacts for the groups they manage. They cannot open Settings(Administrators), Users or Devices.",
    "Calendar・Contacts: グループ管理者は SECURED APPs MANAGER にログインでき、アプリの「Settings」と「Service Settings」を参照し、「Calendar」「Contacts」では管理対象のグループだけを扱えます。「Settings(Administrators)」「Users」「Devices」は開けません。",
  ),
  text(
    `A 一般ユーザー can only use the app on the device. Browser and Mailer do not have these managers, and the manual does not have a table for them. Administrators (管理者) have all rights in all apps. They are created in Settings(Administrators) of SECURED APPs MANAGER and marked in clomoctl with ${line("secured administrators add", [])}; imports and edits do not change them (a clomoctl rule).`,
    "一般ユーザーは、デバイスのアプリだけを利用できます。Browser と Mailer にはこれらの管理者がなく、マニュアルに権限表もありません。管理者は全アプリのすべての権限を持ち、SECURED APPs MANAGER の「Settings(Administrators)」で登録します。clomoctl では secured administrators add で指定し、インポートでも編集でも変更しません(clomoctl 独自の規則)。",
  ),
];

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
