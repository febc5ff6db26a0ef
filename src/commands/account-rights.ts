import type { Whoami } from "../lib/client/index.ts";
import type { Context } from "../lib/config/index.ts";
import type { Operation } from "../lib/model/role.ts";
import type { Tools } from "./tools.ts";

export interface AccountRights {
  readonly may: (operation: Operation) => boolean;
  /** true for system administrators and the user of this computer, who may see findings about the whole tenant */
  readonly isSystem: boolean;
  readonly token?: Whoami["token"];
}

export async function loadAccountRights(
  { tenantOf }: Pick<Tools, "tenantOf">,
  context: Context,
): Promise<AccountRights> {
  const { operations, role, token } = await (await tenantOf(context, "whoami")).client.whoami.show();
  return {
    may: (asked) => operations.some(({ operation }) => operation === asked),
    isSystem: role === "system",
    token,
  };
}
