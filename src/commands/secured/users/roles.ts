import { line } from "../../../lib/advice/index.ts";
import { SECURED_MANAGERS, type SecuredApp } from "../../../lib/model/secured-user.ts";
import { text, type Text } from "../../../lib/text/index.ts";

/** What the roles of an app may do, by the maker's tables. @see facts 6.6, 6.7 */
export const ROLE_HELP: readonly Text[] = [
  text(
    "Docs: a ファイル管理者 signs in to SECURED APPs MANAGER, reads Settings(Docs) and Service Settings, and makes, edits and deletes folders and files in the folders that his groups may use; without a group he can do none of it. He changes no rights, nothing at the root, and sees no Settings(Administrators), Groups, Users or Devices.",
    "Docs: ファイル管理者は SECURED APPs MANAGER にログインでき、「Settings(Docs)」と「Service Settings」を参照し、所属するグループに権限のあるフォルダーで、フォルダーとファイルの作成・編集・削除ができます。グループがなければ何もできません。アクセス権の設定とルート直下の操作はできず、「Settings(Administrators)」「Groups」「Users」「Devices」は開けません。",
  ),
  text(
    "Calendar, Contacts: a グループ管理者 signs in to SECURED APPs MANAGER, reads the app's Settings and Service Settings, and uses Calendar or Contacts for the groups that he manages. He sees no Settings(Administrators), Users or Devices.",
    "Calendar・Contacts: グループ管理者は SECURED APPs MANAGER にログインでき、アプリの「Settings」と「Service Settings」を参照し、「Calendar」「Contacts」では管理対象のグループだけを扱えます。「Settings(Administrators)」「Users」「Devices」は開けません。",
  ),
  text(
    `A 一般ユーザー uses the app on the device only. Browser and Mailer have no managers, and the manual no table of them. Administrators (管理者) have every right in all apps: they are made in Settings(Administrators) of SECURED APPs MANAGER, and marked here by ${line("secured administrators add", [])}; imports and edits leave them as they are (ours).`,
    "一般ユーザーは、デバイスのアプリだけを利用できます。Browser と Mailer にはこれらの管理者がなく、マニュアルに権限表もありません。管理者は全アプリのすべての権限を持ち、SECURED APPs MANAGER の「Settings(Administrators)」で登録します。clomoctl では secured administrators add で指定し、インポートでも編集でも変更しません(clomoctl 独自の規則)。",
  ),
];

/** What an app calls its managers. */
export const managerOf = (app: SecuredApp): Text => {
  const { [app]: managers } = SECURED_MANAGERS;
  return managers?.called ?? text("manager", "管理者");
};

/** What a new manager of Docs lacks without a group; undefined if nothing. @see facts 6.7 */
export const withoutGroup = (
  app: SecuredApp,
  { role, groups }: { readonly role: string; readonly groups: readonly string[] },
): Text | undefined =>
  app === "docs" && role === "manager" && groups.length === 0
    ? text(
        "a ファイル管理者 without a group can work in no folder: --group NAME",
        "グループのないファイル管理者は、どのフォルダーも操作できません: --group グループ名",
      )
    : undefined;
