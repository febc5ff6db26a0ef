import type { WrittenAccount } from "../../lib/client/index.ts";
import { text } from "../../lib/text/index.ts";
import { describeWritten, showWritten } from "../records/written.ts";
import type { Tools } from "../tools.ts";
import { ACCOUNT_COLUMNS } from "./columns.ts";
import { rightsAfter, type RightsAfter } from "./rights-after.ts";

/**
 * Shows an account that was written, and proposes its undo.
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
    undoable: !isOwn,
  });
  if (isOwn && consoleTask !== null) await tools.terminal.note(ASK_FOR_TASK);
  return rights;
}

/** Its number is another one to who administers a part. */
const ASK_FOR_TASK = text(
  "to be done in the console, too: ask a system administrator",
  "管理画面でも同じ操作が必要です。システム管理者に依頼してください",
);
