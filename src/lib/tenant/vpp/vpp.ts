import { line, step } from "../../advice/index.ts";
import type { Renewable } from "../../apple/index.ts";
import { readRenewables } from "../../apple/index.ts";
import { openVppToken } from "../../apple/vpp-token.ts";
import { clientConfig } from "../../apple/vpp/client.ts";
import { Failure } from "../../errors/index.ts";
import { ROOT_ORG_NAME } from "../../model/organisation.ts";
import type { RenewalItem } from "../../model/renewal.ts";
import { SIMULATOR_LINES, type AdeEndpoint } from "../../model/ade.ts";
import { sealedBy } from "../../model/sealed.ts";
import { APPLE_VPP, VPP_TOKEN, type VppLocationRecord, type VppTokenRecord } from "../../model/vpp-token.ts";
import type { Check } from "../../renewals/replacement/check.ts";
import { judgeReplacement } from "../../renewals/replacement/index.ts";
import { text, type Text } from "../../text/index.ts";
import { instant } from "../ids.ts";
import type { Session } from "../session.ts";
import { findRecords } from "../store/lists.ts";
import { ORGS } from "../records/org-rows.ts";
import { listItems } from "../renewals/renewal-rows.ts";
import type { Reader } from "../store/store.ts";
import { findVpp, hasRootToken, isRoot, listVpp, orgNumber, writeVpp, type StoredVpp } from "./vpp-rows.ts";
import { CONSOLE_STEPS, guardApple, refuseMirror, refuseSimulated, type AppleAccess } from "../ade/guard.ts";
import { keptSecrets } from "../ade/sealed.ts";
import { keepOwnRenewal } from "../renewals/renewals.ts";

const KIND = "vpp-token";

/** What a token is sealed for: one of an organisation opens as no other's. */
const purposeOf = (orgId: string): string => `${KIND} ${orgId}`;

/** An organisation that a token is for. */
interface TokenOrg {
  readonly pk: number;
  readonly id: string;
  /** its path; 全社 of the root */
  readonly name: string;
}

/** @throws Failure `not-found` */
const orgOf = async (reader: Reader, id: string): Promise<TokenOrg> => {
  const pk = await orgNumber(reader, id);
  const [org] = pk === undefined ? [] : await findRecords(reader, ORGS, id);
  if (pk !== undefined && org !== undefined) return { pk, id, name: isRoot(pk) ? ROOT_ORG_NAME : org.path };
  throw new Failure("not-found", { what: text(`no organisation ${id}`, `組織 ${id} はありません`) });
};

const shown = ({ id, name }: TokenOrg, stored: StoredVpp): VppTokenRecord => ({
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

/** The content tokens, that of 全社 first. */
export const listTokens = (session: Session): Promise<VppTokenRecord[]> =>
  session.read(async (reader) => {
    const found: VppTokenRecord[] = [];
    for (const { orgId, ...stored } of await listVpp(reader)) found.push(shown(await orgOf(reader, orgId), stored));
    const [root, others] = [found.slice(0, 1), found.slice(1)];
    return [...root, ...others.toSorted((one, other) => (one.org < other.org ? -1 : 1))];
  });

/** A token's file. */
export interface VppFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly otherLocation?: boolean | undefined;
  /** seals by another key than before, where that one was lost */
  readonly startOver?: boolean | undefined;
  readonly dryRun?: boolean | undefined;
}

/** What taking it over came to. */
export interface SetVpp {
  readonly unchanged: boolean;
  readonly before: VppTokenRecord | null;
  readonly after: VppTokenRecord;
  readonly warnings: Text[];
  readonly dryRun: boolean;
}

/**
 * Takes over the content token of an organisation, and records when it expires.
 *
 * @throws Failure `not-permitted` in a mirror; `input-rejected` where 全社 has none yet, it has expired or is older than the
 *   one before, is of another location and nobody said so, or of the simulator where the endpoint is none; `not-found`
 * @see facts 3.5
 */
export const setVppToken = async (
  { session, sealing }: { readonly session: Session; readonly sealing: Pick<AppleAccess["sealing"], "seal"> },
  orgId: string,
  file: VppFile,
): Promise<SetVpp> => {
  const kept = await session.read(async (reader) => {
    await refuseMirror(reader, CONSOLE_STEPS.vpp);
    return keptSecrets(reader, file.startOver);
  });
  const { token, simulated } = openVppToken(file);
  const [next] = readRenewables(file);
  if (next === undefined) throw new TypeError("a content token is one thing that expires");
  const sealed = await sealing.seal(purposeOf(orgId), token, kept);
  const { dryRun = false } = file;
  const change = { action: "vpp.set", locks: ["vpp", "renewals"], dryRun };
  return session.change<SetVpp>(change, async (writer) => {
    const { endpoint } = await refuseMirror(writer, CONSOLE_STEPS.vpp);
    const org = await orgOf(writer, orgId);
    const stored = await findVpp(writer, org.pk);
    const before = stored === undefined ? null : shown(org, stored);
    const { fingerprint, expiresAt, organisation } = next.expiring;
    if (before !== null && stored?.fingerprint === fingerprint) {
      if (sealedBy(stored.token) !== sealedBy(sealed)) {
        // the key that sealed it was lost: the same file is the way back
        await writeVpp(writer, { ...stored, token: sealed }, instant(session.surroundings));
        const result = { unchanged: false, before, after: before, warnings: [], dryRun };
        return { result, objects: [{ thing: VPP_TOKEN.name, id: org.id, name: org.name }], before, after: before };
      }
      return { result: { unchanged: true, before, after: before, warnings: [], dryRun }, objects: [] };
    }
    if (simulated) refuseSimulated({ endpoint }, file.name);
    if (!isRoot(org.pk) && !(await hasRootToken(writer))) throw rootFirst(org.name);
    const others = (await listVpp(writer)).filter((other) => other.org !== org.pk);
    const same = others.find((other) => other.fingerprint === fingerprint);
    if (same !== undefined) throw ofOther(file.name, org, await orgOf(writer, same.orgId));
    const warnings = judge({ stored, org, next }, { session, file, endpoint });
    const recorded = simulated ? undefined : await recordedItem(writer, org, fingerprint);
    const own = { kind: KIND, name: `VPP ${org.name}`, organisation, expiresAt, fingerprint, simulated } as const;
    const renewal = await keepOwnRenewal(writer, session, stored?.renewal ?? recorded?.id ?? null, own);
    const now: StoredVpp = {
      org: org.pk,
      token: sealed,
      fingerprint,
      expiresAt,
      organisation,
      location: locationOf(next),
      simulated: Number(simulated),
      setAt: instant(session.surroundings),
      setBy: session.actor,
      renewal,
    };
    await writeVpp(writer, now, now.setAt);
    const after = shown(org, now);
    return {
      result: { unchanged: false, before, after, warnings, dryRun },
      objects: [{ thing: VPP_TOKEN.name, id: org.id, name: org.name }],
      before: before ?? undefined,
      after,
    };
  });
};

/** The item of a file that was recorded by hand; the only one of its kind is that of 全社. */
const recordedItem = async (
  reader: Reader,
  { pk }: TokenOrg,
  fingerprint: string,
): Promise<RenewalItem | undefined> => {
  const items = (await listItems(reader)).filter(({ kind }) => kind === KIND);
  const ofFile = items.find((item) => item.fingerprint === fingerprint);
  return ofFile ?? (isRoot(pk) && items.length === 1 ? items[0] : undefined);
};

const locationOf = ({ evidence }: Renewable): string | null => (evidence.of === "vpp-token" ? evidence.location : null);

const rejected = (what: Text, where: string, hint?: Text): Failure =>
  new Failure("input-rejected", { what, where, hint });

/** One token stands for one location: that of another organisation is none of this one's own. */
const ofOther = (file: string, { name }: TokenOrg, other: TokenOrg): Failure =>
  rejected(
    text(
      `this is the content token of ${other.name}, which is set there already; nothing was set for ${name}`,
      `これは「${other.name}」のサービストークンで、そこに設定済みです。「${name}」には何も設定していません`,
    ),
    file,
    text(
      `take a token of ${name}'s own location; which ones are set: ${line("vpp tokens list", [])}`,
      `「${name}」用の別の場所のトークンを指定してください。設定済みのもの: ${line("vpp tokens list", [])}`,
    ),
  );

/** @see facts 3.5 */
const rootFirst = (name: string): Failure =>
  rejected(
    text(
      `全社 has no content token yet: it comes first, before one of ${name}`,
      `「全社」のサービストークンがまだありません。「${name}」より先に「全社」に設定してください`,
    ),
    "--org",
    text(
      `set one for 全社: ${line("vpp tokens set", ["FILE"], { org: "全社" })}`,
      `「全社」に設定するには: ${line("vpp tokens set", ["FILE"], { org: "全社" })}`,
    ),
  );

interface TokenReplacement {
  readonly stored: StoredVpp | undefined;
  readonly org: TokenOrg;
  readonly next: Renewable;
}

/** What is left to look at. @throws Failure `input-rejected` where it is no successor of the token before */
function judge(
  { stored, org, next }: TokenReplacement,
  {
    session,
    file,
    endpoint,
  }: { readonly session: Session; readonly file: VppFile; readonly endpoint: AdeEndpoint | null },
): Text[] {
  const current =
    stored === undefined
      ? null
      : {
          expiring: {
            kind: KIND,
            name: org.name,
            expiresAt: stored.expiresAt,
            validFrom: null,
            certainty: "exact",
            fingerprint: stored.fingerprint,
            topic: null,
            organisation: stored.organisation,
          } as const,
          evidence: { of: KIND, location: stored.location } as const,
        };
  const now = new Date(session.surroundings.now());
  // whether a simulator may have made it was asked before
  const { checks, leftToCheck } = judgeReplacement(current, next, { now, strict: false, simulator: true });
  const bad = (...ids: readonly Check["id"][]): Check | undefined =>
    checks.find(({ id, outcome }) => ids.includes(id) && outcome === "bad");
  const stale = bad("validity") ?? bad("expiry");
  if (stale !== undefined) throw rejected(stale.what, file.name, downloadFrom(endpoint));
  const other = bad("organisation", "location");
  if (other !== undefined && file.otherLocation !== true) throw rejected(other.what, file.name, otherLocation(org));
  const isKnown = (id: Check["id"]): boolean => id !== "kind" && (id !== "location" || stored?.location !== null);
  const doubtful = checks.filter(({ id }) => leftToCheck.includes(id) && isKnown(id));
  return [...(other === undefined ? [] : [other]), ...doubtful].map(({ what }) => what);
}

const DOWNLOAD = text(
  "download it anew in Apple Business Manager (Content tokens)",
  "Apple Business Manager の「コンテンツトークン」からダウンロードし直してください",
);

const downloadFrom = (endpoint: AdeEndpoint | null): Text => {
  if (endpoint?.kind !== "simulator") return DOWNLOAD;
  const line = SIMULATOR_LINES.vppToken(endpoint.url);
  return text(
    `get another one from the simulator: ${line}`,
    `シミュレーターから新しいトークンを取得してください: ${line}`,
  );
};

const otherLocation = ({ name }: TokenOrg): Text =>
  text(
    `take the token of the same location; if ${name} is to use another one: --other-location`,
    `同じ場所のトークンを指定してください。「${name}」で使う場所を変えるなら --other-location を付けます`,
  );

/**
 * Asks Apple for the location of an organisation's token, and which MDM holds it. Nothing is changed anywhere.
 *
 * @throws Failure `not-found` without a token; `input-rejected` while no endpoint is set, it is neither Apple nor a simulator, or the token is of another one than
 *   the endpoint; `not-permitted` in a mirror, and where Apple does not take the token; `unavailable`
 */
export const checkVppToken = async (
  { session, apple }: { readonly session: Session; readonly apple: AppleAccess },
  orgId: string,
  signal?: AbortSignal,
): Promise<VppLocationRecord> => {
  const { org, stored, endpoint } = await session.read(async (reader) => {
    const guarded = await guardApple(reader, CONSOLE_STEPS.vpp);
    const found = await orgOf(reader, orgId);
    return { org: found, stored: await findVpp(reader, found.pk), endpoint: guarded.endpoint };
  });
  if (stored === undefined) throw noToken(org);
  if (endpoint.kind === "other") throw notThere(endpoint);
  if (stored.simulated === 1) refuseSimulated({ endpoint }, org.name);
  else if (endpoint.kind === "simulator") throw notSimulated(org);
  const token = await apple.sealing.unseal(purposeOf(org.id), stored.token);
  const { now } = session.surroundings;
  const { wait, program } = apple;
  const base = endpoint.kind === "apple" ? APPLE_VPP : endpoint.url;
  const simulator = endpoint.kind === "simulator";
  const told = await clientConfig({ base, send: await apple.send(), now, wait, program, simulator, signal }, token);
  const { locationName, tokenExpiresAt: expiresAt, mdmInfo } = told;
  return {
    orgId: org.id,
    org: org.name,
    locationName,
    expiresAt,
    heldBy: mdmInfo === null ? null : mdmInfo.name === "" ? mdmInfo.id : mdmInfo.name,
  };
};

const noToken = ({ name }: TokenOrg): Failure => {
  const command = line("vpp tokens set", ["FILE"], { org: name });
  return new Failure("not-found", {
    what: text(`${name} has no content token`, `「${name}」にサービストークンはありません`),
    hint: step("to set one", "設定するには", command),
  });
};

/**
 * Requests to the device service are signed by its secrets; a content token is sent as it is. Whoever is told another
 * server's address by the admin was named for devices alone.
 */
const notThere = ({ url }: AdeEndpoint): Failure =>
  rejected(
    text(
      `the endpoint is another server than Apple: content tokens are not sent to ${url}`,
      `接続先が Apple ではないため、サービストークンは ${url} に送信しません`,
    ),
    "ade endpoint",
    text(
      `they go to Apple or a simulator alone: ${line("ade endpoint set", [], { apple: true })}, or --simulator URL`,
      `送信先は Apple かシミュレーターだけです: ${line("ade endpoint set", [], { apple: true })} または --simulator URL`,
    ),
  );

/** A token of Apple's is shown to nobody else. */
const notSimulated = ({ name }: TokenOrg): Failure =>
  rejected(
    text(
      `the endpoint is a simulator, and the token of ${name} is Apple's: it is not sent there`,
      `接続先はシミュレーターですが、「${name}」のトークンは Apple のものです。シミュレーターには送信しません`,
    ),
    "ade endpoint",
    text(
      `to ask Apple: ${line("ade endpoint set", [], { apple: true })}`,
      `Apple に問い合わせるには: ${line("ade endpoint set", [], { apple: true })}`,
    ),
  );
