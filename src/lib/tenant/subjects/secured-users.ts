import { line, step } from "../../advice/index.ts";
import { Failure } from "../../errors/index.ts";
import { FORMATS } from "../../derived/formats.ts";
import {
  SECURED_MANAGER_ROLES,
  formatSecuredAppName,
  SECURED_USER,
  type SecuredApp,
  type SecuredRole,
  type SecuredUser,
} from "../../nouns/secured-user.ts";
import { type ManualValues, listEditableFields } from "../../model/thing.ts";
import { text } from "../../text/index.ts";
import type { Session } from "../ledger/session.ts";
import { buildSecuredUserList } from "./secured-user-rows.ts";
import type { Writer } from "../store/types.ts";
import {
  checkFieldValue,
  createRecord,
  editRecord,
  type ManualRequestBody,
  type EditableRecordType,
  type RecordDraft,
  type ChangeResult,
} from "../ledger/records.ts";
import { confirmAdministratorList } from "./administrators.ts";
import { resolveGroups } from "./secured-groups.ts";
import { isMirror } from "../ledger/tenant-rows.ts";

/** Returns all fields of the app's users, including fields that no file contains. */
export const listAppFields = (app: SecuredApp): readonly string[] => {
  const inFiles = FORMATS[app].columns.map(({ sets }) => sets);
  return listEditableFields(SECURED_USER.fields)
    .filter(([name, { byHand }]) => byHand === true || inFiles.includes(name))
    .map(([name]) => name);
};

export type WrittenSecuredUser = ChangeResult<SecuredUser>;

const createEditableSecuredUserType = (
  session: Session,
  app: SecuredApp,
): EditableRecordType<typeof SECURED_USER.fields> => ({
  list: buildSecuredUserList(app),
  scope: app,
  fields: listAppFields(app),
  reading: (writer, given, before) =>
    buildSecuredUserDraft(session, app, { writer, given, before: before as SecuredUser }),
});

/** @throws Failure `input-rejected` for a used ID or an invalid value @see facts 6.6 */
export const createSecuredUser = (
  session: Session,
  app: SecuredApp,
  body: ManualRequestBody,
): Promise<WrittenSecuredUser> => createRecord(session, createEditableSecuredUserType(session, app), body);

/** @throws Failure as {@link createSecuredUser}; `input-rejected` for an administrator */
export const editSecuredUser = (
  session: Session,
  app: SecuredApp,
  id: string,
  body: ManualRequestBody,
): Promise<WrittenSecuredUser> => editRecord(session, createEditableSecuredUserType(session, app), id, body);

const buildSecuredUserDraft = async (
  session: Session,
  app: SecuredApp,
  {
    writer,
    given,
    before,
  }: { readonly writer: Writer; readonly given: ManualValues; readonly before: SecuredUser | undefined },
): Promise<RecordDraft> => {
  const { role, password, secretKey, passwordInConsole, createGroups, groups, ...values } = given;
  const { userId } = before ?? (given as Pick<SecuredUser, "userId">);
  const { administrator, ...others } = given;
  const isEdit = administrator === undefined || Object.keys(others).length > 0;
  if (before?.administrator === true && administrator !== false && isEdit)
    throw new Failure("input-rejected", {
      what: text(
        `${before.userId} is an administrator of ${app}; imports and edits cannot change administrators`,
        `${before.userId} は ${app} の管理者です。管理者は、インポートでも編集でも変更できません`,
      ),
      where: app,
      hint: step(
        "if this user is not an administrator, correct the record",
        "管理者でない場合は、登録を直してください",
        line("secured users edit", [before.userId], { app, administrator: "no" }),
      ),
    });
  if (role !== undefined) checkFieldValue("role", SECURED_USER.fields.role, role);
  const secrets = collectSecrets(app, { password, secretKey });
  if (administrator !== undefined) await confirmAdministratorList(session, writer, app);
  // exports omit administrators, so perhaps only the user ID is known. @see facts 6.5
  if (before === undefined && administrator !== true)
    await requirePassword(writer, secrets, passwordInConsole === true);
  const flag =
    role === undefined
      ? {}
      : resolveRoleFlag(app, role as SecuredRole, { userId, isManager: before?.role === "manager" });
  if (groups === undefined) return { values: { ...values, ...flag }, secrets };
  const { names, made } = await resolveGroups(session, writer, app, {
    names: groups as readonly string[],
    create: createGroups === true,
  });
  return { values: { ...values, ...flag, groups: names }, secrets, objects: made };
};

const collectSecrets = (app: SecuredApp, given: ManualValues): Readonly<Record<string, string>> => {
  const set = Object.entries(given).filter((entry): entry is [string, string] => typeof entry[1] === "string");
  for (const [name] of set) {
    if (FORMATS[app].columns.some(({ field }) => field === name)) continue;
    const header = SECURED_USER.fields.secretKey.column.header;
    throw new Failure("input-rejected", {
      what: text(`only the app Docs has the field ${header}`, `「${header}」という項目は Docs だけにあります`),
      where: app,
    });
  }
  return Object.fromEntries(set);
};

/** A mirror does not require a password, because the console can set the password later. @see facts 6.5, 6.6 */
const requirePassword = async (writer: Writer, { password }: Readonly<Record<string, string>>, inConsole: boolean) => {
  if (password !== undefined || (inConsole && (await isMirror(writer)))) return;
  throw new Failure("input-rejected", {
    what: text("パスワード: required for a new user", "パスワード: 新しいユーザーには必要です"),
    hint: PASSWORD_HINT,
  });
};

const PASSWORD_HINT = text(
  "pass --password-file FILE or --password-stdin (in a mirror, --password-in-console is also possible)",
  "--password-file FILE か --password-stdin を指定してください(管理画面のミラーでは --password-in-console も可)",
);

const resolveRoleFlag = (
  app: SecuredApp,
  role: SecuredRole,
  { userId, isManager }: { readonly userId: string; readonly isManager: boolean },
): ManualValues => {
  const { [app]: managers } = SECURED_MANAGER_ROLES;
  if (role === "manager" && managers !== undefined) return { [managers.flag]: "TRUE" };
  if (role === "user") return managers === undefined || !isManager ? {} : { [managers.flag]: "FALSE" };
  const where = `--role ${role}`;
  if (role === "manager")
    throw new Failure("input-rejected", {
      what: text(
        `${formatSecuredAppName(app)} does not have a manager role; Docs, Calendar and Contacts have one`,
        `${formatSecuredAppName(app)} に manager の権限はありません。Docs・Calendar・Contacts だけにあります`,
      ),
      where,
    });
  throw new Failure("input-rejected", {
    what: text(
      "administrators are created in SECURED APPs MANAGER; clomoctl can only mark users as administrators",
      "管理者は SECURED APPs MANAGER で登録します。clomoctl では、管理者であることを指定できるだけです",
    ),
    where,
    hint: step(
      "to mark the user as an administrator",
      "管理者に指定するには",
      line("secured users edit", [userId], { app, administrator: "yes" }),
    ),
  });
};
