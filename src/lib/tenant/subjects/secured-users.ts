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
  type SECURED_GROUP,
  type SecuredGroup,
} from "../../nouns/secured-user.ts";
import { type ManualValues, listEditableFields } from "../../model/thing.ts";
import { text, findNearestWord } from "../../text/index.ts";
import { type Session, MAX_TRACED_RECORDS, type ChangedObject } from "../ledger/session.ts";
import {
  buildSecuredUserList,
  deleteGroup,
  findGroupName,
  toGroupKey,
  readGroupNames,
  normaliseGroupSet,
  readGroupMembers,
  buildSecuredGroupList,
} from "./secured-user-rows.ts";
import type { Writer } from "../store/types.ts";
import {
  checkFieldValue,
  createRecord,
  editRecord,
  type ManualRequestBody,
  type EditableRecordType,
  type RecordDraft,
  type ChangeResult,
  addRecord,
  toChangedObject,
  getRecordById,
  requireIds,
} from "../ledger/records.ts";
import { confirmAdministratorList } from "./administrators.ts";
import { isMirror } from "../ledger/tenant-rows.ts";
import { getCurrentInstant } from "../store/ids.ts";

export type WrittenSecuredGroup = ChangeResult<SecuredGroup>;

const createEditableGroupType = (app: SecuredApp): EditableRecordType<typeof SECURED_GROUP.fields> => ({
  list: buildSecuredGroupList(app),
  scope: app,
});

export const createGroup = async (
  session: Session,
  app: SecuredApp,
  body: ManualRequestBody,
): Promise<WrittenSecuredGroup> => {
  const noun = createEditableGroupType(app);
  requireAppWithGroups(app);
  return createRecord(session, noun, body);
};

export interface DeletedGroups {
  readonly consoleTasks: readonly number[];
}

export const deleteGroups = (
  session: Session,
  app: SecuredApp,
  { ids, dryRun = false }: { readonly ids: readonly string[]; readonly dryRun?: boolean | undefined },
): Promise<DeletedGroups> => {
  const noun = createEditableGroupType(app);
  requireIds(ids);
  const change = { action: "secured.groups.delete", locks: [`secured:${app}`], dryRun } as const;
  return session.change(change, async (writer) => {
    const groups = await Promise.all([...new Set(ids)].map((id) => getRecordById(writer, noun.list, id)));
    const names = groups.map(({ name }) => name);
    const members = await readGroupMembers(writer, app, { names, most: MAX_TRACED_RECORDS });
    let memberships = 0;
    for (const { id, name } of groups)
      memberships += await deleteGroup(writer, app, { id, name, at: getCurrentInstant(session.surroundings) });
    const deleted = groups.map((group) => toChangedObject(noun, group));
    return {
      result: (task) => ({ consoleTasks: [task ?? []].flat() }),
      objects: [...deleted, ...members.map(({ id, name }) => ({ thing: SECURED_USER.name, id, name }))],
      before: { groups, memberships, members },
    };
  });
};

/** @throws Failure if the app's file format has no column for groups @see facts 6.3, 6.6 */
export const requireAppWithGroups = (app: SecuredApp): void => {
  if (FORMATS[app].columns.some(({ field }) => field === "groups")) return;
  const name = formatSecuredAppName(app);
  throw new Failure("input-rejected", {
    what: text(
      `the CSV files of ${name} do not have the column グループ名; clomoctl can manage only the groups of Docs, Calendar and Contacts`,
      `${name} の CSV に「グループ名」の列はありません。clomoctl で扱えるのは Docs・Calendar・Contacts のグループです`,
    ),
    where: app,
    hint: text("set the groups in SECURED APPs MANAGER", "グループは SECURED APPs MANAGER で設定してください"),
  });
};

export const resolveGroups = async (
  session: Session,
  writer: Writer,
  app: SecuredApp,
  { names, create }: { readonly names: readonly string[]; readonly create: boolean },
): Promise<{ readonly names: readonly string[]; readonly made: readonly ChangedObject[] }> => {
  if (names.length > 0) requireAppWithGroups(app);
  const known = new Map(await readGroupNames(writer, app));
  const made: ChangedObject[] = [];
  const spelled: string[] = [];
  for (const name of names) {
    const found = findGroupName(known, name);
    if (found === undefined && !create) throw createUnknownGroupFailure(app, name, [...known.values()]);
    if (found === undefined) {
      const { objects } = await addRecord(session, writer, createEditableGroupType(app), { name });
      made.push(...objects);
      known.set(toGroupKey(name), name);
    }
    spelled.push(found ?? name);
  }
  return { names: normaliseGroupSet(spelled), made };
};

const createUnknownGroupFailure = (app: SecuredApp, name: string, known: readonly string[]): Failure => {
  const near = findNearestWord(name, known);
  const meant = near === undefined ? text("", "") : text(`did you mean ${near}? `, `「${near}」ですか? `);
  return new Failure("input-rejected", {
    what: text(`${app} does not have a group named "${name}"`, `${app} に「${name}」というグループはありません`),
    where: "json.groups",
    hint: text(
      `${meant.en}to list the groups: ${line("secured groups list", [], { app })}; to create this group as well: --create-groups`,
      `${meant.ja}グループの一覧: ${line("secured groups list", [], { app })}。このグループも作るには --create-groups を付けてください`,
    ),
  });
};

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
  reading: (writer, given, before) => buildSecuredUserDraft(session, app, writer, given, before as SecuredUser),
});

/** @throws Failure `input-rejected` for a used ID or an invalid value @see facts 6.6 */
export const createSecuredUser = (
  session: Session,
  app: SecuredApp,
  body: ManualRequestBody,
): Promise<WrittenSecuredUser> => createRecord(session, createEditableSecuredUserType(session, app), body);

export const editSecuredUser = (
  session: Session,
  app: SecuredApp,
  id: string,
  body: ManualRequestBody,
): Promise<WrittenSecuredUser> => editRecord(session, createEditableSecuredUserType(session, app), id, body);

const buildSecuredUserDraft = async (
  session: Session,
  app: SecuredApp,
  writer: Writer,
  given: ManualValues,
  before: SecuredUser | undefined,
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
