import { decidePairs } from "../../staging/pairs.ts";
import type { ExistingOrg, LocalOrgs, OrgBits, OrgOutcome, OrgRow, OrgTreePlan } from "../../staging/org-tree.ts";
import { codeKey, nameKey } from "../../../../model/normalise.ts";
import { ORG } from "../../../../model/organisation.ts";
import { getVersionSchema } from "../../../versions/keep.ts";
import { buildDifferingBitsSql, buildPossibleStatesSql } from "../../../console/observed.ts";
import type { Database, Row } from "../../../store/sqlite/database.ts";
import { readLastNumber } from "../commit.ts";
import type { PlanDefinition } from "../stored-kind.ts";
import { reportContestedRows } from "./report.ts";
import {
  AMBIGUOUS_TABLE,
  buildIsReferencedByDriftSql,
  DELETED_HERE_TABLE,
  LEFT_OUT_TARGET,
  MERGED_TABLE,
} from "./tables.ts";

// Merges an export of organisations with the touched fields. The organisations are matched as a tree, in memory; what
// the rows show is then stored like that of other records.

// The first three columns in versions have the same bits as `OrgBits`: 1 name, 2 code, 4 parent.
const ALL_ORG_BITS: OrgBits = 7;

const ORG_VERSIONS = getVersionSchema(ORG.name);

type OrgValues = Pick<ExistingOrg, "name" | "code" | "parent">;

/** An organisation that was touched here, with the states that it may have in the console. */
interface TouchedOrg {
  readonly org: ExistingOrg;
  readonly isHere: boolean;
  readonly inConsole: boolean;
  /** the bits in which it differs from what the console showed last */
  readonly differing: OrgBits;
  readonly touched: OrgBits;
  readonly states: readonly OrgValues[];
}

const toStringOrNull = (value: Row[string] | undefined): string | null =>
  value === null || value === undefined ? null : String(value);

/** Returns values of an organisation: the columns in `bits` come from a row, the others from `org`. */
const toOrgValues = (row: Row, bits: OrgBits, org: OrgValues | undefined): OrgValues => ({
  name: org === undefined || (bits & 1) !== 0 ? String(row["name"]) : org.name,
  code: org === undefined || (bits & 2) !== 0 ? toStringOrNull(row["code"]) : org.code,
  parent: org !== undefined && (bits & 4) === 0 ? org.parent : row["parent"] === null ? null : Number(row["parent"]),
});

const readTouchedOrgs = (database: Database, orgs: readonly ExistingOrg[]): readonly TouchedOrg[] => {
  const local = new Map(orgs.map((org) => [org.pk, org]));
  const states = Map.groupBy(
    database.all(
      `select pk, mask & ${ALL_ORG_BITS} as bits, name, code, parent from (${buildPossibleStatesSql(ORG_VERSIONS, "select pk from main.org_observed")})`,
    ),
    ({ pk }) => Number(pk),
  );
  return database
    .all(
      `select o.pk, o.inConsole, o.touched & ${ALL_ORG_BITS} as touched, o.name, o.code, o.parent,
         t.pk is not null as isHere, ${buildDifferingBitsSql(ORG_VERSIONS)} & ${ALL_ORG_BITS} as differing
       from main.org_observed o left join main.org t on t.pk = o.pk order by o.pk`,
    )
    .map((row) => {
      const pk = Number(row["pk"]);
      const [here, touched] = [local.get(pk), Number(row["touched"])];
      const org = { pk, ...toOrgValues(row, here && row["inConsole"] === 0 ? 0 : touched, here), users: 0, devices: 0 };
      return {
        org,
        isHere: here !== undefined,
        inConsole: row["inConsole"] === 1,
        differing: row["inConsole"] === 1 ? Number(row["differing"]) : ALL_ORG_BITS,
        touched,
        states: (states.get(pk) ?? []).map((state) => toOrgValues(state, Number(state["bits"]), org)),
      };
    });
};

/** Groups the keys that `keysOf` returns for each organisation. */
const groupByKey = (
  touched: readonly TouchedOrg[],
  keysOf: (one: TouchedOrg) => readonly string[],
): ReadonlyMap<string, readonly TouchedOrg[]> => {
  const pairs = touched.flatMap((one) => [...new Set(keysOf(one))].map((key) => [key, one] as const));
  return new Map([...Map.groupBy(pairs, ([key]) => key)].map(([key, all]) => [key, all.map(([, one]) => one)]));
};

const getCodeKey = ({ code }: { readonly code: string | null }): string | undefined =>
  code === null ? undefined : codeKey(code);

const matchRowsByCode = (
  touched: readonly TouchedOrg[],
  rows: readonly OrgRow[],
  orgs: readonly ExistingOrg[],
): Pick<LocalOrgs, "decided" | "ambiguous"> => {
  const holders = new Map(orgs.map((org) => [getCodeKey(org), org]));
  const byCode = groupByKey(
    touched.filter((one) => (one.touched & 2) !== 0),
    ({ states }) => states.flatMap((state) => getCodeKey(state) ?? []),
  );
  const keyed = rows.flatMap((row) => {
    const key = getCodeKey(row);
    return key === undefined ? [] : [{ row, those: byCode.get(key) ?? [], holder: holders.get(key) }];
  });
  const isCalled = ({ name }: OrgRow, states: readonly OrgValues[]): boolean =>
    name !== null && states.some((state) => nameKey(state.name) === nameKey(name));
  const pairs = keyed.flatMap(({ row, those, holder }) => {
    if (those.length === 0) return [];
    const certain = holder === undefined || those.some(({ org }) => org.pk === holder.pk) ? [] : [holder];
    return [
      ...those.map(({ org, isHere, inConsole, states }) => ({
        pk: org.pk,
        isUnknown: !isHere && !inConsole,
        agreeing: isCalled(row, states) ? 1 : 0,
      })),
      ...certain.map((org) => ({ pk: org.pk, isUnknown: false, agreeing: isCalled(row, [org]) ? 1 : 0 })),
    ].map((one) => ({ ...one, row: row.row }));
  });
  const { decided, contested } = decidePairs(pairs);
  const seen = new Set(decided.values());
  // while the codes of two organisations are swapped in the console, one of them has a temporary code
  const unseen = touched.filter(
    ({ org, isHere, inConsole, touched: bits }) => isHere && inConsole && (bits & 2) !== 0 && !seen.has(org.pk),
  );
  const ambiguous = keyed.flatMap(({ row, those, holder }) => {
    const others = contested.get(row.row);
    const known = others?.size === 0 ? [holder?.pk ?? []].flat() : [...(others ?? [])];
    const temporary =
      those.length > 0 || holder !== undefined ? [] : unseen.filter(({ states }) => isCalled(row, states));
    const pks = [...known, ...temporary.map(({ org }) => org.pk)];
    return pks.length === 0 ? [] : [[row.row, pks] as const];
  });
  return { decided, ambiguous: new Map(ambiguous) };
};

export interface OrgMerge {
  readonly local: LocalOrgs;
  readonly touched: readonly TouchedOrg[];
}

/** Finds out what may be in the console for the organisations that were touched here. */
export const buildOrgMerge = (
  database: Database,
  { kind }: PlanDefinition,
  { rows, orgs }: { readonly rows: readonly OrgRow[]; readonly orgs: readonly ExistingOrg[] },
): OrgMerge => {
  const touched = readTouchedOrgs(database, orgs);
  const needed = database.all(`select t.pk from main.${ORG.name} t where ${buildIsReferencedByDriftSql(kind)}`);
  const kept = touched.filter(({ isHere }) => isHere).map(({ org }) => org.pk);
  const places = groupByKey(touched, ({ states }) =>
    states.every(({ code }) => code !== null)
      ? []
      : states.flatMap(({ parent }) => states.map(({ name }) => `${parent}/${nameKey(name)}`)),
  );
  return {
    touched,
    local: {
      kept: new Set([...kept, ...needed.map(({ pk }) => Number(pk))]),
      moved: new Set(touched.filter(({ differing }) => (differing & 5) !== 0).map(({ org }) => org.pk)),
      open: new Map(touched.filter(({ isHere }) => isHere).map((one) => [one.org.pk, one.touched])),
      ...matchRowsByCode(touched, rows, orgs),
      places: new Map([...places].map(([place, all]) => [place, all.map(({ org }) => org.pk)])),
      deleted: touched.filter(({ isHere }) => !isHere).map(({ org }) => org),
      unknown: new Set(touched.filter(({ isHere, inConsole }) => !isHere && !inConsole).map(({ org }) => org.pk)),
    },
  };
};

const INSERT_MERGED_SQL = `insert into ${MERGED_TABLE} (pk, row, isNew, shown, differing, open, barred, name, nameKey, code, codeKey, parent)
  values (:pk, :row, :isNew, :shown, :differing, :open, :barred, :name, nullif(:nameKey, :name), :code, nullif(:codeKey, :code), :parent)
  on conflict do nothing`;

/** Stores what a row shows. @param base the highest record number; a new organisation gets this number plus its row */
const storeMergedOrg = (
  database: Database,
  { row, target, exported }: OrgOutcome,
  one: TouchedOrg | undefined,
  { inPlace, base }: Pick<OrgTreePlan, "inPlace"> & { readonly base: number },
): void => {
  if (exported === undefined || target === undefined) return;
  const { name, code, shown, differing, parent } = exported;
  database.run(INSERT_MERGED_SQL, {
    pk: target,
    row,
    isNew: one?.inConsole === false ? 1 : 0,
    shown,
    differing,
    open: one?.differing ?? 0,
    barred: inPlace.has(row) ? differing & 4 : 0,
    name,
    nameKey: nameKey(name),
    code,
    codeKey: code === null ? null : codeKey(code),
    parent: "org" in parent ? parent.org : base + parent.row,
  });
};

export const storeMergedOrgs = (database: Database, plan: PlanDefinition, tree: OrgTreePlan, merge: OrgMerge): void => {
  const of = { inPlace: tree.inPlace, base: readLastNumber(database, "orgs") };
  const byPk = new Map(merge.touched.map((one) => [one.org.pk, one]));
  for (const outcome of tree.outcomes) storeMergedOrg(database, outcome, byPk.get(outcome.target ?? -1), of);
  for (const { row, target = LEFT_OUT_TARGET } of tree.deleted) {
    database.run(`insert into ${DELETED_HERE_TABLE} (pk, row) values (:target, :row)`, { target, row });
    database.run("update s.match set target = :none where row = :row", { row, none: LEFT_OUT_TARGET });
  }
  for (const row of tree.leftOut)
    database.run("insert into s.match (row, target, changed) values (:row, :none, 0)", { row, none: LEFT_OUT_TARGET });
  const contested = [...tree.ambiguous].flatMap(([row, pks]) => pks.map((pk) => [row, pk] as const));
  for (const pk of new Set(contested.map(([, one]) => one)))
    database.run(`insert into ${AMBIGUOUS_TABLE} values (:pk)`, { pk });
  reportContestedRows(database, plan, JSON.stringify(contested));
};
