import type { WrittenAccount } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import type { Operation } from "../../lib/model/role.ts";
import { text } from "../../lib/text/index.ts";
import {
  FORMER_SECRETS,
  describeNotRestored,
  describeResultState,
  showWrittenRecord,
} from "../records/change-result.ts";
import type { Tools } from "../tools.ts";
import { ACCOUNT_COLUMNS } from "./columns.ts";

export interface RightsAfterChange {
  readonly may: (operation: Operation) => boolean;
  /** true if lists show the acting account's user; also true, without a check, if another account was changed */
  readonly seesHimself: boolean;
  readonly isOwn: boolean;
}

/** The acting account's rights if its own role did not change. */
export const UNCHANGED_RIGHTS: RightsAfterChange = { may: () => true, seesHimself: true, isOwn: false };

const NO_RIGHTS: RightsAfterChange = { may: () => false, seesHimself: false, isOwn: true };

async function getRightsAfterChange(
  { globals, tenant }: Pick<Tools, "globals" | "tenant">,
  { before, after, dryRun }: WrittenAccount,
): Promise<RightsAfterChange> {
  if (globals.as === undefined || dryRun || before === null || before.role === after.role) return UNCHANGED_RIGHTS;
  try {
    const { operations, user } = await (await tenant("whoami")).client.whoami.show();
    if (user?.id !== after.id) return UNCHANGED_RIGHTS;
    const { listed: seesHimself } = user;
    return { may: (asked) => operations.some(({ operation }) => operation === asked), seesHimself, isOwn: true };
  } catch (error) {
    if (!(error instanceof Failure) || error.code === "interrupted") throw error;
    // without a role, even whoami is refused
    return error.code === "not-permitted" ? NO_RIGHTS : UNCHANGED_RIGHTS;
  }
}

/**
 * Shows an account that was changed, and suggests how to undo the change.
 *
 * @returns the acting account's rights after the change, so that only commands are suggested that it may still use
 */
export async function showChangedAccount(tools: Tools, written: WrittenAccount): Promise<RightsAfterChange> {
  describeResultState(tools, written.dryRun);
  const rights = await getRightsAfterChange(tools, written);
  const { isOwn } = rights;
  const { consoleTask } = written;
  await showWrittenRecord(tools, isOwn ? { ...written, consoleTask: null } : written, {
    columns: ACCOUNT_COLUMNS,
    called: ({ name, user }) => `${name} (${user})`,
    undoable: !isOwn,
    // the password goes with the role
    along: ({ before, after }) =>
      !isOwn && before !== null && before.role !== after.role && after.role === "none" && after.passwordSetAt !== null
        ? describeNotRestored(FORMER_SECRETS)
        : undefined,
  });
  if (isOwn && consoleTask !== null) await tools.terminal.note(CONSOLE_CHANGE_REQUEST);
  return rights;
}

/** Does not name the task, because an administrator of only some organisations sees a different task number. */
const CONSOLE_CHANGE_REQUEST = text(
  "the same change is needed in the console: ask a system administrator",
  "管理画面でも同じ操作が必要です。システム管理者に依頼してください",
);
