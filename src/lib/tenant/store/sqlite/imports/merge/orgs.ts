import { Pairs } from "../../../../../imports/pairs.ts";
import type { ExistingOrg, LocalOrgs, OrgBits, OrgRow, OrgTreePlan } from "../../../../../imports/org-tree.ts";
import { codeKey, nameKey } from "../../../../../model/normalise.ts";
import { ORG } from "../../../../../model/organisation.ts";
import { versionsOf } from "../../../../versions/keep.ts";
import { bitOf } from "../../../../versions/tables.ts";
import { PRESENCE } from "../../../../console/observed.ts";
import type { Database, Row } from "../../database.ts";
import { lastNumber } from "../commit.ts";
import { AMBIGUOUS, DELETED_HERE, keepContradicted, MERGED, NO_RECORD } from "./tables.ts";

// The merge of an export of organisations with the local and the observed state: see `tables.ts`. They are compared as a
// tree, in memory.

const FIELDS = ["name", "code", "parent"] as const;
const ALL_BITS: OrgBits = 7;

const [NAME_BIT = 1, CODE_BIT = 2, PARENT_BIT = 4] = FIELDS.map((name) => Number(bitOf(versionsOf(ORG.name), name)));

/** The bits of {@link OrgBits} for those of versions. */
const orgBits = (mask: number): OrgBits =>
  ((mask & NAME_BIT) === 0 ? 0 : 1) + ((mask & CODE_BIT) === 0 ? 0 : 2) + ((mask & PARENT_BIT) === 0 ? 0 : 4);

/** The bits of a stored mask, which is wider than what numbers shift. */
const bitsIn = (mask: unknown): OrgBits => orgBits(Number(BigInt(Number(mask)) & 0xffffn));

/** The bits of versions for those of {@link OrgBits}. */
const versionBits = (bits: OrgBits): number =>
  ((bits & 1) === 0 ? 0 : NAME_BIT) + ((bits & 2) === 0 ? 0 : CODE_BIT) + ((bits & 4) === 0 ? 0 : PARENT_BIT);

/** An organisation as the console last showed it. */
interface ObservedOrg {
  readonly org: ExistingOrg;
  readonly isHere: boolean;
  readonly inConsole: boolean;
  readonly open: OrgBits;
  readonly confirmed: OrgBits;
  readonly since: number;
}

const optional = (value: Row[string] | undefined): string | null =>
  value === null || value === undefined ? null : String(value);

const valuesOf = (row: Row): Pick<ExistingOrg, "name" | "code" | "parent"> => ({
  name: String(row["name"]),
  code: optional(row["code"]),
  parent: row["parent"] === null ? null : Number(row["parent"]),
});

const readObserved = (database: Database): readonly ObservedOrg[] => {
  const value = (name: string, bit: number): string =>
    `case when t.pk is null or o.differs & ${bit} <> 0 then o.${name} else t.${name} end as ${name}`;
  const values = [value("name", NAME_BIT), value("code", CODE_BIT), value("parent", PARENT_BIT)];
  return database
    .all(
      `select o.pk, o.inConsole, o.differs, o.confirmed, o.since, t.pk is not null as isHere, ${values.join(", ")}
       from main.org_observed o left join main.org t on t.pk = o.pk order by o.pk`,
    )
    .map((row) => ({
      org: { pk: Number(row["pk"]), ...valuesOf(row), users: 0, devices: 0 },
      isHere: row["isHere"] === 1,
      inConsole: row["inConsole"] === 1,
      open: row["inConsole"] === 1 ? bitsIn(row["differs"]) : ALL_BITS,
      confirmed: bitsIn(row["confirmed"]),
      since: Number(row["since"]),
    }));
};

/** The entries whose key only one has. */
const unique = (entries: readonly (readonly [string, number])[]): ReadonlyMap<string, number> => {
  const byKey = Map.groupBy(entries, ([key]) => key);
  return new Map([...byKey.values()].flatMap(([one, ...others]) => (one && others.length === 0 ? [one] : [])));
};

/** A file, and the organisations that it is compared with. */
interface Compared {
  readonly rows: readonly OrgRow[];
  readonly orgs: readonly ExistingOrg[];
}

/** An organisation with observed state, and all states in which the console may have it, the local one last. */
interface PossibleOrg extends ObservedOrg {
  readonly states: readonly OrgValues[];
}

/** Decides which rows belong to organisations for which the console may have another code than they have here. */
const decideCodes = (
  possible: readonly PossibleOrg[],
  { rows, orgs }: Compared,
): Pick<LocalOrgs, "decided" | "leftOut" | "ambiguous"> => {
  const local = new Map(orgs.map((org) => [org.pk, org]));
  const states = new Map(possible.map((one) => [one.org.pk, one.states]));
  const byCode = new Map<string, Set<number>>();
  for (const one of possible) {
    if (one.isHere && (one.open & 2) === 0) continue;
    for (const { code } of one.states)
      if (code !== null) byCode.set(codeKey(code), (byCode.get(codeKey(code)) ?? new Set()).add(one.org.pk));
  }
  const certain = new Map(orgs.flatMap((org) => (org.code === null ? [] : [[codeKey(org.code), org] as const])));
  const isConfirmed = new Set(possible.filter(({ confirmed }) => (confirmed & 2) !== 0).map(({ org }) => org.pk));
  const pairs = new Pairs((pk) => local.has(pk));
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
  const isHeld = (row: number): boolean => certain.has(codeKey(codeOf.get(row) ?? ""));
  return {
    decided: new Map(pairs.decided),
    leftOut: new Set([...pairs.ambiguous.keys(), ...pairs.others.filter(isHeld)]),
    ambiguous: new Set([...pairs.ambiguous.values()].flatMap((records) => [...records])),
  };
};

/** The places in which the console may have an organisation without a code. */
const placesOf = ({ org, states }: PossibleOrg): readonly (readonly [string, number])[] => {
  if (!states.some(({ code }) => code === null)) return [];
  const [names, parents] = [states.map(({ name }) => nameKey(name)), states.map(({ parent }) => parent)];
  const places = parents.flatMap((parent) => names.map((name) => `${parent}/${name}`));
  return [...new Set(places)].map((place) => [place, org.pk] as const);
};

/** Returns what was changed here of organisations since the console last showed them. */
export const readLocalOrgs = (database: Database, file: Compared): LocalOrgs => {
  const local = new Map(file.orgs.map((org) => [org.pk, org]));
  const observed = readObserved(database).map((one) => ({
    ...one,
    states: [...candidatesOf(database, one), ...[local.get(one.org.pk) ?? []].flat()],
  }));
  return {
    open: new Map(observed.filter(({ isHere }) => isHere).map(({ org, open }) => [org.pk, open])),
    ...decideCodes(observed, file),
    places: unique(observed.flatMap(placesOf)),
    deleted: observed.filter(({ isHere }) => !isHere).map(({ org }) => org),
  };
};

/** Stores what the rows of an export show of organisations that were changed here. */
export const keepMergedOrgs = (database: Database, tree: OrgTreePlan, local: LocalOrgs): void => {
  const observed = new Map(readObserved(database).map((one) => [one.org.pk, one]));
  const base = lastNumber(database, "orgs");
  for (const { row, target, exported } of tree.outcomes) {
    const one = target === undefined ? undefined : observed.get(target);
    if (exported === undefined || one === undefined) continue;
    const parent = "org" in exported.parent ? exported.parent.org : base + exported.parent.row;
    const { name, code, shown, differing } = exported;
    const asked = candidatesOf(database, one).map((values) => differingFrom(values, { name, code, parent }));
    const isAsked = (bit: number): boolean => asked.some((bits) => (bits & bit) === 0);
    const against = [1, 2, 4].filter((bit) => (one.open & differing & bit) !== 0 && !isAsked(bit));
    database.run(
      `insert into ${MERGED} (pk, row, isNew, shown, differing, open, contradicted, name, nameKey, code, codeKey, parent)
       values (:pk, :row, :isNew, :shown | ${PRESENCE}, :differing, :open, :contradicted, :name, :nameKey, :code,
         :codeKey, :parent) on conflict do nothing`,
      {
        pk: one.org.pk,
        row,
        isNew: one.inConsole ? 0 : 1,
        shown: versionBits(shown),
        differing: versionBits(differing),
        open: versionBits(one.open & shown),
        contradicted: versionBits(against.reduce((sum, bit) => sum + bit, 0)),
        name,
        nameKey: beside(name, nameKey(name)),
        code,
        codeKey: code === null ? null : beside(code, codeKey(code)),
        parent,
      },
    );
  }
  keepContradicted(database, versionsOf(ORG.name));
  const deleted = new Set(local.deleted.map(({ pk }) => pk));
  for (const [row, pk] of tree.matched) {
    if (!deleted.has(pk)) continue;
    database.run(`insert into ${DELETED_HERE} values (:pk, :row)`, { pk, row });
    database.run("update s.match set target = :none where row = :row", { row, none: NO_RECORD });
  }
  for (const row of local.leftOut)
    database.run("insert into s.match (row, target, changed) values (:row, :none, 0)", { row, none: NO_RECORD });
  for (const pk of local.ambiguous) database.run(`insert into ${AMBIGUOUS} values (:pk)`, { pk });
};

const beside = (value: string, key: string): string | null => (key === value ? null : key);

type OrgValues = Pick<ExistingOrg, "name" | "code" | "parent">;

const differingFrom = (one: OrgValues, other: OrgValues): OrgBits =>
  (one.name === other.name ? 0 : 1) + (one.code === other.code ? 0 : 2) + (one.parent === other.parent ? 0 : 4);

/** The states in which the console may have been left: the observed one, and all since. */
const candidatesOf = (database: Database, { org, since, inConsole }: ObservedOrg): readonly OrgValues[] => {
  const versions = database.all(
    "select changed, name, code, parent from main.org_version where pk = :pk and revision > :since order by revision",
    { pk: org.pk, since },
  );
  const states = versions.map((version): OrgValues => {
    const bits = bitsIn(version["changed"]);
    const { name, code, parent } = valuesOf(version);
    return {
      // what it did not change is no value of it
      name: (bits & 1) === 0 ? org.name : name,
      code: (bits & 2) === 0 ? org.code : code,
      parent: (bits & 4) === 0 ? org.parent : parent,
    };
  });
  return inConsole ? [org, ...states] : states;
};
