import { ACCOUNT } from "../../nouns/account.ts";
import { buildNamesakesSql, ROOT_ORG_NUMBER } from "../ledger/org-rows.ts";
import { FORMAT_NAMES, type FormatName, RECORD_TYPES } from "../../nouns/index.ts";
import { DEVICE } from "../../nouns/device.ts";
import { buildKindDefinition } from "../ledger/kinds.ts";
import type { Format } from "../../derived/format.ts";
import { FORMATS } from "../../derived/formats.ts";
import { ORG } from "../../nouns/organisation.ts";
import type { RecordType } from "../../model/thing.ts";
import { USER } from "../../nouns/user.ts";
import { ORG_MANAGERS_SQL } from "../ledger/account-rows.ts";
import { UNIQUE_LIST_TABLES } from "../ledger/record-rows.ts";
import { checkDeviceOwners, buildIsOwnerFixedSql } from "./device-rules.ts";
import { buildOrgPathSql, toFormatWithOrgNames, toKindWithOrgNames } from "./org-naming.ts";
import { placeOrgRows, resolveOrgTreeFaults } from "./org-tree.ts";
import {
  buildStoredKind,
  type ReferringTable,
  type StoredKind,
  type ThingTable,
  IS_ABSENT_SQL,
  getDeletionTable,
  UNDELETABLE_TABLE,
  type PlanDefinition,
} from "./stored-kind.ts";
import { createNotOpenFailure } from "./import-failures.ts";
import type { ImportRecord } from "../ledger/import-rows.ts";
import type { StoredRequest } from "../ledger/import-request.ts";
import { buildIsKeptLocallySql } from "./merge-tables.ts";
import { belongsToOrg, buildIsInScope } from "../ledger/scope.ts";

const SPECIAL_TABLES: readonly ThingTable[] = [
  { thing: USER, claims: UNIQUE_LIST_TABLES[USER.name], secretSetAt: "accountPasswordSetAt" },
  {
    thing: ORG,
    usual: ROOT_ORG_NUMBER,
    made: { parent: String(ROOT_ORG_NUMBER), name: "n.value", nameKey: "nullif(n.key, n.value)", updatedAt: ":now" },
    taken: {
      code: "org-name-taken",
      is: (key) => `exists (select 1 from ${buildNamesakesSql(String(ROOT_ORG_NUMBER), key)})`,
    },
    tree: { place: placeOrgRows, settle: resolveOrgTreeFaults },
    called: buildOrgPathSql,
  },
  {
    thing: DEVICE,
    check: checkDeviceOwners,
    checkedRules: ["device-account"],
    isReferenceFixed: buildIsOwnerFixedSql,
  },
];

/** Prevents deletions of organisations, but is not in files. */
const MANAGERS: ReferringTable = { thing: ACCOUNT, column: "org", rows: ORG_MANAGERS_SQL };

const findReferringColumns = ({ name }: RecordType, formats: readonly Format[]) => {
  const holders = formats.flatMap((format) =>
    buildKindDefinition(format)
      .fields.filter(({ merge, refers }) => merge === "reference" && refers?.to === name)
      .map(({ stored }) => ({ thing: format.thing, column: stored })),
  );
  return holders.filter(
    ({ thing, column }, at) => holders.findIndex((other) => other.thing === thing && other.column === column) === at,
  );
};

export const buildThingTables = (
  formats: readonly Format[],
  further: readonly ThingTable[] = [],
): readonly ThingTable[] => {
  const known = [...SPECIAL_TABLES, ...further];
  const others = [...new Set([...RECORD_TYPES.values(), ...formats.map(({ thing }) => thing)])].filter((thing) =>
    known.every((table) => table.thing !== thing),
  );
  return [...known, ...others.map((thing) => ({ thing }))].map((table: ThingTable) => ({
    ...table,
    heldBy: [...findReferringColumns(table.thing, formats), ...(table.thing === ORG ? [MANAGERS] : [])].map(
      (holder) => ({
        ...holder,
        isReferenceFixed: known.find(({ thing }) => thing === holder.thing)?.isReferenceFixed,
      }),
    ),
  }));
};

const THING_TABLES = buildThingTables(Object.values(FORMATS));

export const getKindOfFormat = (format: Format): StoredKind => buildStoredKind(format, THING_TABLES);

export const getStoredKind = (name: FormatName): StoredKind => getKindOfFormat(FORMATS[name]);

export const getKindsOfThing = (thing: string): readonly StoredKind[] =>
  FORMAT_NAMES.filter((name) => FORMATS[name].thing.name === thing).map(getStoredKind);

/** An import deletes only records that are in scope, deletable and not changed locally. */
export const buildPlannedKind = (request: StoredRequest): StoredKind => {
  const { kind, scope, undeletable, fromConsole, mode, orgBy = "code" } = request;
  // names in an export of the console are replaced by codes before anything is compared
  const stored =
    orgBy === "code" || fromConsole === true
      ? getStoredKind(kind)
      : toKindWithOrgNames(getKindOfFormat(toFormatWithOrgNames(FORMATS[kind])));
  const isLocal = fromConsole === true ? `not ${buildIsKeptLocallySql(stored)}` : undefined;
  const inside = scope === undefined || !belongsToOrg(stored.thing) ? undefined : buildIsInScope(stored.thing);
  const isDeletable =
    undeletable === undefined ? undefined : `not exists (select 1 from s.${UNDELETABLE_TABLE} k where k.target = t.pk)`;
  const isAbsent = mode === "replace" ? IS_ABSENT_SQL : undefined;
  const isLacking = [stored.isLacking, inside, isDeletable, isLocal, isAbsent]
    .filter((one) => one !== undefined)
    .join(" and ");
  return { ...stored, isLacking };
};

export const buildComparisonDefinition = (record: ImportRecord): PlanDefinition => {
  const { state, detail } = record;
  const { request, staged } = detail;
  if (state !== "planned" || request === null || staged === null) throw createNotOpenFailure(record);
  return { kind: buildPlannedKind(request), request, staged };
};

export const buildPlanDefinition = (record: ImportRecord): PlanDefinition => {
  const { kind, ...plan } = buildComparisonDefinition(record);
  const isLacking = `${kind.inScope} and t.pk in (select target from ${getDeletionTable(kind.thing)})`;
  return { ...plan, kind: { ...kind, isLacking } };
};
