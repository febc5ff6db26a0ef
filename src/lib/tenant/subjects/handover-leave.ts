import { line, step } from "../../advice/index.ts";
import { Failure } from "../../errors/index.ts";
import { RETURN_TAGS, type Device } from "../../nouns/device.ts";
import { SECURED_APPS, SECURED_USER } from "../../nouns/secured-user.ts";
import { USER } from "../../nouns/user.ts";
import { text } from "../../text/index.ts";
import { toTypableName } from "../../text/shell-word.ts";
import { ACCOUNTS, listOtherSupportAccounts, writeAdministratorMark } from "../ledger/account-rows.ts";
import { changeAccount, getStoredAccount } from "./accounts.ts";
import { permitPrivilegedAccount } from "./account-draft.ts";
import { getCurrentInstant } from "../store/ids.ts";
import { keepAnswers } from "../plans/layouts.ts";
import { isOperationPermitted } from "../ledger/check-rights.ts";
import { changeTags, EDITABLE_DEVICES, type RecordsRequest } from "./devices.ts";
import { editSingleRecord, toChangedObject } from "../ledger/records.ts";
import { deleteUnprotected } from "../ledger/record-rows.ts";
import { isMirror } from "../ledger/tenant-rows.ts";
import { USER_LIST } from "../ledger/user-rows.ts";
import type { ChangedObject, Session } from "../ledger/session.ts";
import type { Writer } from "../store/types.ts";
import { findDependents, type UserDependents } from "./handover-dependents.ts";

export interface LeaveResult {
  readonly before: UserDependents;
  readonly after: UserDependents | null;
  readonly dryRun: boolean;
}

const LEAVE_LOCKS = ["accounts", "users", "devices", ...SECURED_APPS.map((app) => `secured:${app}` as const)] as const;

/**
 * Ends the rights of leavers, all or none, and deletes leavers on whom nothing depends. @throws Failure `not-found`,
 * `not-permitted`, `conflict`; `input-rejected` if no system administrator or support option would remain @see facts
 * 7.2
 */
export const leaveUsers = (
  session: Session,
  { ids, dryRun = false, learns }: RecordsRequest,
): Promise<LeaveResult[]> => {
  const { actor } = session;
  const change = { action: "users.leave", locks: LEAVE_LOCKS, dryRun, once: true } as const;
  return session.change(change, async (writer) => {
    const leavers = await findDependents(writer, actor, ids);
    const ended: ChangedObject[][] = [];
    for (const one of leavers) ended.push(await revokeRights(session, writer, one, dryRun));
    await requireSupportAccount(writer, leavers);
    const rest = await findDependents(writer, actor, ids);
    // in a mirror, the console must revoke the user's role before the user can be deleted
    const waits = await isMirror(writer);
    const mayDelete = isOperationPermitted(actor, "users.delete");
    const all = leavers.map((before, at): LeaveResult => {
      const after = rest.at(at) ?? before;
      const isFree = mayDelete && !hasDependents(after) && !(waits && hasRights(before));
      if (isFree) ended[at]?.push(toChangedObject({ list: USER_LIST }, before.user));
      return { before, after: isFree ? null : after, dryRun };
    });
    const deleted = all.flatMap(({ before, after }) => (after === null ? [before.user.id] : []));
    await deleteUnprotected(writer, USER.name, deleted);
    const concerned = leavers.filter((_, at) => ended[at]?.length !== 0);
    const objects = ended.flat();
    const detail = objects.length === 0 ? undefined : await keepAnswers(session, writer, "users", learns);
    return {
      result: (task) =>
        all.map((one, at) => {
          const tasks = task === null || ended[at]?.length === 0 ? [] : [task];
          return { ...one, after: one.after && { ...one.after, consoleTasks: [...one.before.consoleTasks, ...tasks] } };
        }),
      objects,
      before: { leavers: concerned },
      detail,
    };
  });
};

const hasRights = ({ role, marked }: UserDependents): boolean => role !== "none" || marked;

const hasDependents = (one: UserDependents): boolean =>
  hasRights(one) ||
  [one.devices, one.renewals, one.consoleTasks].some(({ length }) => length > 0) ||
  (one.secured ?? []).some(({ matchedBy }) => matchedBy !== "name");

const revokeRights = async (
  session: Session,
  writer: Writer,
  before: UserDependents,
  dryRun: boolean,
): Promise<ChangedObject[]> => {
  const objects: ChangedObject[] = [];
  if (hasRights(before)) objects.push(await revokeAccountRole(session, writer, before, dryRun));
  const found = isOperationPermitted(session.actor, "secured.write") ? (before.secured ?? []) : [];
  const secured = found.filter(({ administrator, matchedBy }) => !administrator && matchedBy !== "name");
  const ids = secured.map(({ id }) => id);
  await deleteUnprotected(writer, SECURED_USER.name, ids);
  objects.push(...secured.map(({ id, name }) => ({ thing: SECURED_USER.name, id, name })));
  for (const { id } of before.devices) {
    const each = ({ tags }: Pick<Device, "tags">) => ({ tags: changeTags(tags, { add: [RETURN_TAGS.awaited] }) });
    const { edited } = await editSingleRecord(session, writer, EDITABLE_DEVICES, { id, given: {}, each });
    if (edited.before !== edited.after) objects.push(toChangedObject(EDITABLE_DEVICES, edited.after));
  }
  return objects;
};

const revokeAccountRole = async (
  session: Session,
  writer: Writer,
  { user: { id, name } }: UserDependents,
  dryRun: boolean,
): Promise<ChangedObject> => {
  const before = await getStoredAccount(writer, id);
  if (before.name !== null) {
    const { after } = await changeAccount(session, writer, { id, request: { role: "none" }, dryRun });
    return toChangedObject({ list: ACCOUNTS }, after);
  }
  permitPrivilegedAccount(session.actor, before);
  await writeAdministratorMark(writer, before.pk, false, getCurrentInstant(session.surroundings));
  return { thing: USER_LIST.thing.name, id, name };
};

/** Checks that an account keeps the support option, without which nobody receives the vendor's notices. */
const requireSupportAccount = async (writer: Writer, leavers: readonly UserDependents[]): Promise<void> => {
  const holder = leavers.find(({ supportOption }) => supportOption);
  if (holder === undefined || (await listOtherSupportAccounts(writer, 0)).length > 0) return;
  const { id, accountName, name } = holder.user;
  const from = toTypableName(accountName ?? "", id);
  throw new Failure("input-rejected", {
    what: text(
      `after ${name} leaves, nobody would have the support option and get emails from the vendor`,
      `「${name}」が退職すると、サポートオプションを持つ人がいなくなり、メーカーからの通知がだれにも届きません`,
    ),
    hint: step(
      "hand over the option first",
      "先にオプションを引き継いでください",
      line("handover transfer", [], { from, to: "PERSON" }),
    ),
  });
};
