import type { Account, Import, PlanRow } from "../../../lib/client/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { codeKey, emailKey } from "../../../lib/model/normalise.ts";
import { ROOT_ORG_NAME } from "../../../lib/model/organisation.ts";
import { formatCount, text, type Text } from "../../../lib/text/index.ts";
import type { Tools } from "../../tools.ts";

/** Maximum number of operators that are listed. */
const MAX_NAMED_OPERATORS = 5;

/** Operators by the keys with which a row may identify their users. */
type OperatorIndex = ReadonlyMap<string, Account>;

/** Describes which operators a plan moves to another organisation. This organisation becomes their scope. */
export async function describeMovedOperators(tools: Tools, plan: Import): Promise<readonly Text[]> {
  if (plan.kind !== "users" || plan.rejected || !canMoveUsers(plan)) return [];
  const { client } = await tools.tenant("imports");
  let operators: OperatorIndex | undefined;
  const moved: string[] = [];
  for await (const row of client.imports.rows(plan.id, { action: "update" })) {
    const [from, to] = [findOrgCode(row.before), findOrgCode(row.after)];
    if (from === to || !row.changed.includes("orgCode")) continue;
    operators ??= await indexOperators(tools);
    if (operators.size === 0) return [];
    const account = operators.get(emailKey(row.key)) ?? operators.get(codeKey(row.key));
    if (account !== undefined) moved.push(`${account.name} (${from} → ${to})`);
  }
  if (moved.length === 0) return [];
  const named = `${moved.slice(0, MAX_NAMED_OPERATORS).join(", ")}${moved.length > MAX_NAMED_OPERATORS ? ", …" : ""}`;
  return [
    text(
      `${formatCount(moved.length, "operator")} will have another organisation (and everything below it) as the scope: ${named}`,
      `操作できる範囲が変わるオペレーター: ${moved.length} 人(移動先の組織以下になります): ${named}`,
    ),
  ];
}

const canMoveUsers = ({ columns }: Import): boolean =>
  columns.some(({ field, changed, cleared }) => field === "orgCode" && changed + cleared > 0);

const findOrgCode = (values: PlanRow["after"]): string =>
  String(values.find(({ field }) => field === "orgCode")?.value ?? ROOT_ORG_NAME);

/** Returns the operators by email address and employee code; empty if the acting account may not list them. */
async function indexOperators(tools: Tools): Promise<OperatorIndex> {
  const names = new Map<string, Account>();
  try {
    const { client } = await tools.tenant("accounts", "users");
    for await (const account of client.accounts.list({ role: "operator" })) {
      for (const { emails, employeeCode, upn } of await client.users.find({ name: account.id })) {
        for (const address of emails) names.set(emailKey(address), account);
        for (const code of [employeeCode, upn]) if (code !== null) names.set(codeKey(code), account);
      }
    }
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== "not-permitted") throw error;
  }
  return names;
}
