import type { Context } from "../lib/config/index.ts";
import type { Operation } from "../lib/model/role.ts";
import type { Tools } from "./tools.ts";

/** What who acts may do, for what is proposed to him. */
export interface Rights {
  readonly may: (operation: Operation) => boolean;
  /** of a system administrator, and of the machine's owner: what concerns the tenant as a whole */
  readonly isSystem: boolean;
}

const OWNER: Rights = { may: () => true, isSystem: true };

/** Without `--as` that is the machine's owner, who may everything, and nothing is asked. */
export async function rightsIn(
  { globals, tenantOf }: Pick<Tools, "globals" | "tenantOf">,
  context: Context,
): Promise<Rights> {
  if (globals.as === undefined) return OWNER;
  const { operations, role } = await (await tenantOf(context, "whoami")).client.whoami.show();
  return { may: (asked) => operations.some(({ operation }) => operation === asked), isSystem: role === "system" };
}
