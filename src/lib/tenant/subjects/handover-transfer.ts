import { line, step } from "../../advice/index.ts";
import { toTypableName } from "../../text/shell-word.ts";
import { Failure } from "../../errors/index.ts";
import { isOnlyPerson, type Person } from "../../handover/checklist/people.ts";
import type { User } from "../../nouns/user.ts";
import { ACCOUNT, type Account, isSupportOptionAvailable, ROLES } from "../../nouns/account.ts";
import { RENEWAL_ITEM } from "../../nouns/renewal.ts";
import { text } from "../../text/index.ts";
import { getCurrentInstant } from "../store/ids.ts";
import type { Session } from "../ledger/session.ts";
import { listOtherSupportAccounts, readAccountSettings, type StoredAccount } from "../ledger/account-rows.ts";
import { listRenewalItems, updateRenewalItem } from "./renewal-rows.ts";
import type { Reader, Writer } from "../store/types.ts";
import { isMirror } from "../ledger/tenant-rows.ts";
import { USER_LIST } from "../ledger/user-rows.ts";
import { changeAccount, getStoredAccount } from "./accounts.ts";
import type { AccountRequest } from "./account-draft.ts";
import { getRecordById } from "../ledger/records.ts";
import { buildPeople } from "./handover-dependents.ts";

type ChangedAccount = Readonly<{ before: Account; after: Account }>;

export interface TransferResult {
  readonly accounts: readonly (ChangedAccount & { readonly consoleTask: number | null })[];
  readonly renewals: readonly Readonly<Record<"id" | "name" | "before" | "after", string>>[];
  readonly dryRun: boolean;
}

/**
 * Transfers the support option and the renewal items of a leaver, all or none. @throws Failure `input-rejected` for the
 * same person or a successor without a role; `not-found`, `not-permitted`, `conflict` @see facts 7.2
 */
export const transferAccount = (
  session: Session,
  id: string,
  { to, dryRun = false }: { readonly to: string; readonly dryRun?: boolean | undefined },
): Promise<TransferResult> =>
  session.change({ action: "accounts.transfer", locks: ["accounts", "users", "renewals"], dryRun }, async (writer) => {
    if (id === to)
      throw new Failure("input-rejected", {
        what: text("the leaver and the successor are the same person", "退職者と後任が同じ人です"),
      });
    const leaver = await getStoredAccount(writer, id);
    const successor = await getStoredAccount(writer, to);
    const accounts: ChangedAccount[] = [];
    for (const step of await buildTransferSteps(writer, { id, account: leaver }, { id: to, account: successor })) {
      const change = await changeAccount(session, writer, { ...step, dryRun });
      if (change.before !== change.after) accounts.push(change);
    }
    const [from, next] = [await getRecordById(writer, USER_LIST, id), await getRecordById(writer, USER_LIST, to)];
    const renewals = await transferRenewalItems(session, writer, await buildPeople(writer, [from]), next);
    const objects = accounts.map(({ after }) => ({ thing: ACCOUNT.name, id: after.id, name: after.name }));
    return {
      result: (consoleTask) => ({ accounts: accounts.map((one) => ({ ...one, consoleTask })), renewals, dryRun }),
      objects: [...objects, ...renewals.map(({ id: item, name }) => ({ thing: RENEWAL_ITEM.name, id: item, name }))],
      before: describeState("before", accounts, renewals),
      after: describeState("after", accounts, renewals),
    };
  });

const describeState = (
  side: "before" | "after",
  accounts: readonly ChangedAccount[],
  renewals: TransferResult["renewals"],
) => ({
  accounts: accounts.map(({ [side]: { name, role, supportOption, noticeMail } }) => ({
    name,
    role,
    supportOption,
    noticeMail,
  })),
  renewals: renewals.map(({ name, [side]: owner }) => ({ name, owner })),
});

type UserAccount = Readonly<{ id: string; account: StoredAccount }>;
type AccountStep = Readonly<{ id: string; request: AccountRequest }>;

/** Orders the changes so that never too many accounts have the support option. @throws Failure `input-rejected` */
async function buildTransferSteps(
  writer: Writer,
  leaver: UserAccount,
  successor: UserAccount,
): Promise<readonly AccountStep[]> {
  const { role, supportOption, noticeMail } = leaver.account;
  if (role !== "system" || !supportOption) return [];
  if (successor.account.role === "none") throw await createSuccessorRoleFailure(writer, successor);
  const off: AccountStep = { id: leaver.id, request: { supportOption: false } };
  const on: AccountStep = { id: successor.id, request: { role: "system", supportOption: true, noticeMail } };
  return isSupportOptionAvailable(await listOtherSupportAccounts(writer, successor.account.pk)) ? [on, off] : [off, on];
}

async function transferRenewalItems(
  session: Session,
  writer: Writer,
  [person]: readonly Person[],
  successor: User,
): Promise<TransferResult["renewals"]> {
  const after = successor.emails[0] ?? successor.name;
  const moved: TransferResult["renewals"][number][] = [];
  for (const item of await listRenewalItems(writer)) {
    const { id, name, owner } = item;
    if (person === undefined || owner === null || !isOnlyPerson(person, owner)) continue;
    await updateRenewalItem(writer, { ...item, owner: after, updatedAt: getCurrentInstant(session.surroundings) });
    moved.push({ id, name, before: owner, after });
  }
  return moved;
}

async function createSuccessorRoleFailure(
  reader: Reader,
  { id, account: { name, called } }: UserAccount,
): Promise<Failure> {
  const { system } = ROLES;
  const isTyped = name === null && (await readAccountSettings(reader)).composition === "free-text";
  const passwordInConsole = (await isMirror(reader)) ? true : undefined;
  const command =
    name === null
      ? line("clomo-account create", [id], { account: isTyped ? "NAME" : undefined, role: "system", passwordInConsole })
      : line("clomo-account edit", [toTypableName(name, id)], { role: "system", passwordInConsole });
  return new Failure("input-rejected", {
    what: text(
      `${called} does not have a role or a password yet, and a ${system.en} needs a password`,
      `「${called}」に管理者権限とパスワードがありません(${system.ja}にはパスワードが必要です)`,
    ),
    hint: step("grant the role first", "先に管理者権限を付与してください", command),
  });
}
