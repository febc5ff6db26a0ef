import { line, type CommandLine } from "../../lib/advice/index.ts";
import { ignoreFailure } from "../../lib/errors/index.ts";
import type { Account, Client, RenewalItem, Tenant } from "../../lib/client/index.ts";
import { codeKey, emailKey, nameKey } from "../../lib/model/normalise.ts";
import { parseOwners } from "../../lib/model/renewal-owner.ts";
import type { Role } from "../../lib/model/role.ts";
import { formatCount, joinTexts, same, text, type Text } from "../../lib/text/index.ts";
import { toTypableWord, toTypableName } from "../../lib/text/shell-word.ts";
import { STATE_UNCHANGED } from "../records/change-result.ts";
import { canDoAll } from "../rights.ts";
import type { Tools } from "../tools.ts";
import { UNCHANGED_RIGHTS, type RightsAfterChange } from "./rights-after-change.ts";
import { confirmChange } from "../permission.ts";

interface SupportChange {
  readonly role?: Role | undefined;
  readonly supportOption?: boolean | undefined;
  readonly dryRun: boolean;
  /** tries the change without making it, so that nobody is asked about a change that the tenant refuses */
  readonly tryOut: () => Promise<unknown>;
}

type RightsDependentText = (rights: RightsAfterChange) => Text;

/**
 * Messages for after a change, the most serious last. They are collected before the change, because an account that
 * revokes its own role may not be able to read the data afterwards.
 */
interface SupportReport {
  readonly notes: readonly RightsDependentText[];
  readonly warnings: readonly RightsDependentText[];
}

const EMPTY_REPORT: SupportReport = { notes: [], warnings: [] };

/** Prints the messages of a report.  @param rights rights of the acting account after the change */
export async function printSupportReport(
  { terminal }: Pick<Tools, "terminal">,
  { notes, warnings }: SupportReport,
  rights = UNCHANGED_RIGHTS,
): Promise<void> {
  for (const told of notes) await terminal.note(told(rights));
  for (const told of warnings) await terminal.warn(told(rights));
}

/**
 * Checks whether a change removes the support option from the last account that has it. If so, explains the
 * consequences and what else depends on the account, and asks for confirmation. With `--yes` and in a dry run, nothing
 * is asked.
 *
 * @returns the messages for after the change; undefined if the change is not confirmed
 * @see facts 3.2, 7.2: the successor gets the support option first
 */
export async function confirmSupportLoss(
  tools: Tools,
  account: Account,
  change: SupportChange,
): Promise<SupportReport | undefined> {
  const { role = account.role, supportOption = true, dryRun, tryOut } = change;
  if (role === account.role && (!account.supportOption || supportOption)) return EMPTY_REPORT;
  if (!(await isLastSupportHolder(tools, account, role === "system" && supportOption))) {
    const isEnding = account.role !== role && (role === "none" || account.role === "system");
    return isEnding
      ? { ...EMPTY_REPORT, notes: (await ignoreFailure(() => findDependencies(tools, account))) ?? [] }
      : EMPTY_REPORT;
  }
  const { terminal, globals } = tools;
  const { client } = await tools.tenant("accounts");
  await tryOut();
  const others = (await Array.fromAsync(client.accounts.list({ role: "system" }))).filter(
    ({ id }) => id !== account.id,
  );
  const notes = [...(await findDependencies(tools, account)), ...noteLastAdministrator(account, role, others)];
  const isDone = !dryRun && globals.yes;
  const left = {
    notes,
    warnings: [(rights: RightsAfterChange) => describeSupportLoss(account, others, isDone, rights)],
  };
  if (dryRun || isDone) return left;
  await printSupportReport(tools, left);
  const message = text(
    `Remove the support option from ${account.name}? Nobody else has it.`,
    `「${account.name}」のサポートオプションを外しますか?(ほかに付与されている人はいません)`,
  );
  if (await confirmChange(tools, message)) return EMPTY_REPORT;
  await terminal.note(STATE_UNCHANGED);
  return undefined;
}

async function isLastSupportHolder(tools: Tools, account: Account, isKept: boolean): Promise<boolean> {
  if (!account.supportOption || isKept) return false;
  const { client } = await tools.tenant("accounts");
  for await (const { id } of client.accounts.list({ supported: true })) if (id !== account.id) return false;
  return true;
}

/** Yields a note if only one system administrator remains after the change. */
function* noteLastAdministrator(
  { role }: Account,
  next: Role,
  [other, ...more]: readonly Account[],
): Generator<RightsDependentText> {
  if (role !== "system" || next === "system" || other === undefined || more.length > 0) return;
  const name = toTypableWord(other.name, other.id);
  yield () =>
    text(`only one other system administrator remains: ${name}`, `このアカウント以外のシステム管理者: 1 人(${name})`);
}

function describeSupportLoss(
  { name }: Account,
  [other, ...more]: readonly Account[],
  isDone: boolean,
  { may }: RightsAfterChange,
): Text {
  if (!may("accounts.roles")) {
    return text(
      `the support option of ${name} was removed, and nobody else has it: nobody receives CLOMO's emails about certificates now; ask a system administrator to grant it to the successor`,
      `「${name}」のサポートオプションを外し、付与されている人がいなくなりました。証明書の更新に関する CLOMO からのメールはだれにも届きません。後任者への付与をシステム管理者に依頼してください`,
    );
  }
  const successor = other === undefined || more.length > 0 ? "NAME" : toTypableName(other.name, other.id);
  const command =
    other === undefined
      ? line("clomo-account grant", ["NAME"], { role: "system", supportOption: true, noticeMail: true })
      : line("clomo-account edit", [successor], { supportOption: true, noticeMail: true });
  if (isDone)
    return text(
      `the support option of ${name} was removed, and nobody else has it: nobody receives CLOMO's emails about certificates now; grant it to the successor: ${command}`,
      `「${name}」のサポートオプションを外し、付与されている人がいなくなりました。証明書の更新に関する CLOMO からのメールはだれにも届きません。後任者に付与してください: ${command}`,
    );
  return text(
    `${name} is the only account with the support option: without it, nobody receives CLOMO's emails about certificates; grant it to the successor first: ${command}`,
    `サポートオプションを付与されているのは「${name}」だけです。外すと、証明書の更新に関する CLOMO からのメールはだれにも届きません。先に後任者に付与してください: ${command}`,
  );
}

const SET_OWNER_COMMAND = line("devices set-owner", ["SERIAL…"], { user: "USER" });

async function findDependencies(tools: Tools, account: Account): Promise<readonly RightsDependentText[]> {
  const { id, name, emails } = account;
  const { client, context } = await tools.tenant("renewals", "devices", "users", "tenant");
  const [{ buildOwnerCommand }, { readMailRecipients: mailRecipients }, { NOTIFY_FILE }] = await Promise.all([
    import("../../lib/renewals/administrators.ts"),
    import("../renewals/items/mail-recipients.ts"),
    import("../../lib/renewals/notify/settings.ts"),
  ]);
  const keys = new Set(emails.map(emailKey));
  const isOwn = (address: string): boolean => keys.has(emailKey(address));
  const lines: RightsDependentText[] = [];
  const shown = await ignoreFailure(() => client.tenant.show({ administration: true }));
  const { leavers = [] } = shown?.administration ?? {};
  // items that identify the user by a former name or address also count
  const former = new Set(leavers.filter(({ now }) => now !== null && isOwn(now)).map((item) => item.id));
  const owned = await findOwnedItems(client, account, former);
  const [first] = owned;
  if (first !== undefined) lines.push(buildOwnerNote(name, owned, buildOwnerCommand(first)));
  for (const { address } of (await mailRecipients(tools, context.name)).filter((one) => isOwn(one.address))) {
    lines.push(() =>
      text(
        `${address} is a recipient of reminders: set a different recipient in ${NOTIFY_FILE}`,
        `${address} は通知先です。${NOTIFY_FILE} の通知先を変更してください`,
      ),
    );
  }
  lines.push(...(await buildContactNote(tools, shown, isOwn)));
  const devices = (await Array.fromAsync(client.devices.list({ owner: id }))).length;
  if (devices > 0) lines.push(buildDevicesNote(account, devices));
  return lines;
}

const buildOwnerNote = (name: string, owned: readonly RenewalItem[], line: CommandLine): RightsDependentText => {
  const names = joinTexts(
    owned.map((item) => same(item.name)),
    text(", ", "、"),
  );
  const { en, ja } = text(
    `${name} is the owner of ${formatCount(owned.length, "renewal")} (${names.en})`,
    `「${name}」が更新担当の項目: ${owned.length} 件(${names.ja})`,
  );
  return ({ may }) =>
    may("renewals.write")
      ? text(`${en}; to set a different owner: ${line}`, `${ja}。変更するには: ${line}`)
      : text(
          `${en}; to set a different owner, ask a system administrator`,
          `${ja}。変更はシステム管理者に依頼してください`,
        );
};

const buildDevicesNote = ({ id, name }: Account, count: number): RightsDependentText => {
  const command = line("devices list", [], { owner: toTypableName(name, id) });
  const { en, ja } = text(
    `${formatCount(count, "device")} ${count === 1 ? "belongs" : "belong"} to ${name}`,
    `「${name}」が所有するデバイス: ${count} 台`,
  );
  return ({ may, seesHimself }) =>
    seesHimself && may("devices.read") && may("devices.write")
      ? text(
          `${en}; to list devices: ${command}; to set a different owner: ${SET_OWNER_COMMAND}`,
          `${ja}。一覧: ${command}。所有者を変更するには: ${SET_OWNER_COMMAND}`,
        )
      : text(
          `${en}; to set a different owner, ask a system administrator`,
          `${ja}。所有者の変更はシステム管理者に依頼してください`,
        );
};

/** Returns a note if the user is the tenant's contact person, by a current or former email address.  @see facts 7.2 */
async function buildContactNote(
  tools: Tools,
  shown: Tenant | undefined,
  isOwn: (address: string) => boolean,
): Promise<readonly RightsDependentText[]> {
  const { contactMail = null } = shown?.profile ?? {};
  if (contactMail === null || !isOwn(shown?.administration?.contact?.now ?? contactMail)) return [];
  const told = text(
    `${contactMail} is the contact person (担当者), which CLOMO changes by application form (申込書)`,
    `${contactMail} は担当者です(CLOMO での変更は申込書で行います)`,
  );
  const { SET_CONTACT_COMMAND } = await import("../../lib/renewals/administrators.ts");
  const mayNow = await canDoAll(tools, ["tenant.write"]);
  return [
    ({ may }) =>
      mayNow && may("tenant.write")
        ? text(
            `${told.en}; to record a different contact person: ${SET_CONTACT_COMMAND}`,
            `${told.ja}。新しい担当者の登録: ${SET_CONTACT_COMMAND}`,
          )
        : text(
            `${told.en}; to record a different contact person, ask a system administrator`,
            `${told.ja}。新しい担当者の登録はシステム管理者に依頼してください`,
          ),
  ];
}

/**
 * Returns the renewal items whose owner is the user of an account, identified by email address, employee code, account
 * name, or a full name that nobody else has.
 *
 * @param former ids of items that identify the user by a former name or address
 */
async function findOwnedItems(
  client: Client<"renewals" | "users">,
  account: Account,
  former: ReadonlySet<string>,
): Promise<readonly RenewalItem[]> {
  const known = new Map<string, Promise<boolean>>();
  const isHis = (word: string): Promise<boolean> => {
    const asked = known.get(word) ?? isNameOfUser(client, account, word);
    known.set(word, asked);
    return asked;
  };
  const keys = new Set(account.emails.map(emailKey));
  const owned: RenewalItem[] = [];
  for (const item of await client.renewals.list()) {
    for (const { text, isAddress } of parseOwners(item.owner)) {
      if (!former.has(item.id) && !(isAddress ? keys.has(emailKey(text)) : await isHis(text))) continue;
      owned.push(item);
      break;
    }
  }
  return owned;
}

async function isNameOfUser({ users }: Client<"users">, { id, name, user }: Account, word: string): Promise<boolean> {
  if (codeKey(word) === codeKey(name)) return true;
  const found = await users.find({ name: word });
  if (found.length > 0) return found.length === 1 && found[0]?.id === id;
  if (nameKey(word) !== nameKey(user)) return false;
  for await (const other of users.list({ search: word }))
    if (other.id !== id && nameKey(other.name) === nameKey(word)) return false;
  return true;
}
