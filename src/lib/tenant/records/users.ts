import type { MovedUser, User } from "../../contract/index.ts";
import { ROOT_ORG_ID } from "../../model/organisation.ts";
import type { ManualValues } from "../../model/thing.ts";
import type { USER } from "../../model/user.ts";
import type { IdempotentRequest, Session } from "../session.ts";
import { readAccount } from "../accounts/account-rows.ts";
import { countOwnedDevices } from "./device-rows.ts";
import type { Reader } from "../store/store.ts";
import { USERS } from "./user-rows.ts";
import { composeAccountName, permitPrivilegedAccount } from "../accounts/draft.ts";
import {
  createRecord,
  editRecord,
  editRecords,
  type ManualRequestBody,
  type EditableRecordType,
  type ChangeResult,
} from "./records.ts";

/** Returns PANEL users as records that can be edited by hand. */
const defineEditableUsers = (session: Session): EditableRecordType<typeof USER.fields> => ({
  list: USERS,
  collection: "users",
  series: "users",
  actions: "users",
  usual: { org: ROOT_ORG_ID },
  orgs: (_, record) => [(record as User).org.id],
  reading: async (writer, given, before) => {
    if (before !== undefined) await checkAdministrator(session, writer, (before as User).id);
    await checkNewAccountName(writer, given, before as User | undefined);
    return { values: given };
  },
});

/** Checks that a new account name is built as the tenant specifies.  @throws Failure `input-rejected` @see seed 001 */
const checkNewAccountName = async (
  reader: Reader,
  { accountName, ...values }: ManualValues,
  before: User | undefined,
): Promise<void> => {
  if (typeof accountName !== "string" || accountName.trim() === "" || accountName === before?.accountName) return;
  const none = { name: "", emails: [], employeeCode: null, googleWorkspaceEmail: null, salesforceAccount: null };
  await composeAccountName(reader, { ...none, ...before, ...(values as Partial<typeof none>) }, accountName);
};

/**
 * Checks that the acting account may change a user who is an administrator above operator. Otherwise, the account could
 * take over the administrator's account by changing the email address.
 *
 * @throws Failure `not-permitted`
 */
const checkAdministrator = async ({ asker }: Session, reader: Reader, id: string): Promise<void> => {
  const account = await readAccount(reader, id);
  if (account !== undefined) permitPrivilegedAccount(asker, account);
};

/** Creates a user.  @throws Failure `input-rejected` if an email or account name is used; `not-found` (organisation) */
export const createUser = (
  session: Session,
  body: ManualRequestBody,
  once?: Omit<IdempotentRequest<ChangeResult<User>>, "replay">,
): Promise<ChangeResult<User>> => createRecord(session, defineEditableUsers(session), body, once);

export const editUser = (session: Session, id: string, body: ManualRequestBody): Promise<ChangeResult<User>> =>
  editRecord(session, defineEditableUsers(session), id, body);

/** Moves users into an organisation, all or none. Their devices then count as devices of that organisation. */
export const moveUsers = async (
  session: Session,
  {
    ids,
    org,
    seen,
    dryRun,
  }: {
    readonly ids: readonly string[];
    readonly org: string;
    /** the tenant's revision before the users were read */
    readonly seen?: number | undefined;
    readonly dryRun?: boolean | undefined;
  },
  once?: Omit<IdempotentRequest<ChangeResult<User>[]>, "replay">,
): Promise<MovedUser[]> => {
  // counted before the move: if counting failed afterwards, the caller would not learn that the users were moved
  const devices = await session.read((reader) => countOwnedDevices(reader, ids));
  const moved = await editRecords(
    session,
    defineEditableUsers(session),
    ids,
    { org, dryRun },
    { verb: "move", seen, once },
  );
  return moved.map((one) => ({ ...one, devices: devices.get(one.after.id) ?? 0 }));
};
