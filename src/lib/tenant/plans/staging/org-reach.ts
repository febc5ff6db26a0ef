import type { ExistingOrg, OrgOutcome, OrgParent } from "./org-tree-plan.ts";

/** Maximum number of administrators that are named. */
const MAX_NAMED = 5;

/** Who gains and who loses an organisation, by the names of their accounts; left out where nobody does. */
export interface ReachChange {
  readonly gained?: string;
  readonly lost?: string;
}

/** The organisations as they are and as a plan leaves them. */
interface Trees {
  readonly orgs: ReadonlyMap<number, ExistingOrg>;
  readonly outcomes: readonly OrgOutcome[];
  /** the names of the accounts that act in an organisation and below it, by its `pk` */
  readonly administrators: ReadonlyMap<number, readonly string[]>;
}

const named = (names: ReadonlySet<string>): string | undefined => {
  if (names.size === 0) return undefined;
  return `${[...names].slice(0, MAX_NAMED).join(", ")}${names.size > MAX_NAMED ? ", …" : ""}`;
};

/**
 * Whose organisations change as a plan moves some: who acts above the one place and not above the other. What lies below one
 * that is moved goes along.
 *
 * @returns the changes by the rows that move an organisation; rows by which nobody gains or loses one are left out
 */
export const reachChanges = ({ orgs, outcomes, administrators }: Trees): ReadonlyMap<number, ReachChange> => {
  const byRow = new Map(outcomes.map((outcome) => [outcome.row, outcome]));
  const byOrg = new Map(outcomes.map((outcome) => [outcome.target, outcome]));
  const placeOf = (pk: number): OrgParent | undefined => {
    const parent = orgs.get(pk)?.parent ?? null;
    return parent === null ? undefined : { org: parent };
  };
  const placeAfter = (at: OrgParent): OrgParent | undefined =>
    "row" in at ? byRow.get(at.row)?.parent : (byOrg.get(at.org)?.parent ?? placeOf(at.org));
  const placeBefore = (at: OrgParent): OrgParent | undefined => ("org" in at ? placeOf(at.org) : undefined);
  const actingAt = (start: number, above: (at: OrgParent) => OrgParent | undefined): ReadonlySet<string> => {
    const names = new Set<string>();
    for (let at: OrgParent | undefined = { org: start }; at !== undefined; at = above(at)) {
      for (const name of "org" in at ? (administrators.get(at.org) ?? []) : []) names.add(name);
    }
    return names;
  };
  const changes = new Map<number, ReachChange>();
  if (administrators.size === 0) return changes;
  for (const { row, target, changed } of outcomes) {
    if (target === undefined || (changed & MOVED) === 0) continue;
    const [before, after] = [actingAt(target, placeBefore), actingAt(target, placeAfter)];
    const [gained, lost] = [named(after.difference(before)), named(before.difference(after))];
    if (gained === undefined && lost === undefined) continue;
    changes.set(row, { ...(gained !== undefined && { gained }), ...(lost !== undefined && { lost }) });
  }
  return changes;
};

/** The bit of {@link OrgOutcome} that says so. */
const MOVED = 4;
