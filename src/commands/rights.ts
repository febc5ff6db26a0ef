import { line, step } from "../lib/advice/index.ts";
import type { Context } from "../lib/config/index.ts";
import { Failure } from "../lib/errors/index.ts";
import { RESERVED_READERS } from "../lib/model/renewal.ts";
import { OPERATIONS, type Operation } from "../lib/model/role.ts";
import { text, type Text } from "../lib/text/index.ts";
import type { Tools } from "./tools.ts";

/** What who acts may do, for what is proposed to him. */
export interface Rights {
  readonly may: (operation: Operation) => boolean;
  /** of a system administrator, and of the machine's owner: what concerns the tenant as a whole */
  readonly isSystem: boolean;
}

/** The machine's owner. */
export const OWNER: Rights = { may: () => true, isSystem: true };

/** Without `--as` that is the machine's owner, who may everything, and nothing is asked. */
export async function rightsIn(
  { globals, tenantOf }: Pick<Tools, "globals" | "tenantOf">,
  context: Context,
): Promise<Rights> {
  if (globals.as === undefined) return OWNER;
  const { operations, role } = await (await tenantOf(context, "whoami")).client.whoami.show();
  return { may: (asked) => operations.some(({ operation }) => operation === asked), isSystem: role === "system" };
}

/** Whether who acts reads the accounts and telephone numbers of renewals; to others these are blank, recorded or not. */
export const readsReserved = ({ may }: Pick<Rights, "may">): boolean => RESERVED_READERS.some(may);

/** Whether who acts may do all of this; the machine's owner may. @throws Failure as the tenant, also where he may not ask */
export async function mayAll(
  { globals, tenant }: Pick<Tools, "globals" | "tenant">,
  asked: readonly Operation[],
): Promise<boolean> {
  if (globals.as === undefined) return true;
  const { operations } = await (await tenant("whoami")).client.whoami.show();
  return asked.every((one) => operations.some(({ operation }) => operation === one));
}

/** What somebody is told who may not do what he asked for. */
interface RightsRefusal {
  /** what he asked for, where that is not what the operation is called: `take roles away` */
  readonly asked?: Text | undefined;
  readonly where?: string | undefined;
  /** why not, where that is not his role alone */
  readonly why?: Text | undefined;
}

/**
 * Checks that who acts may do something, before names and values are looked at, which would tell of something else, and
 * before anything is asked.
 *
 * @throws Failure `not-permitted`, and as the tenant where it cannot be opened
 */
export async function requireRight(
  { globals, tenant }: Pick<Tools, "globals" | "tenant">,
  operation: Operation,
  { asked = OPERATIONS[operation].about, where, why }: RightsRefusal = {},
): Promise<void> {
  const { as } = globals;
  if (as === undefined) return;
  const { account, role, items, orgs, operations } = await (await tenant("whoami")).client.whoami.show();
  if (operations.some((one) => one.operation === operation)) return;
  const name = account ?? as;
  const { whyNotPermitted } = await import("../lib/model/role-policy.ts");
  const holder = { role, items: new Set(items), isWhole: orgs === null };
  const { en: because, ja: reason } = why ?? whyNotPermitted(holder, operation);
  throw new Failure("not-permitted", {
    what: text(`${name} may not ${asked.en}: ${because}`, `「${name}」の権限では行えません(${asked.ja}): ${reason}`),
    where,
    hint: step("see what each role may", "権限の一覧", line("roles matrix", [])),
  });
}
