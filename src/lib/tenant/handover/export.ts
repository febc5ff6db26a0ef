import type { HandoverEnd, HandoverRequest, ResourceState } from "../../contract/index.ts";
import { LAST_PART } from "../../contract/route.ts";
import { Failure } from "../../errors/index.ts";
import { SUMMARY, RESOURCE_NAMES, pathOfResource, resourceOf, type ResourceName } from "../../handover/resources.ts";
import { ROOT_ORG_NAME } from "../../model/organisation.ts";
import { text } from "../../text/index.ts";
import { may, readsContacts, scopeOf as visibleTo } from "../policy/check.ts";
import { READING } from "../policy/routes.ts";
import type { Session } from "../session.ts";
import { readKnown } from "../accounts/administrator-rows.ts";
import { auditHead } from "../audit/records.ts";
import { consoleFiles, type TalliedFile } from "./exports/csv.ts";
import { newTally, recordLines, type Tally } from "./exports/records.ts";
import { summaryOf } from "./exports/summary.ts";
import { recordsWith } from "../store/lists.ts";
import { ORGS } from "../records/org-rows.ts";
import { visibleColumns } from "../store/scope.ts";
import type { Piece, PieceStart, Reader, Store } from "../store/store.ts";
import { readTenantName, readMirrored } from "../records/tenant-rows.ts";
import { orgNumber } from "../vpp/vpp-rows.ts";

const isResource = (name: string): name is ResourceName => (RESOURCE_NAMES as readonly string[]).includes(name);

/** @throws Failure `usage` for a name that is no resource's */
const resourcesNamed = (names: readonly string[]): readonly ResourceName[] =>
  names.map((name) => {
    if (isResource(name)) return name;
    const all = RESOURCE_NAMES.join(", ");
    throw new Failure("usage", {
      what: text(`no resource is named ${name}`, `「${name}」というリソースはありません`),
      where: "only",
      hint: text(`resources: ${all}`, `リソース: ${all}`),
    });
  });

/** Of a resource that is to be exported `exported`; how many records it has is known in the end. */
const plannedStates = (
  { asker }: Pick<Session, "asker">,
  { only, scope, audit = false }: HandoverRequest,
): ReadonlyMap<ResourceName, ResourceState> => {
  const wanted = only === undefined ? undefined : resourcesNamed(only);
  const stateOf = (name: ResourceName): ResourceState => {
    const {
      [name]: [needs, ofOrgs = false],
    } = READING;
    const isWanted = wanted?.includes(name) ?? (resourceOf(name).optional !== true || audit);
    if (!isWanted || (scope !== undefined && !ofOrgs)) return "left-out";
    return may(asker, needs) ? "exported" : "not-permitted";
  };
  return new Map(RESOURCE_NAMES.map((name) => [name, stateOf(name)]));
};

/** The tenant as who asks sees it, or of that one organisation with all below it. @throws Failure `not-found` */
const storeOf = async ({ store, asker }: Session, scope: string | undefined): Promise<Store> => {
  if (scope === undefined) return store;
  const pk = await store.read((reader) => orgNumber(reader, scope));
  if (pk === undefined) {
    throw new Failure("not-found", { what: text(`no organisation ${scope}`, `組織 ${scope} はありません`) });
  }
  return store.within({
    orgs: [pk],
    kinds: [],
    secured: false,
    accounts: may(asker, READING.accounts[0]),
    contacts: readsContacts(asker),
  });
};

/** What an export gives: the starts of its parts, each before the bytes of its part, and what the parts are kept apart by. */
export interface ExportedParts {
  readonly content: ReadableStream<PieceStart | Uint8Array>;
  /** a text that is in none of them */
  readonly boundary: string;
}

const BOUNDARY_BYTES = 18;

const scopeOf = async (reader: Reader, scope: string | undefined): Promise<HandoverEnd["scope"]> => {
  const [org] = scope === undefined ? [] : await recordsWith(reader, ORGS, [scope]);
  return org === undefined ? null : { id: org.id, path: org.path === "" ? ROOT_ORG_NAME : org.path };
};

/** The tables of which some columns are not seen by everybody, by their resources. */
const RESERVED_TABLES = { tenant: "tenant_profile", renewals: "renewal_item" } as const satisfies Partial<
  Readonly<Record<ResourceName, string>>
>;

/** Returns the fields of exported resources that who asks may not see, or not in every record. */
const hiddenFrom = (
  { asker }: Pick<Session, "asker">,
  tallies: ReadonlyMap<ResourceName, Tally>,
): Readonly<Record<string, string[]>> => {
  const scope = visibleTo(asker);
  const changed = scope === undefined ? {} : visibleColumns(scope);
  return Object.fromEntries(
    Object.entries(RESERVED_TABLES).flatMap(([name, table]) => {
      const fields = Object.keys(changed[table] ?? {});
      return fields.length === 0 || !tallies.has(name as ResourceName) ? [] : [[name, fields]];
    }),
  );
};

/** What all parts come to, once they are streamed. */
const endOf = async (
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
  const head = may(asker, READING.audit[0]) ? await auditHead(reader, "main.audit") : undefined;
  return {
    tenant: await readTenantName(reader),
    mirroredAt: await readMirrored(reader),
    scope: org,
    administratorsKnown: (await readKnown(reader, "users")).knownAt !== null,
    partial: org === null && reader.isPartial,
    hidden: hiddenFrom({ asker }, tallies),
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
 * The tenant's resources from one snapshot, as the parts of a bundle: each resource's records, the console's files, a
 * summary, and last what all of it came to. Nothing is written, no record of the audit either: an export is the same again.
 *
 * Records name only what is in the part of the tenant that is exported: the organisation above the topmost is null, and
 * managed organisations outside are left out. Records of a resource that is left out are named by their ids.
 *
 * @throws Failure `usage` for a name that is no resource's, `not-found` for an organisation that is not seen
 */
export const exportAll = async (session: Session, request: HandoverRequest): Promise<ExportedParts> => {
  const states = plannedStates(session, request);
  const { scope, csv = true, newline = "crlf" } = request;
  const store = await storeOf(session, scope);
  const names = RESOURCE_NAMES.filter((name) => states.get(name) === "exported");
  const tallies = new Map(names.map((name): [ResourceName, Tally] => [name, newTally()]));
  const content = await store.pieces(async (reader) => {
    const pieces: Piece[] = [];
    // while they are streamed nothing can be derived any more
    const org = await scopeOf(reader, scope);
    for (const [name, tally] of tallies) {
      pieces.push({ name: pathOfResource(name), content: await recordLines(reader, name, tally) });
    }
    const files = csv ? await consoleFiles(reader, names, newline) : [];
    pieces.push(...files);
    pieces.push(
      { name: SUMMARY, content: (own) => summaryOf(own, names) },
      {
        name: LAST_PART,
        content: async (own) => `${JSON.stringify(await endOf(own, session, { states, tallies, files, org }))}\n`,
      },
    );
    return pieces;
  });
  return { content, boundary: `clomoctl-${Buffer.from(session.surroundings.random(BOUNDARY_BYTES)).toString("hex")}` };
};
