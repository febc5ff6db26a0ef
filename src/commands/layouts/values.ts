import type { HeaderFinder } from "../../lib/csv/layout/find-header.ts";
import { isFormerHeader } from "../../lib/csv/layout/columns.ts";
import { namesOrg, type Column } from "../../lib/model/format.ts";
import type { Tools } from "../tools.ts";

const ADDRESS = /^[^@\s]+@[^@\s]+\.[^@\s]+$/;

/**
 * Finds the columns whose first values are all addresses, or all known in the tenant as employee codes or organisations.
 * If several columns have such values, none is found.
 *
 * @param headers headers that say nothing
 * @param free columns of the format that the list lacks
 */
export async function findColumnsByValues(
  tools: Pick<Tools, "tenant">,
  { header, samples }: Pick<HeaderFinder, "header" | "samples">,
  headers: readonly string[],
  free: readonly Column[],
): Promise<ReadonlyMap<string, Column>> {
  const { client } = await tools.tenant("users", "orgs");
  const orgs = free.some(namesOrg) ? await client.orgs.list() : [];
  const orgNames = new Set(orgs.flatMap(({ code, name }) => [code, name]));
  const isKnown = async (column: Column, value: string): Promise<boolean> => {
    if (column.value.rule.kind === "mail-address") return ADDRESS.test(value);
    if (namesOrg(column)) return orgNames.has(value.slice(value.lastIndexOf("/") + 1));
    return (await client.users.find({ name: value })).some(({ employeeCode }) => employeeCode === value);
  };
  const found = new Map<string, Column>();
  for (const column of free) {
    if (column.field !== "employeeCode" && column.value.rule.kind !== "mail-address" && !namesOrg(column)) continue;
    const fitting: string[] = [];
    for (const theirs of headers.filter((one) => !isFormerHeader(one) && !found.has(one))) {
      const values = new Set(
        samples.map((cells) => cells[header.indexOf(theirs)] ?? "").filter((value) => value !== ""),
      );
      const known = await Promise.all(Array.from(values, (value) => isKnown(column, value)));
      if (values.size > 0 && !known.includes(false)) fitting.push(theirs);
    }
    const [only, ...others] = fitting;
    if (only !== undefined && others.length === 0) found.set(only, column);
  }
  return found;
}
