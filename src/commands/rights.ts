import { line, step } from "../lib/advice/index.ts";
import type { Whoami } from "../lib/client/index.ts";
import type { Context } from "../lib/config/index.ts";
import { Failure } from "../lib/errors/index.ts";
import { OPERATIONS, type Operation } from "../lib/model/role.ts";
import { text } from "../lib/text/index.ts";
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

/** Refuses an account that may not do an operation which no request checks. @throws Failure `not-permitted` */
export async function requireRight(
  { globals, tenant }: Pick<Tools, "globals" | "tenant">,
  operation: Operation,
): Promise<void> {
  const { as } = globals;
  if (as === undefined) return;
  const { account, role, items, orgs, operations } = await (await tenant("whoami")).client.whoami.show();
  if (operations.some((one) => one.operation === operation)) return;
  const name = account ?? as;
  const { describeMissingRight } = await import("../lib/model/role-policy.ts");
  const holder = { role, items: new Set(items), isWhole: orgs === null };
  const { en: because, ja: reason } = describeMissingRight(holder, operation);
  const asked = OPERATIONS[operation].about;
  throw new Failure("not-permitted", {
    what: text(
      `${name} is not permitted to ${asked.en}: ${because}`,
      `「${name}」の権限では行えません(${asked.ja}): ${reason}`,
    ),
    hint: step("to see what each role may do", "権限の一覧", line("roles matrix", [])),
  });
}
