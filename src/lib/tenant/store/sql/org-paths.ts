import { formatOrgPath } from "../../../model/organisation.ts";
import { THEN } from "./forms.ts";

/** A stored organisation of some time. */
export interface OrgNode {
  readonly pk: number;
  /** null of 全社 */
  readonly parent: number | null;
  readonly name: string;
}

/**
 * SQL: the organisations as they were before an import, `:import`, as far as imports keep that, those that it deleted among
 * them; `kept`: the number of the import that kept it so, which may be that one itself, null if it stands so.
 */
export const ORGS_BEFORE = `with own as (select pk, id, parent, name from org_was where import = :import),
  later as (select pk, id, parent, name, kept from (
    select w.pk, w.id, w.parent, w.name, i.pk as kept, min(i.revision) from import o
      ${THEN} import i on i.revision > o.revision ${THEN} org_was w on w.import = i.pk
    where o.pk = :import and not exists (select 1 from own x where x.pk = w.pk) group by w.pk) first)
  select pk, id, parent, name, :import as kept from own
  union all select pk, id, parent, name, kept from later
  union all select pk, id, parent, name, null from org t
    where not exists (select 1 from own x where x.pk = t.pk) and not exists (select 1 from later x where x.pk = t.pk)`;

/** The node of a row of {@link ORGS_BEFORE}. */
export const orgNodeOf = ({ pk, parent, name }: Readonly<Record<string, unknown>>): OrgNode => ({
  pk: Number(pk),
  parent: parent === null ? null : Number(parent),
  name: String(name),
});

/** The path of each of some organisations, among which are all above it; those of which one is not there have none. */
export const pathsOf = (nodes: Iterable<OrgNode>): ReadonlyMap<number, string> => {
  const all = new Map([...nodes].map((node) => [node.pk, node]));
  const paths = new Map<number, string>();
  for (const { pk } of all.values()) {
    const names: string[] = [];
    let at = all.get(pk);
    while (at !== undefined && at.parent !== null && names.length <= all.size) {
      names.unshift(at.name);
      at = all.get(at.parent);
    }
    if (at?.parent === null) paths.set(pk, formatOrgPath(names));
  }
  return paths;
};
