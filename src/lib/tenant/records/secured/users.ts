import { line, step } from "../../../advice/index.ts";
import type { SecuredUser } from "../../../contract/index.ts";
import { Failure } from "../../../errors/index.ts";
import { SECURED_FORMATS } from "../../../model/secured-formats.ts";
import {
  SECURED_MANAGERS,
  securedAppName,
  SECURED_USER,
  type SecuredApp,
  type SecuredRole,
} from "../../../model/secured-user.ts";
import type { HandValues } from "../../../model/thing.ts";
import { fieldsOfApp } from "../../../rules/secured-user.ts";
import { text } from "../../../text/index.ts";
import type { IdempotentRequest, Session } from "../../session.ts";
import { securedUsers } from "./user-rows.ts";
import type { Writer } from "../../store/store.ts";
import {
  createRecord,
  editRecord,
  type HandBody,
  type HandNoun,
  type RecordDraft,
  type ChangeResult,
} from "../records.ts";
import { groupsNamed } from "./groups.ts";
import { isMirror } from "../tenant-rows.ts";

/** Users of an app, as they are written by hand. */
const handUsers = (session: Session, app: SecuredApp): HandNoun<typeof SECURED_USER.fields> => ({
  list: securedUsers(app),
  collection: `secured:${app}`,
  series: "secured_user",
  actions: "secured.users",
  scope: { column: "app", value: app },
  fields: fieldsOfApp(app),
  reading: (writer, given, before) => meaning(session, app, { writer, given, before: before as SecuredUser }),
});

/**
 * @throws Failure `input-rejected` where a rule says no, the ユーザーID is taken, a group is not there, or a password is
 *   missing
 * @see facts 6.6: an ID that is registered already is refused
 */
export const createSecuredUser = (
  session: Session,
  app: SecuredApp,
  body: HandBody,
  once?: Omit<IdempotentRequest<ChangeResult<SecuredUser>>, "replay">,
): Promise<ChangeResult<SecuredUser>> => createRecord(session, handUsers(session, app), body, once);

/** @throws Failure as {@link createSecuredUser}; also of an administrator, whom no import changes either */
export const editSecuredUser = (
  session: Session,
  app: SecuredApp,
  id: string,
  body: HandBody,
): Promise<ChangeResult<SecuredUser>> => editRecord(session, handUsers(session, app), id, body);

/** A request, as it came. */
interface Request {
  readonly writer: Writer;
  readonly given: HandValues;
  /** undefined of a new user */
  readonly before: SecuredUser | undefined;
}

const meaning = async (session: Session, app: SecuredApp, { writer, given, before }: Request): Promise<RecordDraft> => {
  const { role, password, secretKey, passwordInConsole, createGroups, groups, ...values } = given;
  const { userId } = before ?? (given as Pick<SecuredUser, "userId">);
  if (before?.administrator === true) throw isAdministrator(app, before.userId);
  const secrets = secretsOf(app, { password, secretKey });
  if (before === undefined) await checkPassword(writer, secrets, passwordInConsole === true);
  const flag =
    role === undefined ? {} : flagOf(app, role as SecuredRole, { userId, isManager: before?.role === "manager" });
  if (groups === undefined) return { values: { ...values, ...flag }, secrets };
  const { names, made } = await groupsNamed(session, writer, app, {
    names: groups as readonly string[],
    create: createGroups === true,
  });
  return { values: { ...values, ...flag, groups: names }, secrets, objects: made };
};

const secretsOf = (app: SecuredApp, given: HandValues): Readonly<Record<string, string>> => {
  const set = Object.entries(given).filter((entry): entry is [string, string] => typeof entry[1] === "string");
  for (const [name] of set) {
    if (SECURED_FORMATS[app].columns.some(({ field }) => field === name)) continue;
    const header = SECURED_USER.fields.secretKey.column.header;
    throw new Failure("input-rejected", {
      what: text(`only Docs has ${header}`, `「${header}」は Docs だけにあります`),
      where: app,
    });
  }
  return Object.fromEntries(set);
};

/**
 * Every new user has a password; in a mirror it is set in the console, and may be left to it.
 *
 * @see facts 6.5, 6.6
 */
const checkPassword = async (
  writer: Writer,
  { password }: Readonly<Record<string, string>>,
  inConsole: boolean,
): Promise<void> => {
  if (password !== undefined) return;
  if (inConsole && (await isMirror(writer))) return;
  throw inConsole
    ? new Failure("input-rejected", {
        what: text(
          "this tenant mirrors no console in which the password could be set",
          "このテナントは管理画面のミラーではないため、パスワードを管理画面で設定できません",
        ),
        where: "--password-in-console",
        hint: PASSWORD_HINT,
      })
    : new Failure("input-rejected", {
        what: text("パスワード: a new user needs one", "パスワード: 新しいユーザーには必要です"),
        hint: PASSWORD_HINT,
      });
};

const PASSWORD_HINT = text(
  "pass --password-file FILE or --password-stdin (in a mirror of the console --password-in-console, too)",
  "--password-file FILE か --password-stdin を指定してください(管理画面のミラーでは --password-in-console も可)",
);

/** The flag that makes a user what he is to be. @throws Failure `input-rejected` where the app has no such role */
const flagOf = (
  app: SecuredApp,
  role: SecuredRole,
  { userId, isManager }: { readonly userId: string; readonly isManager: boolean },
): HandValues => {
  if (role === "administrator") throw noRole(app, userId);
  const { [app]: managers } = SECURED_MANAGERS;
  if (role === "manager") {
    if (managers === undefined) throw noManagers(app);
    return { [managers.flag]: "TRUE" };
  }
  // who is none stays as he is
  return managers === undefined || !isManager ? {} : { [managers.flag]: "FALSE" };
};

const noRole = (app: SecuredApp, userId: string): Failure =>
  new Failure("input-rejected", {
    what: text(
      "administrators are made in SECURED APPs MANAGER, Settings(Administrators), with every right in all apps; here they are only marked",
      "管理者は SECURED APPs MANAGER の Settings(Administrators)で登録し、全アプリのすべての権限を持ちます。ここでは指定だけできます",
    ),
    where: "--role administrator",
    hint: step("to mark one", "指定するには", line("secured administrators add", [userId], { app })),
  });

const noManagers = (app: SecuredApp): Failure =>
  new Failure("input-rejected", {
    what: text(
      `${securedAppName(app)} has no managers: the manual's tables have ファイル管理者 (Docs) and グループ管理者 (Calendar, Contacts) only`,
      `${securedAppName(app)} に管理者以外の管理権限はありません。マニュアルの権限表にあるのは、ファイル管理者(Docs)とグループ管理者(Calendar・Contacts)だけです`,
    ),
    where: "--role manager",
  });

const isAdministrator = (app: SecuredApp, userId: string): Failure =>
  new Failure("input-rejected", {
    what: text(
      `${userId} is an administrator of ${app}: neither imports nor edits change one`,
      `${userId} は ${app} の管理者です。管理者はインポートでも編集でも変更しません`,
    ),
    where: app,
    hint: step("if that is wrong", "管理者でなければ", line("secured administrators remove", [userId], { app })),
  });
