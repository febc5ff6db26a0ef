import { quoteIdentifier, THEN } from "../../../sql/forms.ts";
import type { ImportRecord } from "../../../imports/record.ts";
import type { Database } from "../../database.ts";
import { proceeding } from "../functions.ts";
import { wasTable, type StoredKind } from "../stored-kind.ts";
import { kindNamed } from "../tables.ts";

/** A committed import, by what the tenant keeps of it. */
export interface Committed {
  /** the number of its plan */
  readonly pk: number;
  /** its number */
  readonly change: number;
  readonly kind: StoredKind;
  /** the revision its commit gave to the records it wrote */
  readonly revision: number;
  /** the records it created have the numbers above `madeAfter`, up to `madeUpTo` */
  readonly madeAfter: number;
  readonly madeUpTo: number;
}

export const committedOf = ({ pk, change, kind, revision, madeAfter, madeUpTo }: ImportRecord): Committed => ({
  pk,
  change: change ?? 0,
  kind: kindNamed(kind),
  revision: revision ?? -1,
  madeAfter: madeAfter ?? 0,
  madeUpTo: madeUpTo ?? 0,
});

/** The parameters of the statements about an import. */
export const params = ({ kind, ...committed }: Committed) => ({ ...committed, kind: kind.name });

/** SQL: true if the import created the record. @param pk SQL of its number */
export const isMade = (pk: string): string => `(${pk} > :madeAfter and ${pk} <= :madeUpTo)`;

/** SQL: true if the import changed or deleted the record. @param pk SQL of its number */
export const isKept = (
  kind: Pick<StoredKind, "thing">,
  pk: string,
  action: "update" | "delete" | "any" = "any",
): string =>
  `exists (select 1 from ${wasTable(kind)} kept where kept.import = :pk and kept.pk = ${pk}
    ${action === "any" ? "" : `and kept.action = '${action}'`})`;

/** SQL: the records of a kind that the import changed or deleted, as they were before. */
export const changes = (kind: StoredKind): string =>
  `select * from ${wasTable(kind)} where import = :pk and ${proceeding("pk")}`;

/** SQL: the records that the import created, of those that are there. */
export const made = (kind: StoredKind): string =>
  `select t.pk from ${kind.thing.name} t where ${isMade("t.pk")} and ${proceeding("t.pk")}`;

/** The references of which the import may have created records. */
export const createdBy = ({ kind }: Pick<Committed, "kind">) =>
  kind.references.filter(({ refers }) => refers.creates !== undefined);

/** The devices that an import of other records took from their owners, as if an import of devices had; undefined if there are none. */
export const releasedIn = (database: Database, committed: Committed): Committed | undefined => {
  const devices = kindNamed("devices");
  if (committed.kind.thing === devices.thing) return undefined;
  const count = database.count(`select count(*) from ${wasTable(devices)} where import = :pk`, { pk: committed.pk });
  return count === 0 ? undefined : { ...committed, kind: devices, madeAfter: 0, madeUpTo: 0 };
};

/** SQL: the records of another thing, `:entity`, that the import created because rows name them. */
export const CREATED = "select target from import_created where import = :pk and entity = :entity";

/**
 * SQL: for each record that an import wrote, the next one that wrote it again: it kept the record as the first had left
 * it.
 */
const LATER = `create temp table if not exists later (import integer, pk integer, next integer,
  primary key (import, pk)) without rowid`;

/** Fills `temp.later` for all that an import wrote. */
export const findLater = (database: Database, committed: Committed): void => {
  const was = wasTable(committed.kind);
  database.exec(LATER);
  database.exec("delete from temp.later");
  database.run(
    `insert into temp.later select :pk, w.pk, i.pk from import i ${THEN} ${was} w on w.import = i.pk
     where i.revision > :revision and ${proceeding("w.pk")} and (${isMade("w.pk")} or ${isKept(committed.kind, "w.pk")})
     order by i.revision on conflict do nothing`,
    params(committed),
  );
};

/** SQL: joins to events `e` (`import`, `pk`) the record as it was before, `c`, and as it was left, in `l` or else in `t`. */
export const joinVersions = (kind: StoredKind): string => {
  const was = wasTable(kind);
  return `left join ${was} c on c.import = e.import and c.pk = e.pk
    left join temp.later x on x.import = e.import and x.pk = e.pk
    left join ${was} l on l.import = x.next and l.pk = e.pk
    left join ${kind.thing.name} t on t.pk = e.pk`;
};

/** SQL: a column of a record as it was before the import. */
export const before = (column: string): string => `c.${quoteIdentifier(column)}`;

/** SQL: a column of a record as the import left it. */
export const left = (column: string): string =>
  `case when x.next is null then t.${quoteIdentifier(column)} else l.${quoteIdentifier(column)} end`;

/** SQL: whether a field has different values in two versions of a record; removed custom fields count for nothing. */
export const differs = (
  { stored, merge }: StoredKind["fields"][number],
  one: (column: string) => string,
  other: (column: string) => string,
): string => {
  const different = `${one(stored)} is distinct from ${other(stored)}`;
  if (merge !== "custom") return different;
  return `(${different} and exists (select 1 from custom_field f where ${customValue(one(stored))} is distinct from ${customValue(other(stored))}))`;
};

/** SQL: the value of the custom field `f`. @param custom SQL of a record's values */
export const customValue = (custom: string): string => `${custom} ->> cast(f.pk as text)`;
