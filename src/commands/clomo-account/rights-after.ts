import type { Account } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import type { Operation } from "../../lib/model/role.ts";
import type { Written } from "../records/written.ts";
import type { Tools } from "../tools.ts";

/** What who acts may do once an account was changed: less than before where it was his own. */
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

/** What who acts may do after a change, of which only that of his own role leaves him less. */
export async function rightsAfter(
  { globals, tenant }: Pick<Tools, "globals" | "tenant">,
  { before, after, dryRun }: Written<Account>,
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
