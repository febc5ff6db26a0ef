import { line, step } from "../../advice/index.ts";
import { Failure } from "../../errors/index.ts";
import { ROOT_ORG_ID } from "../../nouns/organisation.ts";
import { ROLES } from "../../nouns/account.ts";
import type { ManualValues } from "../../model/thing.ts";
import type { USER, User } from "../../nouns/user.ts";
import { text } from "../../text/index.ts";
import type { Session } from "../ledger/session.ts";
import { readAccount } from "../ledger/account-rows.ts";
import { countOwnedDevices } from "../ledger/device-rows.ts";
import type { Reader } from "../store/types.ts";
import { USER_LIST } from "../ledger/user-rows.ts";
import { confirmAdministratorList } from "./administrators.ts";
import type { RecordsRequest } from "./devices.ts";
import { composeAccountName, permitPrivilegedAccount } from "./account-draft.ts";
import { editRecords, type EditableRecordType, type ChangeResult } from "../ledger/records.ts";

export type WrittenUser = ChangeResult<User>;

/** Devices move with the user, because they belong to their owner's organisation. */
export interface MovedUser extends WrittenUser {
  readonly devices: number;
}

export const createEditableUserType = (session: Session): EditableRecordType<typeof USER.fields> => ({
  list: USER_LIST,
  usual: { org: ROOT_ORG_ID },
  reading: async (writer, given, before) => {
    if (before !== undefined) await checkAdministrator(session, writer, before as User, given);
    if (given["administrator"] !== undefined) await confirmAdministratorList(session, writer, "users");
    await checkNewAccountName(writer, given, before as User | undefined);
    return { values: given };
  },
});

const checkNewAccountName = async (
  reader: Reader,
  { accountName, ...values }: ManualValues,
  before: User | undefined,
): Promise<void> => {
  if (typeof accountName !== "string" || accountName.trim() === "" || accountName === before?.accountName) return;
  const none = { name: "", emails: [], employeeCode: null, googleWorkspaceEmail: null, salesforceAccount: null };
  await composeAccountName(reader, { ...none, ...before, ...(values as Partial<typeof none>) }, accountName);
};

const checkAdministrator = async (
  { actor }: Session,
  reader: Reader,
  { id }: User,
  { administrator }: ManualValues,
): Promise<void> => {
  const account = await readAccount(reader, id);
  if (account === undefined) return;
  permitPrivilegedAccount(actor, account);
  if (administrator !== false || account.role === "none") return;
  const { called, role } = account;
  throw new Failure("input-rejected", {
    what: text(
      `${called} is an administrator by role (${ROLES[role].en})`,
      `${called} には管理者権限(${ROLES[role].ja})が付与されています`,
    ),
    hint: step("to revoke the role", "管理者権限を外すには", line("clomo-account revoke", [called])),
  });
};

export const moveUsers = async (
  session: Session,
  { ids, org, dryRun }: RecordsRequest & { readonly org: string },
): Promise<MovedUser[]> => {
  // counted before the move, because an error after the move would hide that the move succeeded
  const devices = await session.read((reader) => countOwnedDevices(reader, ids));
  const moved = await editRecords(session, createEditableUserType(session), ids, { org, dryRun }, { verb: "move" });
  return moved.map((one) => ({ ...one, devices: devices.get(one.after.id) ?? 0 }));
};
