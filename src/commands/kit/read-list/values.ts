import { isFormerHeader } from "../../../lib/csv/layout/columns.ts";
import { refersToOrg, type Column } from "../../../lib/derived/format.ts";
import type { Survey } from "../../../lib/csv/layout/survey.ts";
import type { Tools } from "../tools.ts";

interface ColumnSearch {
  readonly columns: readonly Column[];
  readonly free: readonly Column[];
  readonly proposed: ReadonlyMap<string, Column>;
}

const ADDRESS = /^[^@\s]+@[^@\s]+\.[^@\s]+$/;

const isMail = ({ value }: Column): boolean => value.rule.kind === "mail-address";

/** Finds the column of each header by its cells. Returns null if the cells do not fit the proposed column. */
export async function findColumnsByValues(
  tools: Pick<Tools, "tenant">,
  { headers: all, survey }: { readonly headers: readonly string[]; readonly survey: Survey },
  headers: readonly string[],
  { columns, free, proposed }: ColumnSearch,
): Promise<ReadonlyMap<string, Column | null>> {
  const { client } = await tools.tenant("users", "orgs");
  const orgs = [...columns, ...free].some(refersToOrg) ? await Array.fromAsync(client.orgs.list()) : [];
  const orgNames = new Set(orgs.flatMap(({ code, name }) => [code, name]));
  const isKnown = async (column: Column, value: string): Promise<boolean> => {
    if (isMail(column)) return ADDRESS.test(value);
    if (refersToOrg(column)) return orgNames.has(value.slice(value.lastIndexOf("/") + 1));
    if (column.field !== "employeeCode") return false;
    return (await client.users.find({ name: value })).some(({ employeeCode }) => employeeCode === value);
  };
  const isFitting = async (column: Column, theirs: string): Promise<boolean> => {
    const values = survey.columns[all.indexOf(theirs)]?.values ?? new Set<string>();
    const known = await Promise.all(Array.from(values, (value) => isKnown(column, value)));
    // one known code is enough, because the tenant does not know the codes of new employees yet
    if (column.field === "employeeCode" && new Set(Array.from(values, ({ length }) => length)).size === 1)
      return known.includes(true);
    return values.size > 0 && !known.includes(false);
  };
  const found = new Map<string, Column | null>();
  for (const [theirs, own] of proposed) {
    const others = columns.filter((one) => isMail(one) || refersToOrg(one) || one.field === "employeeCode");
    const fitting = await Promise.all([own, ...others].map((column) => isFitting(column, theirs)));
    if (fitting[0] === false && fitting.includes(true)) found.set(theirs, null);
  }
  const taken = new Set(proposed.entries().flatMap(([theirs, own]) => (found.has(theirs) ? [] : [own])));
  const open = headers.filter((one) => !isFormerHeader(one) && (found.has(one) || !proposed.has(one)));
  for (const column of free.filter((one) => !taken.has(one))) {
    const fitting: string[] = [];
    for (const theirs of open) if (!found.get(theirs) && (await isFitting(column, theirs))) fitting.push(theirs);
    const [only, ...others] = fitting;
    if (only !== undefined && others.length === 0) found.set(only, column);
  }
  return found;
}
