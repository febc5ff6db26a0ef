/** Apart from `set`, whose concern is what was typed: every value has to find its way back into a line, as its tests show. */

import { commandName } from "../../lib/advice/index.ts";
import { nameKey } from "../../lib/model/normalise.ts";
import { TENANT, type Contract, type TenantProfile } from "../../lib/model/tenant.ts";
import { shownOption } from "../../lib/text/shell-word.ts";
import { flagName } from "../field.ts";

/** An option with a value as it is typed. */
const typed = (option: string, value: unknown): string => shownOption(`--${flagName(option)}`, wordOf(value));

const wordOf = (value: unknown): string => {
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return value.join(",");
  return typeof value === "number" || typeof value === "string" ? `${value}` : "";
};

/** The options that record a contract as it was. */
const contractOptions = ({ name, ...rest }: Contract): string =>
  [["contract", name] as const, ...Object.entries(rest)].map(([field, value]) => typed(field, value)).join(" ");

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** The contracts that are in one list, and not in the other as they are there. */
const notIn = (contracts: readonly Contract[], others: readonly Contract[]): readonly Contract[] =>
  contracts.filter((contract) => others.every((other) => !isSame(contract, other)));

/** The lines to type to have a tenant recorded as it was; none where nothing has changed. */
export function takingBack(before: TenantProfile, after: TenantProfile): readonly string[] {
  const changed = (Object.keys(TENANT.fields) as (keyof TenantProfile)[]).filter(
    (field) => field !== "contracts" && !isSame(before[field], after[field]),
  );
  const fields = changed.map((field) => typed(field, before[field]));
  const names = new Set(before.contracts.map(({ name }) => nameKey(name)));
  const added = after.contracts.filter(({ name }) => !names.has(nameKey(name)));
  const removals = added.map(({ name }) => typed("removeContract", name));
  const [first, ...others] = notIn(before.contracts, after.contracts).map(contractOptions);
  const together = [...fields, ...removals, ...(first === undefined ? [] : [first])];
  const lines = [...(together.length === 0 ? [] : [together.join(" ")]), ...others];
  return lines.map((options) => `${commandName("tenant set")} ${options}`);
}
