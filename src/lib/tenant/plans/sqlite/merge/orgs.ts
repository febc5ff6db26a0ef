import { CandidatePairs } from "../../staging/pairs.ts";
import type {
  ExistingOrg,
  ExportedOrg,
  LocalOrgs,
  OrgBits,
  OrgOutcome,
  OrgRow,
  OrgTreePlan,
  PossiblePlace,
} from "../../staging/org-tree.ts";
import { codeKey, nameKey } from "../../../../model/normalise.ts";
import { ORG, parseOrgPath } from "../../../../model/organisation.ts";
import { getVersionSchema } from "../../../versions/keep.ts";
import { buildDroppedVersionsSql } from "../../../console/exported.ts";
import { PRESENCE_BIT, buildStatesSinceSql } from "../../../console/observed.ts";
import { ORDERED_JOIN } from "../../../store/sql/forms.ts";
import type { Database, Row } from "../../../store/sqlite/database.ts";
import { readLastNumber } from "../commit.ts";
import { buildRecordLabelSql } from "../expressions.ts";
import { recordFinding } from "../findings.ts";
import type { PlanDefinition } from "../stored-kind.ts";
import { reportAmbiguousRows } from "./report.ts";
import {
  AMBIGUOUS_TABLE,
  DELETED_HERE_TABLE,
  HELD_TABLE,
  IS_CONTRADICTED_BY_ABSENCE_SQL,
  buildIsReferencedByDriftSql,
  keepEarlierContradictions,
  MERGED_TABLE,
  LEFT_OUT_TARGET,
  prefersConsole,
} from "./tables.ts";

// Merges an export of organisations with the local and the observed state (see `tables.ts`). The organisations are
// compared as a tree, in memory.

// The first three columns in versions have the same bits as `OrgBits`: 1 name, 2 code, 4 parent.
const ALL_ORG_BITS: OrgBits = 7;

interface ObservedOrg {
  readonly org: ExistingOrg;
  readonly isHere: boolean;
  readonly inConsole: boolean;
  /** true if the organisation was deleted locally and a user confirmed that it was deleted in the console, too */
  readonly isGone: boolean;
  /** true if an export without the organisation contradicts a local change */
  readonly isExpected: boolean;
  readonly open: OrgBits;
  readonly confirmed: OrgBits;
}

const toStringOrNull = (value: Row[string] | undefined): string | null =>
  value === null || value === undefined ? null : String(value);

const toOrgValues = (row: Row): Pick<ExistingOrg, "name" | "code" | "parent"> => ({
  name: String(row["name"]),
  code: toStringOrNull(row["code"]),
  parent: row["parent"] === null ? null : Number(row["parent"]),
});

const readObservedOrgs = (database: Database): readonly ObservedOrg[] => {
  const values = ["name", "code", "parent"].map(
    (name, at) => `case when t.pk is null or o.differs & ${2 ** at} <> 0 then o.${name} else t.${name} end as ${name}`,
  );
  return database
    .all(
      `select o.pk, o.inConsole, o.differs & ${ALL_ORG_BITS} as open, o.confirmed & ${ALL_ORG_BITS} as confirmed, o.confirmed & ${PRESENCE_BIT} <> 0 as isGone, t.pk is not null as isHere, ${IS_CONTRADICTED_BY_ABSENCE_SQL} as isExpected, ${values.join(", ")}
       from main.org_observed o left join main.org t on t.pk = o.pk order by o.pk`,
    )
    .map((row) => ({
      org: { pk: Number(row["pk"]), ...toOrgValues(row), users: 0, devices: 0 },
      isHere: row["isHere"] === 1,
      inConsole: row["inConsole"] === 1,
      isGone: row["isGone"] === 1,
      isExpected: row["isExpected"] === 1,
      open: row["inConsole"] === 1 ? Number(row["open"]) : ALL_ORG_BITS,
      confirmed: Number(row["confirmed"]),
    }));
};

interface OrgMergeInput {
  readonly rows: readonly OrgRow[];
  readonly orgs: readonly ExistingOrg[];
}

/**
 * An organisation with its observed state and all states that it may have in the console. The local state is the last
 * one.
 */
interface PossibleOrg extends ObservedOrg {
  readonly states: readonly OrgValues[];
}

const buildPlaceKey = (path: string | null, name: string | null = null): string =>
  JSON.stringify([...(parseOrgPath(path ?? "") ?? []), ...(name === null ? [] : [name])].map((one) => nameKey(one)));

/**
 * Finds rows with unknown codes that may belong to organisations whose codes were changed locally and that no row shows
 * under a known code. Such a row appears if the codes of two organisations are swapped in the console, because one
 * organisation needs a temporary code in between.
 *
 * @param placed returns the organisations of the other rows, by their places
 */
const findTemporaryCodes = (
  unknown: readonly OrgRow[],
  unseen: readonly PossibleOrg[],
  {
    local,
    states,
    placed,
  }: {
    readonly local: ReadonlyMap<number, ExistingOrg>;
    readonly states: ReadonlyMap<number, readonly OrgValues[]>;
    readonly placed: () => ReadonlyMap<string, number>;
  },
): readonly (readonly [row: number, pks: readonly number[]])[] => {
  if (unknown.length === 0 || unseen.length === 0) return [];
  const byName = new Map<string, Set<PossibleOrg>>();
  for (const one of unseen)
    for (const { name } of one.states) byName.set(nameKey(name), (byName.get(nameKey(name)) ?? new Set()).add(one));
  const parents = placed();
  const isParent = ({ parentCode, parentPath }: OrgRow, { parent }: OrgValues): boolean => {
    const above = parent === null ? undefined : local.get(parent);
    if (above === undefined || above.parent === null) return parentCode === null && parentPath === null;
    const shown = parentPath === null ? undefined : parents.get(buildPlaceKey(parentPath));
    if (shown !== undefined) return shown === parent;
    const all = [above, ...(states.get(above.pk) ?? [])];
    if (parentCode !== null) return all.some(({ code }) => code !== null && codeKey(code) === codeKey(parentCode));
    const name = parseOrgPath(parentPath ?? "")?.at(-1);
    return name !== undefined && all.some((state) => nameKey(state.name) === nameKey(name));
  };
  return unknown.flatMap((row) => {
    const alike = [...(byName.get(nameKey(row.name ?? "")) ?? [])].filter((one) =>
      one.states.some((state) => isParent(row, state)),
    );
    return alike.length === 0 ? [] : [[row.row, alike.map(({ org }) => org.pk)] as const];
  });
};

const matchRowsByCode = (
  possible: readonly PossibleOrg[],
  { rows, orgs }: OrgMergeInput,
): Pick<LocalOrgs, "decided" | "ambiguous"> => {
  const local = new Map(orgs.map((org) => [org.pk, org]));
  const states = new Map(possible.map((one) => [one.org.pk, one.states]));
  const byCode = new Map<string, Set<number>>();
  for (const one of possible) {
    if (one.isHere && one.states.every(({ code }) => code === one.states.at(-1)?.code)) continue;
    for (const { code } of one.states)
      if (code !== null) byCode.set(codeKey(code), (byCode.get(codeKey(code)) ?? new Set()).add(one.org.pk));
  }
  const certain = new Map(orgs.flatMap((org) => (org.code === null ? [] : [[codeKey(org.code), org] as const])));
  const isConfirmed = new Set(
    possible
      .filter(({ confirmed, isHere, isGone }) => (isHere ? (confirmed & 2) !== 0 : isGone))
      .map(({ org }) => org.pk),
  );
  const pairs = new CandidatePairs((pk, other) => local.has(pk) && !local.has(other));
  const agrees = ({ name }: OrgRow, all: readonly OrgValues[]): boolean =>
    name !== null && all.some((state) => nameKey(state.name) === nameKey(name));
  for (const row of rows) {
    const key = row.code === null ? undefined : codeKey(row.code);
    const those = key === undefined ? undefined : byCode.get(key);
    if (key === undefined || those === undefined) continue;
    const holder = certain.get(key);
    for (const pk of new Set([...those, ...(holder === undefined ? [] : [holder.pk])]))
      pairs.add(row.row, pk, {
        agrees: agrees(row, states.get(pk) ?? [local.get(pk) ?? []].flat()),
        isDoubted: isConfirmed.has(pk) && local.get(pk)?.code !== row.code,
      });
  }
  pairs.decide();
  const codeOf = new Map(rows.map((row) => [row.row, row.code]));
  // rows whose possible organisations all belong to other rows, although a local organisation has the row's code
  const strangers = pairs.others.flatMap((row) => {
    const holder = certain.get(codeKey(codeOf.get(row) ?? ""));
    return holder === undefined ? [] : [[row, [holder.pk]] as const];
  });
  const ambiguous = [...pairs.ambiguous].map(([row, records]) => [row, [...records]] as const);
  const seen = new Set(pairs.decided.map(([, pk]) => pk));
  const unknown = rows.filter(({ code }) => code !== null && !byCode.has(codeKey(code)) && !certain.has(codeKey(code)));
  const unseen = possible.filter(
    ({ org, isHere, isGone, open }) => (isHere || !isGone) && (open & 2) !== 0 && !seen.has(org.pk),
  );
  const decided = new Map(pairs.decided);
  const placed = (): ReadonlyMap<string, number> =>
    new Map(
      rows.flatMap((row) => {
        const pk = decided.get(row.row) ?? certain.get(codeKey(row.code ?? ""))?.pk;
        return pk === undefined ? [] : [[buildPlaceKey(row.parentPath, row.name), pk] as const];
      }),
    );
  const temporary = findTemporaryCodes(unknown, unseen, { local, states, placed });
  return { decided, ambiguous: new Map([...ambiguous, ...strangers, ...temporary]) };
};

/** Returns the places where an organisation without a code may be in the console. */
const listPossiblePlaces = ({
  org,
  states,
  isHere,
  isGone,
  confirmed,
}: PossibleOrg): readonly (readonly [string, PossiblePlace])[] => {
  if (!states.some(({ code }) => code === null)) return [];
  const [names, parents] = [
    new Set(states.map(({ name }) => nameKey(name))),
    new Set(states.map(({ parent }) => parent)),
  ];
  const local = isHere ? states.at(-1) : undefined;
  // once a field is confirmed, the console no longer has any other value of this field
  const isDoubted = (parent: number | null, name: string): boolean => {
    if (local === undefined) return isGone;
    const differing =
      (name === nameKey(local.name) ? 0 : 1) + (local.code === null ? 0 : 2) + (parent === local.parent ? 0 : 4);
    return (confirmed & differing) !== 0;
  };
  return [...parents].flatMap((parent) =>
    [...names].map((name) => [`${parent}/${name}`, { pk: org.pk, isDoubted: isDoubted(parent, name) }] as const),
  );
};

const groupPossiblePlaces = (possible: readonly PossibleOrg[]): LocalOrgs["places"] => {
  const byPlace = Map.groupBy(possible.flatMap(listPossiblePlaces), ([place]) => place);
  return new Map([...byPlace].map(([place, all]) => [place, all.map(([, one]) => one)]));
};

const readOrgsWithDroppedTasks = (
  database: Database,
  local: ReadonlyMap<number, ExistingOrg>,
): readonly PossibleOrg[] => {
  const dropped = ["name", "code", "parent"]
    .map((column) => `select * from (${buildDroppedVersionsSql(getVersionSchema(ORG.name), column)})`)
    .join(" union ");
  const rows = database.all(
    `select pk, changed & ${ALL_ORG_BITS} as bits, name, code, parent from (${dropped}) v
     where not exists (select 1 from main.org_observed o where o.pk = v.pk) order by pk, revision`,
  );
  return [...Map.groupBy(rows, ({ pk }) => Number(pk))].flatMap(([pk, states]) => {
    const org = local.get(pk);
    if (org === undefined) return [];
    const agreed = {
      isHere: true,
      inConsole: true,
      isGone: false,
      isExpected: false,
      open: 0,
      confirmed: ALL_ORG_BITS,
    };
    return [{ ...agreed, org, states: [...states.map((state) => toOrgState(state, org)), org] }];
  });
};

export interface OrgMerge {
  readonly local: LocalOrgs;
  readonly possible: readonly PossibleOrg[];
  /** the fields whose local changes are discarded because the export contradicts them, by the organisation's `pk` */
  readonly givenUp: ReadonlyMap<number, OrgBits>;
}

/** Compares an export with the changes that were made to organisations locally since the last export. */
export const buildOrgMerge = (database: Database, plan: PlanDefinition, file: OrgMergeInput): OrgMerge => {
  const local = new Map(file.orgs.map((org) => [org.pk, org]));
  const possible = readObservedOrgs(database).map((one) => ({
    ...one,
    states: [...readCandidateStates(database, one), ...[local.get(one.org.pk) ?? []].flat()],
  }));
  const isKept = ({ isHere, isExpected }: PossibleOrg): boolean => isHere && !(isExpected && prefersConsole(plan));
  const all = [...possible, ...readOrgsWithDroppedTasks(database, local)];
  const held = database.all(`select t.pk from main.${ORG.name} t where ${buildIsReferencedByDriftSql(plan.kind)}`);
  return {
    possible,
    givenUp: new Map(),
    local: {
      kept: new Set(possible.filter(isKept).map(({ org }) => org.pk)),
      held: new Set(held.map(({ pk }) => Number(pk))),
      open: new Map(possible.filter(({ isHere }) => isHere).map(({ org, open }) => [org.pk, open])),
      ...matchRowsByCode(all, file),
      places: groupPossiblePlaces(all),
      deleted: possible.filter(({ isHere }) => !isHere).map(({ org }) => org),
    },
  };
};

/** An organisation as a row of an export shows it, compared with its local state. `pk` is its record number. */
interface ComparedOrg {
  readonly row: number;
  readonly pk: number;
  /**
   * the organisation with its observed state; undefined if the organisation agreed with the console before the export
   */
  readonly one: PossibleOrg | undefined;
  readonly exported: Omit<ExportedOrg, "parent"> & { readonly parent: number };
  readonly open: OrgBits;
  readonly contradicted: OrgBits;
}

/**
 * Compares an organisation in a row of an export with its possible states in the console.
 *
 * @param base the highest existing record number of an organisation. The record number of a new organisation is this
 * number plus the row number.
 */
const compareExportedOrg = (
  { row, target, exported }: OrgOutcome,
  { possible, local }: OrgMerge,
  { inPlace, base }: Pick<OrgTreePlan, "inPlace"> & { readonly base: number },
): ComparedOrg | undefined => {
  if (exported === undefined || target === undefined) return undefined;
  const one = possible.find(({ org }) => org.pk === target);
  const parent = "org" in exported.parent ? exported.parent.org : base + exported.parent.row;
  const open = one?.isHere === false ? ALL_ORG_BITS : (local.open.get(target) ?? 0) | (inPlace.has(row) ? 4 : 0);
  const states = (one?.states ?? []).map((values) => getDifferingBits(values, { ...exported, parent }));
  const isCandidate = (bit: number): boolean => states.some((bits) => (bits & bit) === 0);
  const contradicted = [1, 2, 4].filter((bit) => (open & exported.differing & bit) !== 0 && !isCandidate(bit));
  const bits = contradicted.reduce((sum, bit) => sum + bit, 0);
  return { row, pk: target, one, exported: { ...exported, parent }, open, contradicted: bits };
};

export const giveUpContradictedChanges = (database: Database, merge: OrgMerge, { outcomes }: OrgTreePlan): OrgMerge => {
  const of = { inPlace: new Set<number>(), base: readLastNumber(database, "orgs") };
  const compared = outcomes.flatMap((outcome) => compareExportedOrg(outcome, merge, of) ?? []);
  const givenUp = new Map(compared.map(({ pk, contradicted }) => [pk, contradicted]));
  const open = [...merge.local.open].map(([pk, bits]) => [pk, bits & ~(givenUp.get(pk) ?? 0)] as const);
  return { ...merge, givenUp, local: { ...merge.local, open: new Map(open) } };
};

const EXPORTED_ORG_COLUMNS = "name, nameKey, code, codeKey, parent";
const EXPORTED_ORG_VALUES = ":name, nullif(:nameKey, :name), :code, nullif(:codeKey, :code), :parent";

/** Returns the parameters of {@link EXPORTED_ORG_VALUES}, and the bits of the fields that the row shows. */
const toExportedOrgParams = ({ name, code, parent, shown }: ComparedOrg["exported"]) => ({
  name,
  nameKey: nameKey(name),
  code,
  codeKey: code === null ? null : codeKey(code),
  parent,
  shown,
});

export const storeMergedOrgs = (database: Database, plan: PlanDefinition, tree: OrgTreePlan, merge: OrgMerge): void => {
  const { givenUp } = merge;
  const { inPlace } = tree;
  const base = readLastNumber(database, "orgs");
  for (const outcome of tree.outcomes) {
    const compared = compareExportedOrg(outcome, merge, { inPlace, base });
    if (compared === undefined) continue;
    const { row, pk, one, open, contradicted, exported } = compared;
    const given = (givenUp.get(pk) ?? 0) & ~contradicted;
    database.run(
      `insert into ${MERGED_TABLE} (pk, row, isNew, shown, differing, open, contradicted, givenUp, ${EXPORTED_ORG_COLUMNS})
       values (:pk, :row, :isNew, :shown | ${PRESENCE_BIT}, :differing, :open, :contradicted, :given, ${EXPORTED_ORG_VALUES}) on conflict do nothing`,
      {
        pk,
        row,
        isNew: one?.inConsole === false ? 1 : 0,
        differing: exported.differing & ~given,
        open: open & exported.shown,
        contradicted,
        given,
        ...toExportedOrgParams(exported),
      },
    );
  }
  keepEarlierContradictions(database, getVersionSchema(ORG.name));
  for (const outcome of tree.deleted) {
    const { row, target = LEFT_OUT_TARGET } = outcome;
    const compared = compareExportedOrg(outcome, merge, { inPlace, base });
    database.run(`insert into ${DELETED_HERE_TABLE} (pk, row) values (:target, :row)`, { target, row });
    if (compared !== undefined)
      database.run(
        `update ${DELETED_HERE_TABLE} set shown = :shown, contradicted = :contradicted, (${EXPORTED_ORG_COLUMNS}) = (${EXPORTED_ORG_VALUES}) where pk = :pk`,
        { pk: compared.pk, contradicted: compared.contradicted, ...toExportedOrgParams(compared.exported) },
      );
    database.run("update s.match set target = :none where row = :row", { row, none: LEFT_OUT_TARGET });
  }
  for (const row of tree.leftOut)
    database.run("insert into s.match (row, target, changed) values (:row, :none, 0)", { row, none: LEFT_OUT_TARGET });
  for (const pk of new Set([...tree.ambiguous.values()].flat()))
    database.run(`insert into ${AMBIGUOUS_TABLE} values (:pk)`, { pk });
  for (const pk of tree.held) database.run(`insert into ${HELD_TABLE} values (:pk)`, { pk });
  reportAmbiguousRows(database, plan, tree.ambiguous);
  reportNewOrgCodes(database, plan, tree, merge);
};

/**
 * Warns about a new organisation if it has the name and parent of an organisation that was changed locally and that no
 * row of the export matches. The new organisation may be the missing organisation with a new code.
 */
const reportNewOrgCodes = (
  database: Database,
  plan: PlanDefinition,
  tree: OrgTreePlan,
  { possible }: OrgMerge,
): void => {
  const known = new Set([...tree.matched.values(), ...[...tree.ambiguous.values()].flat()]);
  const missing = possible.filter(({ org, isHere, inConsole }) => isHere && inConsole && !known.has(org.pk));
  const pairs = tree.outcomes.flatMap(({ row, target, code, name, parent }) => {
    if (target !== undefined || code === null || !("org" in parent)) return [];
    const isThat = (state: OrgValues): boolean =>
      state.code !== null && state.parent === parent.org && nameKey(state.name) === nameKey(name);
    const former = missing.find(({ states }) => states.some(isThat));
    return former === undefined ? [] : [{ row, pk: former.org.pk, code }];
  });
  if (pairs.length === 0) return;
  recordFinding(database, plan, {
    code: "org-new-code",
    severity: "warning",
    field: "code",
    select: `select r.row, r.line, null as col,
        json_object('org', ${buildRecordLabelSql(ORG)}, 'was', t.code, 'code', p.value ->> 'code') as params
      from json_each(:pairs) p ${ORDERED_JOIN} s.row r on r.row = p.value ->> 'row' ${ORDERED_JOIN} main.org t on t.pk = p.value ->> 'pk'
      where t.code is not null`,
    params: { pairs: JSON.stringify(pairs) },
  });
};

type OrgValues = Pick<ExistingOrg, "name" | "code" | "parent">;

const getDifferingBits = (one: OrgValues, other: OrgValues): OrgBits =>
  (one.name === other.name ? 0 : 1) + (one.code === other.code ? 0 : 2) + (one.parent === other.parent ? 0 : 4);

/**
 * Returns an earlier state of an organisation: the columns in `bits` come from `state`, the other values come from
 * `org`.
 */
const toOrgState = (state: Row, org: OrgValues): OrgValues => {
  const bits = Number(state["bits"]);
  const { name, code, parent } = toOrgValues(state);
  return {
    name: (bits & 1) === 0 ? org.name : name,
    code: (bits & 2) === 0 ? org.code : code,
    parent: (bits & 4) === 0 ? org.parent : parent,
  };
};

const readCandidateStates = (database: Database, { org, inConsole }: ObservedOrg): readonly OrgValues[] => {
  const since = `select mask & ${ALL_ORG_BITS} as bits, name, code, parent from (${buildStatesSinceSql(getVersionSchema(ORG.name), ":pk")}) order by place`;
  const states = database.all(since, { pk: org.pk }).map((state) => toOrgState(state, org));
  return inConsole ? [org, ...states] : states;
};
