import type { Newline } from "../../csv/records/record.ts";
import { Failure } from "../../errors/index.ts";
import { TENANT_FILE } from "../../handover/bundle/contents.ts";
import { RESOURCE_NAMES, pathOfResource, type ResourceName } from "../../handover/resources.ts";
import { ROOT_ORG_NAME } from "../../model/organisation.ts";
import { OPERATIONS, type Operation } from "../../model/role.ts";
import { text } from "../../text/index.ts";
import { isOperationPermitted, canReadContacts, buildScope as visibleTo } from "../policy/check.ts";
import { LAST_PART, type ExportedParts } from "../results.ts";
import type { Session } from "../session.ts";
import { readListConfirmation } from "../accounts/administrator-rows.ts";
import { readAuditHead } from "../audit/records.ts";
import { buildConsoleFiles, type TalliedFile } from "./exports/csv.ts";
import { createTally, buildRecordLines, type Tally } from "./exports/records.ts";
import { readRecordsById } from "../store/lists.ts";
import { ORG_LIST } from "../records/org-rows.ts";
import { buildVisibleColumns } from "../store/scope.ts";
import type { StreamPiece, Reader, Store } from "../store/store.ts";
import { readTenantName, readMirroredAt } from "../records/tenant-rows.ts";

const isResourceName = (name: string): name is ResourceName => (RESOURCE_NAMES as readonly string[]).includes(name);

/** Returns the resources with these names. @throws Failure `usage` if a name is not the name of a resource */
const resolveResourceNames = (names: readonly string[]): readonly ResourceName[] =>
  names.map((name) => {
    if (isResourceName(name)) return name;
    const all = RESOURCE_NAMES.join(", ");
    throw new Failure("usage", {
      what: text(`there is no resource "${name}"`, `「${name}」というリソースはありません`),
      where: "json.only",
      hint: text(`valid resources: ${all}`, `指定できるリソース: ${all}`),
    });
  });

/**
 * Returns the state of each resource: `exported` if it will be exported. Whether a resource is empty is known only at
 * the end.
 */
const determineResourceStates = (
  { asker }: Pick<Session, "asker">,
  { only, scope }: HandoverRequest,
): ReadonlyMap<ResourceName, ResourceState> => {
  const wanted = only === undefined ? undefined : resolveResourceNames(only);
  const stateOf = (name: ResourceName): ResourceState => {
    const [needs, ofOrgs]: ResourceReadRule = RESOURCE_READ_RULES[name];
    const isWanted = wanted?.includes(name) ?? true;
    if (!isWanted || (scope !== undefined && ofOrgs !== true)) return "left-out";
    return needs === null || isOperationPermitted(asker, needs) ? "exported" : "not-permitted";
  };
  return new Map(RESOURCE_NAMES.map((name) => [name, stateOf(name)]));
};

/**
 * Returns the store with the records that the acting account can see. If `scope` is given, the store is limited to that
 * organisation and all organisations below it. @throws Failure `not-found` if there is no such organisation
 */
const openStoreInScope = async ({ store, asker }: Session, scope: string | undefined): Promise<Store> => {
  if (scope === undefined) return store;
  const pk = await store.read(async (reader) => {
    const row = await reader.get("select pk from org where id = :id", { id: scope });
    return row && Number(row["pk"]);
  });
  if (pk === undefined) {
    throw new Failure("not-found", {
      what: text(`no organisation has the ID "${scope}"`, `ID が「${scope}」の組織はありません`),
    });
  }
  return store.within({
    orgs: [pk],
    kinds: [],
    secured: false,
    accounts: isOperationPermitted(asker, RESOURCE_READ_RULES.accounts[0]),
    contacts: canReadContacts(asker),
  });
};

export type ResourceState = "exported" | "empty" | "not-permitted" | "not-supported" | "left-out";

export interface HandoverRequest {
  /** names of the resources; default: all */
  readonly only?: readonly string[] | undefined;
  /** ID of an organisation: exports only what belongs to it or is below it */
  readonly scope?: string | undefined;
  /** true: adds `tenant.db`, a copy of the tenant without secrets, if the caller may do everything */
  readonly tenant?: boolean | undefined;
  /** false: leaves out the CSV files in the console's format */
  readonly csv?: boolean | undefined;
  /** line ending of the CSV files; default: crlf */
  readonly newline?: Newline | undefined;
}

/** The result of an export, sent as its last part. */
export interface HandoverEnd {
  readonly tenant: string;
  /** time when the tenant's data last came from the console; null if never */
  readonly mirroredAt: string | null;
  readonly scope: { readonly id: string; readonly path: string } | null;
  /** true: somebody has recorded who administers the tenant */
  readonly administratorsKnown: boolean;
  /** true: the caller can see only part of the tenant, so the export contains only this part */
  readonly partial: boolean;
  /** the fields, by resource, that the caller cannot see in some or all records; hidden values are null */
  readonly hidden: Readonly<Record<string, string[]>>;
  /** number of records of each resource that has a part, and of each CSV file, in the order of the parts */
  readonly records: Readonly<Record<string, number>>;
  readonly files: Readonly<Record<string, number>>;
  readonly states: Readonly<Record<string, ResourceState>>;
  /** time of the last change of any of the records */
  readonly lastUpdatedAt: string | null;
  /** the last audit record; null if there is none, or if the caller may not verify the audit log */
  readonly auditHead: { readonly seq: number; readonly hash: string } | null;
}

/**
 * The operation needed to read a resource of an export; null: none. `ofOrgs` is true if an export that is limited to
 * some organisations includes the resource, because it consists of organisations or belongs to them.
 */
export type ResourceReadRule = readonly [needs: Operation | null, ofOrgs?: true];

export const RESOURCE_READ_RULES = {
  tenant: [null],
  "account-settings": ["accounts.read"],
  // custom fields do not belong to an organisation, but users of all organisations have values in them
  "custom-fields": ["fields.read", true],
  orgs: ["orgs.read", true],
  // schemes do not belong to an organisation either, but they determine the permissions of accounts
  schemes: ["schemes.read", true],
  users: ["users.read", true],
  accounts: ["accounts.read", true],
  administrators: ["accounts.read", true],
  "secured-groups": ["secured.read"],
  "secured-users": ["secured.read"],
  devices: ["devices.read", true],
  "ade-server": ["apple.read"],
  "ade-devices": ["apple.read"],
  renewals: ["renewals.read"],
  answers: ["handover.read"],
  "console-tasks": ["console.read"],
} as const satisfies Readonly<Record<ResourceName, ResourceReadRule>>;

/** Returns true if the acting account may see everything: a copy contains the history and the audit log, too. */
const isEverythingPermitted = ({ asker }: Pick<Session, "asker">): boolean =>
  (Object.keys(OPERATIONS) as Operation[]).every((operation) => isOperationPermitted(asker, operation));

const readExportScope = async (reader: Reader, scope: string | undefined): Promise<HandoverEnd["scope"]> => {
  const [org] = scope === undefined ? [] : await readRecordsById(reader, ORG_LIST, [scope]);
  return org === undefined ? null : { id: org.id, path: org.path === "" ? ROOT_ORG_NAME : org.path };
};

/** For each resource, the table with columns that some accounts cannot see. */
const RESTRICTED_TABLES = { tenant: "tenant_profile", renewals: "renewal_item" } as const satisfies Partial<
  Readonly<Record<ResourceName, string>>
>;

/** Returns the fields of exported resources that the acting account cannot see, or can see only in some records. */
const listHiddenFields = (
  { asker }: Pick<Session, "asker">,
  tallies: ReadonlyMap<ResourceName, Tally>,
): Readonly<Record<string, string[]>> => {
  const scope = visibleTo(asker);
  const changed = scope === undefined ? {} : buildVisibleColumns(scope);
  return Object.fromEntries(
    Object.entries(RESTRICTED_TABLES).flatMap(([name, table]) => {
      const fields = Object.keys(changed[table] ?? {});
      return fields.length === 0 || !tallies.has(name as ResourceName) ? [] : [[name, fields]];
    }),
  );
};

/** Returns the content of the last part. Call this after all other parts have been streamed. */
const buildExportEnd = async (
  reader: Reader,
  { asker }: Pick<Session, "asker">,
  {
    states,
    tallies,
    files,
    org,
  }: {
    readonly states: ReadonlyMap<ResourceName, ResourceState>;
    readonly tallies: ReadonlyMap<ResourceName, Tally>;
    readonly files: readonly TalliedFile[];
    readonly org: HandoverEnd["scope"];
  },
): Promise<HandoverEnd> => {
  const dates = [...tallies.values()].flatMap(({ updatedAt }) => updatedAt ?? []);
  const head = isOperationPermitted(asker, "audit.verify") ? await readAuditHead(reader) : undefined;
  return {
    tenant: await readTenantName(reader),
    mirroredAt: await readMirroredAt(reader),
    scope: org,
    administratorsKnown: (await readListConfirmation(reader, "users")).knownAt !== null,
    partial: org === null && reader.isPartial,
    hidden: listHiddenFields({ asker }, tallies),
    records: Object.fromEntries([...tallies].map(([name, { records }]) => [name, records])),
    files: Object.fromEntries(files.map(({ name, tally }) => [name, tally.records])),
    states: Object.fromEntries(
      [...states].map(([name, state]) => [name, tallies.get(name)?.records === 0 ? "empty" : state]),
    ),
    lastUpdatedAt: dates.toSorted().at(-1) ?? null,
    auditHead: head === undefined ? null : { seq: head.seq, hash: head.hash },
  };
};

/**
 * Exports the tenant's resources from a single snapshot as the parts of a bundle: the records of each resource, the
 * files for the console, and finally the totals. Nothing is written, not even an audit record, so that
 * another export has the same content. If the tenant changes between its copy and the snapshot, both are made again.
 *
 * Records refer only to records in the exported part of the tenant: the parent of the topmost organisation is null, and
 * managed organisations outside that part are left out. References to records of a resource that is not exported are
 * kept, with their ids.
 *
 * @throws Failure `usage` if a name is not the name of a resource, `not-found` if the acting account cannot see the
 * organisation
 */
export const exportAll = async (session: Session, request: HandoverRequest): Promise<ExportedParts<HandoverEnd>> => {
  const states = determineResourceStates(session, request);
  const { scope, csv = true, newline = "crlf" } = request;
  const store = await openStoreInScope(session, scope);
  const names = RESOURCE_NAMES.filter((name) => states.get(name) === "exported");
  const tallies = new Map(names.map((name): [ResourceName, Tally] => [name, createTally()]));
  const copy = request.tenant === true && isEverythingPermitted(session) ? await session.store.copy() : undefined;
  let isOutdated = false;
  const content = await store.pieces(async (reader) => {
    const pieces: StreamPiece[] = [];
    // derived tables cannot be created while parts are being streamed
    const org = await readExportScope(reader, scope);
    for (const [name, tally] of tallies) {
      pieces.push({ name: pathOfResource(name), content: await buildRecordLines(reader, name, tally) });
    }
    const files = csv ? await buildConsoleFiles(reader, names, newline) : [];
    pieces.push(...files);
    if (copy !== undefined) pieces.push({ name: TENANT_FILE, content: copy });
    isOutdated = copy !== undefined && (await readAuditHead(reader))?.hash !== copy.auditHead?.hash;
    pieces.push({
      name: LAST_PART,
      content: async (own) =>
        `${JSON.stringify(await buildExportEnd(own, session, { states, tallies, files, org }))}\n`,
    });
    return pieces;
  });
  if (isOutdated) {
    await content.cancel();
    return exportAll(session, request);
  }
  return { content };
};
