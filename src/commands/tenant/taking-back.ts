/**
 * Builds the commands that undo `tenant set`. They are separate from `set`, which parses what was typed, because every
 * value must be converted back into a command line here.
 */

import { commandName } from "../../lib/advice/index.ts";
import { nameKey } from "../../lib/model/normalise.ts";
import { TENANT, type Contract, type TenantProfile } from "../../lib/model/tenant.ts";
import { formatShellOption } from "../../lib/text/shell-word.ts";
import { toFlagName } from "../field.ts";

const formatOption = (option: string, value: unknown): string =>
  formatShellOption(`--${toFlagName(option)}`, formatOptionValue(value));

const formatOptionValue = (value: unknown): string => {
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return value.join(",");
  return typeof value === "number" || typeof value === "string" ? `${value}` : "";
};

const formatContractOptions = ({ name, ...rest }: Contract): string =>
  [["contract", name] as const, ...Object.entries(rest)].map(([field, value]) => formatOption(field, value)).join(" ");

const isSameValue = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

const findDifferentContracts = (contracts: readonly Contract[], others: readonly Contract[]): readonly Contract[] =>
  contracts.filter((contract) => others.every((other) => !isSameValue(contract, other)));

/** Returns the commands that restore the recorded values of a tenant; none if nothing has changed. */
export function buildUndoCommands(before: TenantProfile, after: TenantProfile): readonly string[] {
  const changed = (Object.keys(TENANT.fields) as (keyof TenantProfile)[]).filter(
    (field) => field !== "contracts" && !isSameValue(before[field], after[field]),
  );
  const fields = changed.map((field) => formatOption(field, before[field]));
  const names = new Set(before.contracts.map(({ name }) => nameKey(name)));
  const added = after.contracts.filter(({ name }) => !names.has(nameKey(name)));
  const removals = added.map(({ name }) => formatOption("removeContract", name));
  const [first, ...others] = findDifferentContracts(before.contracts, after.contracts).map(formatContractOptions);
  const together = [...fields, ...removals, ...(first === undefined ? [] : [first])];
  const lines = [...(together.length === 0 ? [] : [together.join(" ")]), ...others];
  return lines.map((options) => `\`${commandName("tenant set")} ${options}\``);
}
