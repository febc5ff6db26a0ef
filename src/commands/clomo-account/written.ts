import type { Account, WrittenAccount } from "../../lib/client/index.ts";
import { text } from "../../lib/text/index.ts";
import { shownOption, typedWord } from "../../lib/text/shell-word.ts";
import { firstOf } from "../listing/list.ts";
import { describeWritten, showWritten, type Written } from "../records/written.ts";
import type { Tools } from "../tools.ts";
import { ACCOUNT_COLUMNS } from "./columns.ts";
import { rightsAfter, type RightsAfter } from "./rights-after.ts";

type Option = readonly [flag: string, value?: string];

/** An account as one word of a command. */
const accountWord = ({ name, id }: Account): string => typedWord(name, id);

/** Organisations as `--managed-orgs` takes them: a comma separates them. */
const orgsWord = ({ managedOrgs, managesAll }: Account): string =>
  managesAll
    ? "all"
    : managedOrgs.map(({ id, code, path }) => ((code ?? path).includes(",") ? id : (code ?? path))).join(",");

/** The options of what belongs to a role, as an account had it. */
const roleOptions = (before: Account, after: Account): readonly Option[] => {
  const isOther = before.role !== after.role;
  const { role, scheme } = before;
  const orgs = orgsWord(before);
  return [
    ...(isOther ? [["role", role] as const] : []),
    ...(scheme !== null && (isOther || scheme.id !== after.scheme?.id) ? [["scheme", scheme.name] as const] : []),
    ...(orgs !== "" && (isOther || orgs !== orgsWord(after)) ? [["managed-orgs", orgs] as const] : []),
    ...switchOption("support-option", before.supportOption, after.supportOption, role === "system"),
    ...switchOption("notice-mail", before.noticeMail, after.noticeMail, before.supportOption),
  ];
};

/** @param has what the switch belongs to was there */
const switchOption = (flag: string, was: boolean, is: boolean, has: boolean): readonly Option[] => {
  if (was === is) return [];
  if (was) return [[flag]];
  return has ? [[`no-${flag}`]] : [];
};

/** The options of what every account has, as it was. */
const ownOptions = (before: Account, after: Account): readonly Option[] => {
  const all = [
    ["account", before.name, after.name],
    ["language", before.language, after.language],
    ["account-timezone", before.timezone, after.timezone],
    ["memo", before.memo, after.memo],
  ] as const;
  return all.flatMap(([flag, was, is]): readonly Option[] => (was === is ? [] : [[flag, was ?? ""]]));
};

const shown = ([flag, value]: Option): string => (value === undefined ? `--${flag}` : shownOption(`--${flag}`, value));

/** What a command that takes a change back has to know of the tenant. */
type Around = Pick<Tools, "terminal" | "tenant">;

/** Whether a change made the only system administrator, who keeps the role: nothing takes that back. */
const isOnlySystem = async (tools: Around, { before, after }: Written<Account>): Promise<boolean> => {
  if (after.role !== "system" || before?.role === "system") return false;
  const { client } = await tools.tenant("accounts");
  const systems = await Array.fromAsync(firstOf(client.accounts.list({ role: "system" }), 2));
  return systems.every(({ id }) => id === after.id);
};

/** How the password is given that a role needs anew; on a terminal it is asked for. */
const passwordOption = async (tools: Around): Promise<readonly Option[]> => {
  const { mirroredAt } = await (await tools.tenant("tenant")).client.tenant.show();
  if (mirroredAt !== null) return [["password-in-console"]];
  return tools.terminal.interactive ? [] : [["password-file", "FILE"]];
};

/** What takes a change back: a password stays set, and a role that is given again asks for one. */
const back = async (tools: Around, written: Written<Account>): Promise<string | undefined> => {
  const { before, after } = written;
  if (await isOnlySystem(tools, written)) return undefined;
  const { client } = await tools.tenant("accounts");
  const account = `clomoctl clomo-account`;
  const word = accountWord(after);
  // an account is never deleted, and its name never cleared
  if (before === null) return after.role === "none" ? undefined : `${account} revoke ${word}`;
  const isRenamed = before.name !== after.name;
  const isComposed = isRenamed && (await client.accounts.settings()).composition !== "free-text";
  const own = ownOptions(isComposed ? { ...before, name: after.name } : before, after);
  const ofRole = roleOptions(before, after);
  if (own.length === 0 && before.role === "none" && after.role !== "none") return `${account} revoke ${word}`;
  const isGivenAnew = before.role !== "none" && after.role === "none";
  const options = [...own, ...ofRole, ...(isGivenAnew ? await passwordOption(tools) : [])];
  if (options.length === 0) return undefined;
  const verb = own.length === 0 && before.role !== "none" ? "grant" : "edit";
  return [account, verb, word, ...options.map(shown)].join(" ");
};

/**
 * Shows an account that was written, and says what takes that back.
 *
 * @returns what who acts may do from now on: who changed his own role is named no command that he may not give any more
 */
export async function showAccountWritten(tools: Tools, written: WrittenAccount): Promise<RightsAfter> {
  describeWritten(tools, written.dryRun);
  const rights = await rightsAfter(tools, written);
  const { isOwn } = rights;
  const { consoleTask } = written;
  await showWritten(tools, isOwn ? { ...written, consoleTask: null } : written, {
    columns: ACCOUNT_COLUMNS,
    called: ({ name, user }) => `${name} (${user})`,
    back: (one) => (isOwn ? undefined : back(tools, one)),
  });
  if (isOwn && consoleTask !== null) await tools.terminal.note(ASK_FOR_TASK);
  return rights;
}

/** Its number is another one to who administers a part. */
const ASK_FOR_TASK = text(
  "to be done in the console, too: ask a system administrator",
  "管理画面でも同じ操作が必要です。システム管理者に依頼してください",
);
