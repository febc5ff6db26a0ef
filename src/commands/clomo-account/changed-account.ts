import { line } from "../../lib/advice/index.ts";
import type { WrittenAccount } from "../../lib/client/index.ts";
import { ignoreFailure } from "../../lib/errors/index.ts";
import { text, type Text } from "../../lib/text/index.ts";
import { toTypableName } from "../../lib/text/shell-word.ts";
import { FORMER_SECRETS, describeUnrestoredValues, showWrittenRecord } from "../records/change-result.ts";
import type { Tools } from "../tools.ts";
import { ACCOUNT_COLUMNS } from "./columns.ts";

export async function showChangedAccount(tools: Tools, written: WrittenAccount): Promise<void> {
  const { before, after } = written;
  // listing accounts can fail, because the acting account may have just lost this permission
  const isOnly = async (which: { readonly role?: "system"; readonly supported?: true }): Promise<boolean> => {
    const { client } = await tools.tenant("accounts");
    const holders = await ignoreFailure(() => Array.fromAsync(client.accounts.list(which)));
    return holders?.every(({ id }) => id === after.id) === true;
  };
  const isGrant = after.role === "system" && before?.role !== "system";
  await showWrittenRecord(tools, written, {
    columns: ACCOUNT_COLUMNS,
    called: ({ name, user }) => `${name} (${user})`,
    // the last system administrator keeps the role
    undoable: !isGrant || !(await isOnly({ role: "system" })),
    // an account that loses its role also loses its password
    along: ({ before, after }) =>
      before !== null && before.role !== after.role && after.role === "none" && after.passwordSetAt !== null
        ? describeUnrestoredValues(FORMER_SECRETS)
        : undefined,
  });
  if (before?.supportOption !== true || after.supportOption) return;
  if (await isOnly({ supported: true }))
    await tools.terminal.warn(describeSupportLoss(toTypableName(after.name, after.id)));
}

/** CLOMO sends emails about certificates only to system administrators with the support option. @see facts 3.2 */
const describeSupportLoss = (leaver: string): Text => {
  const command = line("handover checklist", [], { leaver });
  return text(
    `no account has the support option, so nobody receives CLOMO's emails about certificates; to hand over the option: ${command}`,
    `サポートオプションのあるアカウントがなくなったため、証明書に関する CLOMO のメールはだれにも届きません。引き継ぐには: ${command}`,
  );
};
