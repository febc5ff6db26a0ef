import type { ExistingOrg, OrgOutcome, OrgParent } from "./org-tree-plan.ts";

/** Maximum number of administrators in a list. */
const MAX_LISTED_ADMINISTRATORS = 5;

/** The names of the accounts that gain or lose access to an organisation; left out if there are none. */
export interface ReachChange {
  readonly gained?: string;
  readonly lost?: string;
}

/** The organisations before and after a plan, with their administrators. */
interface OrgTreeChange {
  readonly orgs: ReadonlyMap<number, ExistingOrg>;
  readonly outcomes: readonly OrgOutcome[];
  /**
   * names of the accounts that administer an organisation and all organisations below it, by the organisation's `pk`
   */
  readonly administrators: ReadonlyMap<number, readonly string[]>;
}

const formatNames = (names: ReadonlySet<string>): string | undefined => {
  if (names.size === 0) return undefined;
  return `${[...names].slice(0, MAX_LISTED_ADMINISTRATORS).join(", ")}${names.size > MAX_LISTED_ADMINISTRATORS ? ", …" : ""}`;
};

/**
 * Finds the accounts that gain or lose access to organisations that a plan moves. These accounts administer an
 * organisation above the old place but not above the new place, or vice versa. All organisations below a moved
 * organisation move with it.
 *
 * @returns the changes, by the rows that move an organisation; rows without such a change are left out
 */
export const findReachChanges = ({
  orgs,
  outcomes,
  administrators,
}: OrgTreeChange): ReadonlyMap<number, ReachChange> => {
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
    if (target === undefined || (changed & PARENT_BIT) === 0) continue;
    const [before, after] = [actingAt(target, placeBefore), actingAt(target, placeAfter)];
    const [gained, lost] = [formatNames(after.difference(before)), formatNames(before.difference(after))];
    if (gained === undefined && lost === undefined) continue;
    changes.set(row, { ...(gained !== undefined && { gained }), ...(lost !== undefined && { lost }) });
  }
  return changes;
};

/** The bit of {@link OrgOutcome} for a changed parent. */
const PARENT_BIT = 4;
