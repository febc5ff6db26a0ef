import type { MovedUser, User } from "../../contract/index.ts";
import { ROOT_ORG_ID } from "../../model/organisation.ts";
import type { HandValues } from "../../model/thing.ts";
import type { USER } from "../../model/user.ts";
import type { IdempotentRequest, Session } from "../session.ts";
import { readAccount } from "../accounts/account-rows.ts";
import { countOwned } from "./device-rows.ts";
import type { Reader } from "../store/store.ts";
import { USERS } from "./user-rows.ts";
import { newName, permitAccountOf } from "../accounts/draft.ts";
import { createRecord, editRecord, editRecords, type HandBody, type HandNoun, type ChangeResult } from "./records.ts";

/** PANEL users, as they are written by hand. */
const handUsers = (session: Session): HandNoun<typeof USER.fields> => ({
  list: USERS,
  collection: "users",
  series: "users",
  actions: "users",
  usual: { org: ROOT_ORG_ID },
  orgs: (_, record) => [(record as User).org.id],
  reading: async (writer, given, before) => {
    if (before !== undefined) await checkAdministrator(session, writer, (before as User).id);
    await checkNewName(writer, given, before as User | undefined);
    return { values: given };
  },
});

/** The name that an account gets is what names are composed of; one that it has stays. @throws Failure `input-rejected` @see seed 001 */
const checkNewName = async (
  reader: Reader,
  { accountName, ...values }: HandValues,
  before: User | undefined,
): Promise<void> => {
  if (typeof accountName !== "string" || accountName.trim() === "" || accountName === before?.accountName) return;
  const none = { name: "", emails: [], employeeCode: null, googleWorkspaceEmail: null, salesforceAccount: null };
  await newName(reader, { ...none, ...before, ...(values as Partial<typeof none>) }, accountName);
};

/**
 * @throws Failure `not-permitted` where somebody else would change an administrator above operator, who could be taken
 *   over by another address
 */
const checkAdministrator = async ({ asker }: Session, reader: Reader, id: string): Promise<void> => {
  const account = await readAccount(reader, id);
  if (account !== undefined) permitAccountOf(asker, account);
};

/** @throws Failure `input-rejected` where a mail address or account name is taken; `not-found` where there is no such organisation */
export const createUser = (
  session: Session,
  body: HandBody,
  once?: Omit<IdempotentRequest<ChangeResult<User>>, "replay">,
): Promise<ChangeResult<User>> => createRecord(session, handUsers(session), body, once);

export const editUser = (session: Session, id: string, body: HandBody): Promise<ChangeResult<User>> =>
  editRecord(session, handUsers(session), id, body);

/** Moves users into an organisation, all of them or none; their devices are counted there. */
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
    /** see `ChangeOf` */
    readonly seen?: number | undefined;
    readonly dryRun?: boolean | undefined;
  },
  once?: Omit<IdempotentRequest<ChangeResult<User>[]>, "replay">,
): Promise<MovedUser[]> => {
  // read before, as what fails afterwards would not tell that they were moved
  const devices = await session.read((reader) => countOwned(reader, ids));
  const moved = await editRecords(session, handUsers(session), ids, { org, dryRun }, { verb: "move", seen, once });
  return moved.map((one) => ({ ...one, devices: devices.get(one.after.id) ?? 0 }));
};
