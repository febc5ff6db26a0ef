import { line } from "../../lib/advice/index.ts";
import { unlessFailing } from "../../lib/errors/index.ts";
import type { Account, Client, RenewalItem, Tenant } from "../../lib/client/index.ts";
import { codeKey, emailKey, nameKey } from "../../lib/model/normalise.ts";
import { ownersIn } from "../../lib/model/renewal-owner.ts";
import type { Role } from "../../lib/model/role.ts";
import { counted, joined, same, text, type Text } from "../../lib/text/index.ts";
import { typedWord, typableName } from "../../lib/text/shell-word.ts";
import { BEFORE_WRITING } from "../records/written.ts";
import { mayAll } from "../rights.ts";
import type { Tools } from "../tools.ts";
import { UNCHANGED, type RightsAfter } from "./written.ts";

/** A change of an account, as far as it may end the support option. */
interface SupportChange {
  readonly role?: Role | undefined;
  readonly supportOption?: boolean | undefined;
  readonly dryRun: boolean;
  /** tries the change out: what the tenant refuses is not asked about */
  readonly tryOut: () => Promise<unknown>;
}

/** What is told with the commands that are of use, by what who acts may then. */
type RightsText = (rights: RightsAfter) => Text;

/** What is told once a change is made, the gravest last: who took his own role away may not ask for it any more. */
interface SupportReport {
  readonly notes: readonly RightsText[];
  readonly warnings: readonly RightsText[];
}

const NOTHING: SupportReport = { notes: [], warnings: [] };

/** Tells what a change leaves. @param rights of who acts once it is made */
export async function tellLeft(
  { terminal }: Pick<Tools, "terminal">,
  { notes, warnings }: SupportReport,
  rights = UNCHANGED,
): Promise<void> {
  for (const told of notes) await terminal.note(told(rights));
  for (const told of warnings) await terminal.warn(told(rights));
}

/**
 * Where a change takes the support option from the last who holds it, a person is told what that means and what else hangs
 * on the account, and asked.
 *
 * @returns what is to be told once the change is made; undefined where the change is not meant
 * @see facts 3.2, 7.2: the successor gets it first
 */
export async function leftByChange(
  tools: Tools,
  account: Account,
  change: SupportChange,
): Promise<SupportReport | undefined> {
  const { role = account.role, supportOption = true, dryRun, tryOut } = change;
  if (role === account.role && (!account.supportOption || supportOption)) return NOTHING;
  if (!(await isLast(tools, account, role === "system" && supportOption))) {
    const isEnding = account.role !== role && (role === "none" || account.role === "system");
    return isEnding ? { ...NOTHING, notes: (await unlessFailing(() => hangingOn(tools, account))) ?? [] } : NOTHING;
  }
  const { terminal, globals } = tools;
  const { client } = await tools.tenant("accounts");
  await tryOut();
  const others = (await Array.fromAsync(client.accounts.list({ role: "system" }))).filter(
    ({ id }) => id !== account.id,
  );
  const notes = [...(await hangingOn(tools, account)), ...remaining(account, role, others)];
  const isDone = !dryRun && globals.yes;
  const left = { notes, warnings: [(rights: RightsAfter) => lossOf(account, others, isDone, rights)] };
  if (dryRun || isDone) return left;
  await tellLeft(tools, left);
  const message = text(
    `Take the support option from ${account.name}, though nobody else has it?`,
    `「${account.name}」のサポートオプションを外しますか?(ほかに付与されている人はいません)`,
  );
  if (await terminal.prompts.confirm({ message, flag: "--yes" })) return NOTHING;
  await terminal.note(BEFORE_WRITING);
  return undefined;
}

/** Whether nobody else holds the support option that an account loses. */
async function isLast(tools: Tools, account: Account, isKept: boolean): Promise<boolean> {
  if (!account.supportOption || isKept) return false;
  const { client } = await tools.tenant("accounts");
  for await (const { id } of client.accounts.list({ supported: true })) if (id !== account.id) return false;
  return true;
}

/** Who alone is a system administrator afterwards. */
function* remaining({ role }: Account, next: Role, [other, ...more]: readonly Account[]): Generator<RightsText> {
  if (role !== "system" || next === "system" || other === undefined || more.length > 0) return;
  const name = typedWord(other.name, other.id);
  yield () =>
    text(
      `system administrators without this account: 1 (${name})`,
      `このアカウントを除くシステム管理者: 1 人(${name})`,
    );
}

/** What the loss of the support option means, before or after it. @param others system administrators */
function lossOf({ name }: Account, [other, ...more]: readonly Account[], isDone: boolean, { may }: RightsAfter): Text {
  if (!may("accounts.roles")) {
    return text(
      `nobody holds the support option of ${name} now: CLOMO's mail about certificates goes to nobody; ask a system administrator to give it to the successor`,
      `「${name}」のサポートオプションを外し、付与されている人がいなくなりました。証明書の更新に関する CLOMO からのメールは誰にも届きません。後任者への付与をシステム管理者に依頼してください`,
    );
  }
  const successor = other === undefined || more.length > 0 ? "NAME" : typableName(other.name, other.id);
  const command =
    other === undefined
      ? line("clomo-account grant", ["NAME"], { role: "system", supportOption: true, noticeMail: true })
      : line("clomo-account edit", [successor], { supportOption: true, noticeMail: true });
  if (isDone)
    return text(
      `nobody holds the support option of ${name} now: CLOMO's mail about certificates goes to nobody; give it to the successor: ${command}`,
      `「${name}」のサポートオプションを外し、付与されている人がいなくなりました。証明書の更新に関する CLOMO からのメールは誰にも届きません。後任者に付与してください: ${command}`,
    );
  return text(
    `${name} is the last who holds the support option: without it CLOMO's mail about certificates goes to nobody; give it to the successor first: ${command}`,
    `サポートオプションを付与されているのは「${name}」だけです。外すと、証明書の更新に関する CLOMO からのメールは誰にも届きません。先に後任者に付与してください: ${command}`,
  );
}

const SET_OWNER = line("devices set-owner", ["SERIAL…"], { user: "USER" });

/** What else hangs on the person of an account, each with what to type or where to change it. */
async function hangingOn(tools: Tools, account: Account): Promise<readonly RightsText[]> {
  const { id, name, emails } = account;
  const { client, context } = await tools.tenant("renewals", "devices", "users", "tenant");
  const [{ ownerLine }, { mailRecipients }, { NOTIFY_FILE }] = await Promise.all([
    import("../../lib/renewals/administrators.ts"),
    import("../renewals/items/mail-recipients.ts"),
    import("../../lib/renewals/notify/settings.ts"),
  ]);
  const keys = new Set(emails.map(emailKey));
  const isOwn = (address: string): boolean => keys.has(emailKey(address));
  const lines: RightsText[] = [];
  const shown = await unlessFailing(() => client.tenant.show({ administration: true }));
  const { leavers = [] } = shown?.administration ?? {};
  // what names the person by a word of former days, too
  const former = new Set(leavers.filter(({ now }) => now !== null && isOwn(now)).map((item) => item.id));
  const owned = await ownedBy(client, account, former);
  const [first] = owned;
  if (first !== undefined) lines.push(ownerNote(name, owned, ownerLine(first)));
  for (const { address } of (await mailRecipients(tools, context.name)).filter((one) => isOwn(one.address))) {
    lines.push(() =>
      text(
        `${address} is a recipient of notices: name another in ${NOTIFY_FILE}`,
        `${address} は通知先です。${NOTIFY_FILE} の通知先を変更してください`,
      ),
    );
  }
  lines.push(...(await asContact(tools, shown, isOwn)));
  const devices = (await Array.fromAsync(client.devices.list({ owner: id }))).length;
  if (devices > 0) lines.push(devicesNote(account, devices));
  return lines;
}

/** @param line that names another owner */
const ownerNote = (name: string, owned: readonly RenewalItem[], line: string): RightsText => {
  const names = joined(
    owned.map((item) => same(item.name)),
    text(", ", "、"),
  );
  const { en, ja } = text(
    `${name} is the owner of ${counted(owned.length, "renewal")} (${names.en})`,
    `「${name}」が更新担当の項目: ${owned.length} 件(${names.ja})`,
  );
  return ({ may }) =>
    may("renewals.write")
      ? text(`${en}; to name another: ${line}`, `${ja}。変更するには: ${line}`)
      : text(`${en}; to name another, ask a system administrator`, `${ja}。変更はシステム管理者に依頼してください`);
};

const devicesNote = ({ id, name }: Account, count: number): RightsText => {
  const command = line("devices list", [], { owner: typableName(name, id) });
  const { en, ja } = text(
    `${counted(count, "device")} ${count === 1 ? "belongs" : "belong"} to ${name}`,
    `「${name}」が所有するデバイス: ${count} 台`,
  );
  return ({ may, seesHimself }) =>
    seesHimself && may("devices.read") && may("devices.write")
      ? text(
          `${en}: ${command}; to name another owner: ${SET_OWNER}`,
          `${ja}。確認: ${command}。所有者を変更するには: ${SET_OWNER}`,
        )
      : text(
          `${en}; to name another owner, ask a system administrator`,
          `${ja}。所有者の変更はシステム管理者に依頼してください`,
        );
};

/** That the person is the contact person of the tenant, by an address of today or of former days. @see facts 7.2 */
async function asContact(
  tools: Tools,
  shown: Tenant | undefined,
  isOwn: (address: string) => boolean,
): Promise<readonly RightsText[]> {
  const { contactMail = null } = shown?.profile ?? {};
  if (contactMail === null || !isOwn(shown?.administration?.contact?.now ?? contactMail)) return [];
  const told = text(
    `${contactMail} is the contact person (担当者), whom CLOMO changes by the application form (申込書)`,
    `${contactMail} は担当者です(CLOMO での変更は申込書で行います)`,
  );
  const { CONTACT_LINE } = await import("../../lib/renewals/administrators.ts");
  const mayNow = await mayAll(tools, ["tenant.write"]);
  return [
    ({ may }) =>
      mayNow && may("tenant.write")
        ? text(`${told.en}; to record another: ${CONTACT_LINE}`, `${told.ja}。新しい担当者の登録: ${CONTACT_LINE}`)
        : text(
            `${told.en}; to record another, ask a system administrator`,
            `${told.ja}。新しい担当者の登録はシステム管理者に依頼してください`,
          ),
  ];
}

/**
 * The renewals whose owner names the user of an account: by mail address, employee code, account name, or full name of nobody else.
 *
 * @param former ids of those that name the user by what the user is called no more
 */
async function ownedBy(
  client: Client<"renewals" | "users">,
  account: Account,
  former: ReadonlySet<string>,
): Promise<readonly RenewalItem[]> {
  const known = new Map<string, Promise<boolean>>();
  const isHis = (word: string): Promise<boolean> => {
    const asked = known.get(word) ?? namesHim(client, account, word);
    known.set(word, asked);
    return asked;
  };
  const keys = new Set(account.emails.map(emailKey));
  const owned: RenewalItem[] = [];
  for (const item of await client.renewals.list()) {
    for (const { text, isAddress } of ownersIn(item.owner)) {
      if (!former.has(item.id) && !(isAddress ? keys.has(emailKey(text)) : await isHis(text))) continue;
      owned.push(item);
      break;
    }
  }
  return owned;
}

async function namesHim({ users }: Client<"users">, { id, name, user }: Account, word: string): Promise<boolean> {
  if (codeKey(word) === codeKey(name)) return true;
  const found = await users.find({ name: word });
  if (found.length > 0) return found.length === 1 && found[0]?.id === id;
  if (nameKey(word) !== nameKey(user)) return false;
  for await (const other of users.list({ search: word }))
    if (other.id !== id && nameKey(other.name) === nameKey(word)) return false;
  return true;
}
