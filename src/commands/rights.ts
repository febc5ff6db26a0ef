import { line, step } from "../lib/advice/index.ts";
import type { Whoami } from "../lib/client/index.ts";
import type { Context } from "../lib/config/index.ts";
import { Failure } from "../lib/errors/index.ts";
import { OPERATIONS, type Operation } from "../lib/model/role.ts";
import { text, type Text } from "../lib/text/index.ts";
import type { Tools } from "./tools.ts";

export interface Rights {
  readonly may: (operation: Operation) => boolean;
  /** true for a system administrator and for the machine's owner, who also see what concerns the whole tenant */
  readonly isSystem: boolean;
  readonly token?: Whoami["token"];
}

export async function loadAccountRights({ tenantOf }: Pick<Tools, "tenantOf">, context: Context): Promise<Rights> {
  const { operations, role, token } = await (await tenantOf(context, "whoami")).client.whoami.show();
  return {
    may: (asked) => operations.some(({ operation }) => operation === asked),
    isSystem: role === "system",
    token,
  };
}

interface RefusalDetails {
  /** what was requested, if this differs from the name of the operation: `apply a bundle` */
  readonly asked?: Text | undefined;
  /** the reason, if it is not only the role of the account */
  readonly why?: Text | undefined;
}

/**
 * Checks that the acting account may do an operation. Call this before names and values are checked, because otherwise
 * an error about them would be reported instead, and before the user is asked anything.
 *
 * @throws Failure `not-permitted` if the account may not do the operation; also if the tenant cannot be opened
 */
export async function requireRight(
  { globals, tenant }: Pick<Tools, "globals" | "tenant">,
  operation: Operation,
  { asked = OPERATIONS[operation].about, why }: RefusalDetails = {},
): Promise<void> {
  const { as } = globals;
  if (as === undefined) return;
  const { account, role, items, orgs, operations } = await (await tenant("whoami")).client.whoami.show();
  if (operations.some((one) => one.operation === operation)) return;
  const name = account ?? as;
  const { describeMissingRight } = await import("../lib/model/role-policy.ts");
  const holder = { role, items: new Set(items), isWhole: orgs === null };
  const { en: because, ja: reason } = why ?? describeMissingRight(holder, operation);
  throw new Failure("not-permitted", {
    what: text(
      `${name} is not permitted to ${asked.en}: ${because}`,
      `「${name}」の権限では行えません(${asked.ja}): ${reason}`,
    ),
    hint: step("to see what each role may do", "権限の一覧", line("roles matrix", [])),
  });
}
