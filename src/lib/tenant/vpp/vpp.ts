import { line, step } from "../../advice/index.ts";
import type { Renewable } from "../../apple/index.ts";
import { readRenewables } from "../../apple/index.ts";
import { openVppToken } from "../../apple/vpp-token.ts";
import { fetchClientConfig } from "../../apple/vpp/client.ts";
import { Failure } from "../../errors/index.ts";
import { ROOT_ORG_NAME } from "../../model/organisation.ts";
import type { RenewalItem } from "../../model/renewal.ts";
import { SIMULATOR_COMMANDS, type AdeEndpoint } from "../../model/ade.ts";
import { getKeyMark } from "../../model/sealed.ts";
import { APPLE_VPP_URL, VPP_TOKEN, type VppLocationRecord, type VppTokenRecord } from "../../model/vpp-token.ts";
import type { Check } from "../../renewals/replacement/check.ts";
import { judgeReplacement } from "../../renewals/replacement/index.ts";
import { text, type Text } from "../../text/index.ts";
import { getCurrentInstant } from "../ids.ts";
import type { Session } from "../session.ts";
import { findRecords } from "../store/lists.ts";
import { ORG_LIST } from "../records/org-rows.ts";
import { listRenewalItems } from "../renewals/renewal-rows.ts";
import type { Reader } from "../store/store.ts";
import {
  findVppToken,
  hasRootToken,
  isRootOrg,
  readVppTokens,
  findOrgNumber,
  saveVppToken,
  type StoredVppToken,
} from "./vpp-rows.ts";
import { CONSOLE_STEPS, requireAppleServer, refuseMirror, refuseSimulated, type AppleAccess } from "../ade/guard.ts";
import { listSealedSecrets } from "../ade/sealed.ts";
import { storeOwnExpiry } from "../renewals/renewals.ts";

const VPP_TOKEN_KIND = "vpp-token";

/** Returns the purpose for sealing a token. A token that is sealed for one organisation is unusable for another. */
const sealPurposeOf = (orgId: string): string => `${VPP_TOKEN_KIND} ${orgId}`;

/** An organisation that has a content token or is about to get one. */
interface TokenOrg {
  readonly pk: number;
  readonly id: string;
  /** path of the organisation; 全社 for the root */
  readonly name: string;
}

/** Returns the organisation with an id. @throws Failure `not-found` */
const getTokenOrg = async (reader: Reader, id: string): Promise<TokenOrg> => {
  const pk = await findOrgNumber(reader, id);
  const [org] = pk === undefined ? [] : await findRecords(reader, ORG_LIST, id);
  if (pk !== undefined && org !== undefined) return { pk, id, name: isRootOrg(pk) ? ROOT_ORG_NAME : org.path };
  throw new Failure("not-found", {
    what: text(`no organisation has the id "${id}"`, `ID が「${id}」の組織はありません`),
  });
};

const toVppTokenRecord = ({ id, name }: TokenOrg, stored: StoredVppToken): VppTokenRecord => ({
  orgId: id,
  org: name,
  location: stored.location,
  organisation: stored.organisation,
  expiresAt: stored.expiresAt,
  simulated: stored.simulated === 1,
  fingerprint: stored.fingerprint,
  setAt: stored.setAt,
  setBy: stored.setBy,
});

/** Lists the content tokens: the token of 全社 first, then the others by the path of their organisation. */
export const listVppTokenRecords = (session: Session): Promise<VppTokenRecord[]> =>
  session.read(async (reader) => {
    const found: VppTokenRecord[] = [];
    for (const { orgId, ...stored } of await readVppTokens(reader))
      found.push(toVppTokenRecord(await getTokenOrg(reader, orgId), stored));
    const [root, others] = [found.slice(0, 1), found.slice(1)];
    return [...root, ...others.toSorted((one, other) => (one.org < other.org ? -1 : 1))];
  });

/** The file of a content token, and how to set the token. */
export interface VppTokenFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly otherLocation?: boolean | undefined;
  /** true to seal the token with a new key if the former key is lost */
  readonly startOver?: boolean | undefined;
  readonly dryRun?: boolean | undefined;
}

/** The result of setting a content token. */
export interface SetVppTokenResult {
  readonly unchanged: boolean;
  readonly before: VppTokenRecord | null;
  readonly after: VppTokenRecord;
  readonly warnings: Text[];
  readonly dryRun: boolean;
}

/**
 * Sets the content token of an organisation, and records the expiry of the token.
 *
 * @throws Failure `not-permitted` in a mirror; `not-found`; `input-rejected` if the token of 全社 is not set yet, if
 * the new token has expired or is older than the current token, if it is for another location and
 * `describeOtherLocation` is not set, or if it was created by a simulator and the endpoint is not a simulator
 * @see facts 3.5
 */
export const setVppToken = async (
  { session, sealing }: { readonly session: Session; readonly sealing: Pick<AppleAccess["sealing"], "seal"> },
  orgId: string,
  file: VppTokenFile,
): Promise<SetVppTokenResult> => {
  const kept = await session.read(async (reader) => {
    await refuseMirror(reader, CONSOLE_STEPS.vpp);
    return listSealedSecrets(reader, file.startOver);
  });
  const { token, simulated } = openVppToken(file);
  const [next] = readRenewables(file);
  if (next === undefined) throw new TypeError("the file of a content token must contain exactly one renewable item");
  const sealed = await sealing.seal(sealPurposeOf(orgId), token, kept);
  const { dryRun = false } = file;
  const change = { action: "vpp.set", locks: ["vpp", "renewals"], dryRun };
  return session.change<SetVppTokenResult>(change, async (writer) => {
    const { endpoint } = await refuseMirror(writer, CONSOLE_STEPS.vpp);
    const org = await getTokenOrg(writer, orgId);
    const stored = await findVppToken(writer, org.pk);
    const before = stored === undefined ? null : toVppTokenRecord(org, stored);
    const { fingerprint, expiresAt, organisation } = next.expiring;
    if (before !== null && stored?.fingerprint === fingerprint) {
      if (getKeyMark(stored.token) !== getKeyMark(sealed)) {
        // the key that sealed the token was lost: if the same file is set again, the token is sealed with the current
        // key
        await saveVppToken(writer, { ...stored, token: sealed }, getCurrentInstant(session.surroundings));
        const result = { unchanged: false, before, after: before, warnings: [], dryRun };
        return { result, objects: [{ thing: VPP_TOKEN.name, id: org.id, name: org.name }], before, after: before };
      }
      return { result: { unchanged: true, before, after: before, warnings: [], dryRun }, objects: [] };
    }
    if (simulated) refuseSimulated({ endpoint }, file.name);
    if (!isRootOrg(org.pk) && !(await hasRootToken(writer))) throw createRootTokenMissingFailure(org.name);
    const others = (await readVppTokens(writer)).filter((other) => other.org !== org.pk);
    const same = others.find((other) => other.fingerprint === fingerprint);
    if (same !== undefined) throw createOtherOrgFailure(file.name, org, await getTokenOrg(writer, same.orgId));
    const warnings = checkTokenReplacement({ stored, org, next }, { session, file, endpoint });
    const recorded = simulated ? undefined : await findRecordedItem(writer, org, fingerprint);
    const expiry = { organisation, expiresAt, fingerprint };
    const own = { kind: VPP_TOKEN_KIND, name: `VPP ${org.name}`, ...expiry, simulated } as const;
    const renewal = await storeOwnExpiry(writer, session, stored?.renewal ?? recorded?.id ?? null, own);
    const now: StoredVppToken = {
      org: org.pk,
      token: sealed,
      ...expiry,
      location: locationOf(next),
      simulated: Number(simulated),
      setAt: getCurrentInstant(session.surroundings),
      setBy: session.actor,
      renewal,
    };
    await saveVppToken(writer, now, now.setAt);
    const after = toVppTokenRecord(org, now);
    return {
      result: { unchanged: false, before, after, warnings, dryRun },
      objects: [{ thing: VPP_TOKEN.name, id: org.id, name: org.name }],
      before: before ?? undefined,
      after,
    };
  });
};

/**
 * Returns the renewal item that was recorded by hand for the token, if any. If only one content token is recorded as a
 * renewal item, it also counts as the token of 全社.
 */
const findRecordedItem = async (
  reader: Reader,
  { pk }: TokenOrg,
  fingerprint: string,
): Promise<RenewalItem | undefined> => {
  const items = (await listRenewalItems(reader)).filter(({ kind }) => kind === VPP_TOKEN_KIND);
  const ofFile = items.find((item) => item.fingerprint === fingerprint);
  return ofFile ?? (isRootOrg(pk) && items.length === 1 ? items[0] : undefined);
};

const locationOf = ({ evidence }: Renewable): string | null => (evidence.of === "vpp-token" ? evidence.location : null);

const createTokenFailure = (what: Text, where: string, hint?: Text): Failure =>
  new Failure("input-rejected", { what, where, hint });

/**
 * Creates the failure for a token that is already set for another organisation. Each token is for one location and
 * cannot be shared.
 */
const createOtherOrgFailure = (file: string, { name }: TokenOrg, other: TokenOrg): Failure =>
  createTokenFailure(
    text(
      `this content token is already set for ${other.name}; nothing was set for ${name}`,
      `このサービストークンは「${other.name}」に設定済みです。「${name}」には何も設定していません`,
    ),
    file,
    text(
      `specify the token of another location for ${name}; to list the tokens that are already set: ${line("vpp tokens list", [])}`,
      `「${name}」用の別の場所のトークンを指定してください。設定済みのトークンの一覧: ${line("vpp tokens list", [])}`,
    ),
  );

/** Creates the failure for setting the token of another organisation before the token of 全社. @see facts 3.5 */
const createRootTokenMissingFailure = (name: string): Failure =>
  createTokenFailure(
    text(
      `全社 does not have a content token yet; set the token of 全社 before the token of ${name}`,
      `「全社」のサービストークンがまだありません。「${name}」より先に「全社」に設定してください`,
    ),
    "--org",
    text(
      `to set the token of 全社: ${line("vpp tokens set", ["FILE"], { org: "全社" })}`,
      `「全社」に設定するには: ${line("vpp tokens set", ["FILE"], { org: "全社" })}`,
    ),
  );

interface TokenReplacement {
  readonly stored: StoredVppToken | undefined;
  readonly org: TokenOrg;
  readonly next: Renewable;
}

/**
 * Checks whether a token may replace the current token. Returns warnings about what could not be verified. @throws
 * Failure `input-rejected` if the token may not replace the current token
 */
function checkTokenReplacement(
  { stored, org, next }: TokenReplacement,
  {
    session,
    file,
    endpoint,
  }: { readonly session: Session; readonly file: VppTokenFile; readonly endpoint: AdeEndpoint | null },
): Text[] {
  const current =
    stored === undefined
      ? null
      : {
          expiring: {
            kind: VPP_TOKEN_KIND,
            name: org.name,
            expiresAt: stored.expiresAt,
            validFrom: null,
            certainty: "exact",
            fingerprint: stored.fingerprint,
            topic: null,
            organisation: stored.organisation,
          } as const,
          evidence: { of: VPP_TOKEN_KIND, location: stored.location } as const,
        };
  const now = new Date(session.surroundings.now());
  // the caller has already checked whether a token of a simulator is allowed
  const { checks, leftToCheck } = judgeReplacement(current, next, { now, strict: false, simulator: true });
  const bad = (...ids: readonly Check["id"][]): Check | undefined =>
    checks.find(({ id, outcome }) => ids.includes(id) && outcome === "bad");
  const stale = bad("validity") ?? bad("expiry");
  if (stale !== undefined) throw createTokenFailure(stale.what, file.name, describeDownload(endpoint));
  const other = bad("organisation", "location");
  if (other !== undefined && file.otherLocation !== true)
    throw createTokenFailure(other.what, file.name, describeOtherLocation(org));
  const isKnown = (id: Check["id"]): boolean => id !== "kind" && (id !== "location" || stored?.location !== null);
  const doubtful = checks.filter(({ id }) => leftToCheck.includes(id) && isKnown(id));
  return [...(other === undefined ? [] : [other]), ...doubtful].map(({ what }) => what);
}

const DOWNLOAD_HINT = text(
  "download the token again in Apple Business Manager (Content tokens)",
  "Apple Business Manager の「コンテンツトークン」からダウンロードし直してください",
);

const describeDownload = (endpoint: AdeEndpoint | null): Text => {
  if (endpoint?.kind !== "simulator") return DOWNLOAD_HINT;
  const line = SIMULATOR_COMMANDS.vppToken(endpoint.url);
  return text(
    `get a new token from the simulator: ${line}`,
    `シミュレーターから新しいトークンを取得してください: ${line}`,
  );
};

const describeOtherLocation = ({ name }: TokenOrg): Text =>
  text(
    `specify the token of the same location; if ${name} is to use another location, add --other-location`,
    `同じ場所のトークンを指定してください。「${name}」で使う場所を変える場合は --other-location を付けてください`,
  );

/**
 * Asks Apple for the location of an organisation's token, and for the MDM that holds the location. Nothing is changed.
 *
 * @throws Failure `not-found` if the organisation does not have a token; `input-rejected` if no endpoint is set, if the
 * endpoint is neither Apple nor a simulator, or if the endpoint is Apple and the token comes from a simulator or vice
 * versa; `not-permitted` in a mirror, or if Apple does not accept the token; `unavailable`
 */
export const checkVppToken = async (
  { session, apple }: { readonly session: Session; readonly apple: AppleAccess },
  orgId: string,
  signal?: AbortSignal,
): Promise<VppLocationRecord> => {
  const { org, stored, endpoint } = await session.read(async (reader) => {
    const guarded = await requireAppleServer(reader, CONSOLE_STEPS.vpp);
    const found = await getTokenOrg(reader, orgId);
    return { org: found, stored: await findVppToken(reader, found.pk), endpoint: guarded.endpoint };
  });
  if (stored === undefined) throw createMissingTokenFailure(org);
  if (endpoint.kind === "other") throw createUnsupportedEndpointFailure(endpoint);
  if (stored.simulated === 1) refuseSimulated({ endpoint }, org.name);
  else if (endpoint.kind === "simulator") throw createAppleTokenFailure(org);
  const token = await apple.sealing.unseal(sealPurposeOf(org.id), stored.token);
  const { now } = session.surroundings;
  const { wait, program } = apple;
  const base = endpoint.kind === "apple" ? APPLE_VPP_URL : endpoint.url;
  const simulator = endpoint.kind === "simulator";
  const told = await fetchClientConfig(
    { base, send: await apple.send(), now, wait, program, simulator, signal },
    token,
  );
  const { locationName, tokenExpiresAt: expiresAt, mdmInfo } = told;
  return {
    orgId: org.id,
    org: org.name,
    locationName,
    expiresAt,
    heldBy: mdmInfo === null ? null : mdmInfo.name === "" ? mdmInfo.id : mdmInfo.name,
  };
};

const createMissingTokenFailure = ({ name }: TokenOrg): Failure => {
  const command = line("vpp tokens set", ["FILE"], { org: name });
  return new Failure("not-found", {
    what: text(`${name} does not have a content token`, `「${name}」にサービストークンはありません`),
    hint: step("to set a token", "トークンを設定するには", command),
  });
};

/**
 * Creates the failure for an endpoint that is neither Apple nor a simulator. Requests to the device service are only
 * signed with the secrets of a server token, but a content token itself would be sent, although the administrator chose
 * this server only for devices.
 */
const createUnsupportedEndpointFailure = ({ url }: AdeEndpoint): Failure =>
  createTokenFailure(
    text(
      `the endpoint ${url} is neither Apple nor a simulator, so content tokens are not sent to it`,
      `接続先 ${url} は Apple でもシミュレーターでもないため、サービストークンを送信しません`,
    ),
    "ade endpoint",
    text(
      `select Apple or a simulator as the endpoint: ${line("ade endpoint set", [], { apple: true })}, or --simulator URL`,
      `Apple かシミュレーターを接続先にしてください: ${line("ade endpoint set", [], { apple: true })} または --simulator URL`,
    ),
  );

/** Creates the failure for a token from Apple if the endpoint is a simulator. The token is sent only to Apple. */
const createAppleTokenFailure = ({ name }: TokenOrg): Failure =>
  createTokenFailure(
    text(
      `the endpoint is a simulator, but the token of ${name} is from Apple; it is not sent to the simulator`,
      `接続先はシミュレーターですが、「${name}」のトークンは Apple のものです。シミュレーターには送信しません`,
    ),
    "ade endpoint",
    text(
      `to select Apple as the endpoint: ${line("ade endpoint set", [], { apple: true })}`,
      `Apple を接続先にするには: ${line("ade endpoint set", [], { apple: true })}`,
    ),
  );
