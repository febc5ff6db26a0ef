import type { WrittenAccount } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import type { Operation } from "../../lib/model/role.ts";
import { text } from "../../lib/text/index.ts";
import { describeWritten, showWritten } from "../records/written.ts";
import type { Tools } from "../tools.ts";
import { ACCOUNT_COLUMNS } from "./columns.ts";

/** The rights of the acting account after an account was changed. If it changed its own, it may have fewer. */
export interface RightsAfter {
  readonly may: (operation: Operation) => boolean;
  /** his own user is in lists; of the user of another account nothing is asked */
  readonly seesHimself: boolean;
  /** he changed the role of his own account */
  readonly isOwn: boolean;
}

/** Of who changed another's account, or nothing yet. */
export const UNCHANGED: RightsAfter = { may: () => true, seesHimself: true, isOwn: false };

/** Of who has no role any more. */
const NONE: RightsAfter = { may: () => false, seesHimself: false, isOwn: true };

/** Returns the rights of the acting account after a change. */
async function rightsAfter(
  { globals, tenant }: Pick<Tools, "globals" | "tenant">,
  { before, after, dryRun }: WrittenAccount,
): Promise<RightsAfter> {
  if (globals.as === undefined || dryRun || before === null || before.role === after.role) return UNCHANGED;
  try {
    const { operations, user } = await (await tenant("whoami")).client.whoami.show();
    if (user?.id !== after.id) return UNCHANGED;
    const { listed: seesHimself } = user;
    return { may: (asked) => operations.some(({ operation }) => operation === asked), seesHimself, isOwn: true };
  } catch (error) {
    if (!(error instanceof Failure) || error.code === "interrupted") throw error;
    // who has no role is not even told who he is
    return error.code === "not-permitted" ? NONE : UNCHANGED;
  }
}

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
