import { line, step } from "../../advice/index.ts";
import { typableName } from "../../text/shell-word.ts";
import { Failure } from "../../errors/index.ts";
import { personOf, namesPerson, succeeded, type Person } from "../../handover/checklist/people.ts";
import type { RenewalItem, TransferResult, User } from "../../contract/index.ts";
import { ACCOUNT } from "../../model/account.ts";
import { RENEWAL_ITEM } from "../../model/renewal.ts";
import { ROLES } from "../../model/role.ts";
import { isSupportOptionFree } from "../../rules/account.ts";
import { text } from "../../text/index.ts";
import { instant } from "../ids.ts";
import type { Session } from "../session.ts";
import { ACCOUNTS, othersSupported, readSettings, type StoredAccount } from "../accounts/account-rows.ts";
import { listItems, updateItem } from "../renewals/renewal-rows.ts";
import type { Reader, Writer } from "../store/store.ts";
import { isMirror } from "../records/tenant-rows.ts";
import { countNamed, USERS } from "../records/user-rows.ts";
import { accountWith, apply, orgsOf } from "../accounts/accounts.ts";
import { meantBy, permitChange, type AccountRequest } from "../accounts/draft.ts";
import { recordOf } from "../records/records.ts";

type ChangedAccount = Omit<TransferResult["accounts"][number], "consoleTask">;

/** What a request to transfer says. */
interface TransferRequest {
  /** the id of the user who takes over */
  readonly to: string;
  readonly seen?: number | undefined;
  readonly dryRun?: boolean | undefined;
}

/**
 * Gives what somebody has to a successor, all of it or nothing: the support option, with the role of a system administrator
 * that it needs, and the renewals whose owner is named so. Without the option no role is given. The role of who leaves stays:
 * it is taken away last.
 *
 * @throws Failure `input-rejected` where the successor is the same person, or is to hold the option and has no role and so no
 *   password yet; `not-found`; `not-permitted`; `conflict` where something was changed since it was seen
 * @see facts 7.2
 */
export const transferAccount = (
  session: Session,
  id: string,
  { to, seen, dryRun = false }: TransferRequest,
): Promise<TransferResult> =>
  session.change(
    { action: "accounts.transfer", locks: ["accounts", "users", "renewals"], seen, dryRun },
    async (writer) => {
      if (id === to) throw refused();
      const leaver = await accountWith(writer, id);
      const successor = await accountWith(writer, to);
      const accounts: ChangedAccount[] = [];
      for (const step of await stepsOf(writer, { id, account: leaver }, { id: to, account: successor })) {
        const done = await changeAccount(session, writer, step, dryRun);
        if (done !== undefined) accounts.push(done);
      }
      const [from, next] = [await recordOf(writer, USERS, id), await recordOf(writer, USERS, to)];
      const renewals = await moveRenewals(session, writer, await personIn(writer, from), next);
      const objects = accounts.map(({ after }) => ({ thing: ACCOUNT.name, id: after.id, name: after.name }));
      return {
        result: async (taskOf) => {
          const tasks = await Promise.all(objects.map(taskOf));
          return {
            accounts: accounts.map((one, at) => ({ ...one, consoleTask: tasks[at] ?? null })),
            renewals: renewals.map(({ told }) => told),
            dryRun,
          };
        },
        objects: [
          ...objects,
          ...renewals.map(({ told }) => ({ thing: RENEWAL_ITEM.name, id: told.id, name: told.name })),
        ],
        // renewals are no organisation's: with one, this is the whole tenant's
        orgs: renewals.length > 0 ? undefined : orgsOf(...accounts.flatMap(({ before, after }) => [before, after])),
        before: { accounts: accounts.map(({ before }) => before), renewals: renewals.map(({ before }) => before) },
        after: { accounts: accounts.map(({ after }) => after), renewals: renewals.map(({ after }) => after) },
      };
    },
  );

/** An account, by the id of its user. */
interface UserAccount {
  readonly id: string;
  readonly account: StoredAccount;
}

interface AccountStep {
  readonly id: string;
  readonly request: AccountRequest;
}

/** What is asked of both accounts, in its order: where no more may hold the option, it goes off before it goes on. @throws Failure `input-rejected` */
async function stepsOf(writer: Writer, leaver: UserAccount, successor: UserAccount): Promise<readonly AccountStep[]> {
  const { role, supportOption, noticeMail } = leaver.account;
  if (role !== "system" || !supportOption) return [];
  if (successor.account.role === "none") throw await withoutRole(writer, successor);
  const off: AccountStep = { id: leaver.id, request: { supportOption: false } };
  const on: AccountStep = { id: successor.id, request: { role: "system", supportOption: true, noticeMail } };
  return isSupportOptionFree(await othersSupported(writer, successor.account.pk)) ? [on, off] : [off, on];
}

/** @returns undefined where it is so already */
async function changeAccount(
  session: Session,
  writer: Writer,
  { id, request }: AccountStep,
  dryRun: boolean,
): Promise<ChangedAccount | undefined> {
  const before = await accountWith(writer, id);
  permitChange(session, before, request);
  const meant = await meantBy(writer, before, request, { id, asker: session.asker, dryRun });
  const { role, supportOption, noticeMail } = meant.values;
  if (role === before.role && supportOption === before.supportOption && noticeMail === before.noticeMail)
    return undefined;
  const was = await recordOf(writer, ACCOUNTS, id);
  const { after } = await apply(session, writer, { id, before, was, meant, verifier: undefined });
  return { before: was, after };
}

/** Who leaves, by the words of the record; by the name only where nobody else has it. */
async function personIn(writer: Writer, { id, name, accountName, emails }: User): Promise<Person> {
  const person = personOf({ id, name, account: accountName, emails });
  if ((await countNamed(writer, name)) <= 1) return person;
  return { ...person, words: person.words.filter((word) => word !== name) };
}

/** A renewal that was given another owner. */
interface MovedRenewal {
  readonly before: RenewalItem;
  readonly after: RenewalItem;
  readonly told: TransferResult["renewals"][number];
}

async function moveRenewals(
  session: Session,
  writer: Writer,
  person: Person,
  successor: User,
): Promise<readonly MovedRenewal[]> {
  const moved: MovedRenewal[] = [];
  for (const before of await listItems(writer)) {
    const { id, name, owner } = before;
    if (owner === null || !namesPerson(person, owner)) continue;
    const after = {
      ...before,
      owner: succeeded(person, owner, successor.emails[0] ?? successor.name),
      updatedAt: instant(session.surroundings),
    };
    await updateItem(writer, after);
    moved.push({ before, after, told: { id, name, before: owner, after: after.owner } });
  }
  return moved;
}

const refused = (): Failure =>
  new Failure("input-rejected", {
    what: text("who leaves and who takes over are the same person", "退任者と後任が同じ人です"),
  });

/** The line it names asks for the password; a mirror keeps none. Composed names are never typed. */
async function withoutRole(reader: Reader, { id, account: { name, called } }: UserAccount): Promise<Failure> {
  const { system } = ROLES;
  const isTyped = name === null && (await readSettings(reader)).composition === "free-text";
  const passwordInConsole = (await isMirror(reader)) ? true : undefined;
  const command =
    name === null
      ? line("clomo-account create", [id], { account: isTyped ? "NAME" : undefined, role: "system", passwordInConsole })
      : line("clomo-account grant", [typableName(name, id)], { role: "system", passwordInConsole });
  return new Failure("input-rejected", {
    what: text(
      `${called} has no role: a ${system.en} needs a password`,
      `「${called}」に管理者権限がありません(${system.ja}にはパスワードが必要です)`,
    ),
    hint: step("give it first", "先に付与してください", command),
  });
}
