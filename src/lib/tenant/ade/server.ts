import { createHash, X509Certificate } from "node:crypto";
import { line, step } from "../../advice/index.ts";
import { createKeyPair } from "../../apple/keys/key-pair.ts";
import type { Ade, AdeSync } from "../../contract/index.ts";
import { Failure, type Problem } from "../../errors/index.ts";
import { APPLE_ADE_URL, type AdeEndpoint, type EndpointKind } from "../../model/ade.ts";
import { text } from "../../text/index.ts";
import { getCurrentInstant } from "../ids.ts";
import type { Session } from "../session.ts";
import { countDevices } from "./device-rows.ts";
import { readWaitingDevices } from "./profile-rows.ts";
import { deleteRehearsalData, deleteServerData, readServer, writeServer, type StoredServer } from "./server-rows.ts";
import { countUnreadable, readLastSync, type StoredSync } from "./sync-rows.ts";
import type { Reader } from "../store/store.ts";
import { readTenantName, isMirror } from "../records/tenant-rows.ts";
import { CONSOLE_STEPS, endpointOf, requireAppleServer, type AppleAccess } from "./guard.ts";
import { listSealedSecrets } from "./sealed.ts";

export const ADE_LOCKS = ["ade"];

/** The purpose for which private keys are sealed. */
export const KEY_PURPOSE = "ade-key";

/** The object that identifies ADE in audit records. */
export const ADE_OBJECT = { thing: "ade", id: "ade", name: "ADE" };

export const hashContent = (content: string | Uint8Array): string => createHash("sha256").update(content).digest("hex");

/** Returns the SHA-256 of a certificate's public key (SPKI, DER). */
const hashPublicKey = (certificate: string): string =>
  hashContent(new X509Certificate(certificate).publicKey.export({ format: "der", type: "spki" }));

const toAdeKey = (certificate: string | null, at: string | null): Ade["key"] =>
  certificate === null || at === null ? null : { fingerprint: hashPublicKey(certificate), createdAt: at };

/** Returns a sync run in the form of the tenant API. */
export const toAdeSync = ({ error, ...sync }: StoredSync): AdeSync => ({
  id: sync.id,
  kind: sync.kind,
  reason: sync.reason,
  state: sync.state,
  startedAt: sync.startedAt,
  finishedAt: sync.finishedAt,
  pages: sync.pages,
  devices: sync.devices,
  created: sync.created,
  changed: sync.changed,
  released: sync.released,
  missing: sync.missing,
  registered: sync.registered,
  assigned: sync.assigned,
  unreadable: sync.unreadable,
  intervalMs: sync.intervalMs,
  change: sync.change,
  error: error === null ? null : (JSON.parse(error) as Problem),
});

/** Returns the ADE state of the tenant, without secrets. */
export const readAde = async (reader: Reader): Promise<Ade> => {
  const server = await readServer(reader);
  const sync = await readLastSync(reader);
  const { serverUuid, serverName, serverSeenAt, token, tokenExpiresAt, tokenSetAt, tokenSetBy, consumer } = server;
  const isSeen = serverUuid !== null && serverName !== null && serverSeenAt !== null;
  const isSet = token !== null && tokenExpiresAt !== null && tokenSetAt !== null && consumer !== null;
  return {
    endpoint: endpointOf(server),
    mirror: await isMirror(reader),
    server: isSeen
      ? {
          name: serverName,
          uuid: serverUuid,
          admin: server.adminId,
          organisation: server.orgName,
          seenAt: serverSeenAt,
        }
      : null,
    stagedKey: toAdeKey(server.stagedCertificate, server.stagedAt),
    key: toAdeKey(server.certificate, server.keyAt),
    token: isSet
      ? {
          expiresAt: tokenExpiresAt,
          setAt: tokenSetAt,
          setBy: tokenSetBy ?? "",
          consumer,
          simulated: server.simulated === 1,
          rejectedAt: server.tokenRejectedAt,
          renewal: server.renewal,
        }
      : null,
    lastFullAt: server.fullAt,
    lastSyncAt: server.cursorAt,
    sync: sync === undefined ? null : toAdeSync(sync),
    counts: { ...(await countDevices(reader)), unreadable: await countUnreadable(reader) },
    waiting: await readWaitingDevices(reader),
  };
};

/** Removes slashes at the end of a URL, because URLs are compared and joined with paths. */
const removeTrailingSlashes = (url: string): string => url.replace(/\/+$/, "");

interface EndpointRequest {
  readonly kind: EndpointKind;
  readonly url?: string | undefined;
  readonly startOver?: boolean | undefined;
}

/** Returns the requested endpoint. @throws Failure `input-rejected` if the URL is not valid */
const parseEndpoint = ({ kind, url = "" }: EndpointRequest): AdeEndpoint => {
  if (kind === "apple") return { kind, url: APPLE_ADE_URL };
  const parsed = URL.parse(url);
  const isClean =
    parsed !== null &&
    /^https?:$/.test(parsed.protocol) &&
    [parsed.username, parsed.password, parsed.search, parsed.hash].every((part) => part === "");
  if (!isClean) {
    throw new Failure("input-rejected", {
      what: text(
        "the endpoint must be an http or https URL without a user name, password or query",
        "接続先は http か https の URL で、ユーザー名・パスワード・クエリを含まないものを指定してください",
      ),
      where: "json.url",
    });
  }
  const bare = removeTrailingSlashes(parsed.href);
  return bare === APPLE_ADE_URL ? { kind: "apple", url: bare } : { kind, url: bare };
};

/**
 * Checks that a clomoctl simulator responds at a URL. @throws Failure `input-rejected` if it is not a simulator;
 * `unavailable`
 */
const checkSimulator = async ({ send, program }: AppleAccess, url: string): Promise<void> => {
  const ask = await send();
  const { status, body } = await ask({
    method: "GET",
    url: `${url}/_simulator`,
    headers: { "user-agent": program },
  });
  if (status === 200 && isSimulatorResponse(body)) return;
  throw new Failure("input-rejected", {
    what: text(
      "the server at this URL is not a clomoctl simulator",
      "この URL で応答したのは clomoctl のシミュレーターではありません",
    ),
    where: url,
    hint: text(
      `to start a simulator: ${line("ade simulator start", [])}; the first line of its output is the URL`,
      `${line("ade simulator start", [])} で起動し、最初の行に表示される URL を指定してください`,
    ),
  });
};

const isSimulatorResponse = (body: string): boolean => {
  try {
    const told: unknown = JSON.parse(body);
    return typeof told === "object" && told !== null && "simulator" in told && told.simulator === "clomoctl";
  } catch {
    return false;
  }
};

const createEndpointInUseFailure = ({ url }: AdeEndpoint): Failure =>
  new Failure("input-rejected", {
    what: text(
      `the keys, token and ADE devices of this tenant are from ${url}`,
      `このテナントの鍵・トークン・ADE デバイスは ${url} のものです`,
    ),
    where: "ade endpoint",
    hint: text(
      "to delete them and start over (the records in Devices are kept), add --start-over",
      "それらを消去してやり直すには --start-over を付けてください(「Devices」の記録は残ります)",
    ),
  });

/**
 * Sets the endpoint of Apple's services. Data from another endpoint is deleted only if the request asks to start over.
 *
 * @throws Failure `input-rejected` if the URL is not valid or does not lead to a simulator; `unavailable`;
 * `not-permitted` in a mirror for any endpoint except a simulator
 */
export const setEndpoint = async (session: Session, apple: AppleAccess, asked: EndpointRequest): Promise<Ade> => {
  const endpoint = parseEndpoint(asked);
  if (endpoint.kind === "simulator") await checkSimulator(apple, endpoint.url);
  const { startOver = false } = asked;
  await session.change({ action: "ade.endpoint", locks: ENDPOINT_LOCKS }, async (writer) => {
    if (endpoint.kind !== "simulator") await refuseRealEndpointInMirror(writer);
    const server = await readServer(writer);
    const before = endpointOf(server);
    const isSame = before?.kind === endpoint.kind && before.url === endpoint.url;
    if (isSame && !startOver) return { result: undefined, objects: [] };
    if (before !== null && !startOver && hasKeyOrToken(server) && !isBetweenSimulators(before, endpoint))
      throw createEndpointInUseFailure(before);
    if (before?.kind === "simulator" && (startOver || endpoint.kind !== "simulator")) await deleteRehearsalData(writer);
    if (startOver) await deleteServerData(writer);
    await writeServer(writer, { endpointKind: endpoint.kind, endpointUrl: endpoint.url });
    return { result: undefined, objects: [ADE_OBJECT], before: before ?? undefined, after: endpoint };
  });
  return session.read(readAde);
};

/** Locks for a change to the endpoint, which may also delete rehearsal data in other collections. */
const ENDPOINT_LOCKS = [...ADE_LOCKS, "push-certificate", "renewals", "vpp"];

/**
 * Returns true if both endpoints are simulators. A simulator may get a different port each time it starts. At the next
 * contact, the server's id shows whether it is still the same simulator.
 */
const isBetweenSimulators = (before: AdeEndpoint, after: AdeEndpoint): boolean =>
  before.kind === "simulator" && after.kind === "simulator";

const hasKeyOrToken = ({ token, stagedKey, privateKey }: StoredServer): boolean =>
  token !== null || stagedKey !== null || privateKey !== null;

const refuseRealEndpointInMirror = async (reader: Reader): Promise<void> => {
  if (!(await isMirror(reader))) return;
  throw new Failure("not-permitted", {
    what: text(
      "this tenant is a mirror of the console, and its keys are stored in CLOMO, so its endpoint can only be a simulator",
      "このテナントは管理画面のミラーで、鍵は CLOMO に保存されています。接続先にできるのはシミュレーターだけです",
    ),
    hint: step(
      "to use your own MDM server entry, create another tenant",
      "専用の MDM サーバを使うには、別のテナントを作成してください",
      line("context add", ["NAME"], { embedded: true }),
    ),
  });
};

/**
 * Creates a key pair that waits for its token. If a key pair is already waiting, its certificate is returned again.
 *
 * @throws Failure as described for {@link requireAppleServer}; `input-rejected` if the sealing key was lost or
 * replaced, unless the caller starts over
 */
export const createKey = async (
  session: Session,
  apple: AppleAccess,
  { startOver = false }: { readonly startOver?: boolean | undefined },
): Promise<{ certificate: string; created: boolean }> => {
  const { sealing } = apple;
  const { staged, stagedKey, name, kept } = await session.read(async (reader) => {
    const { server } = await requireAppleServer(reader, CONSOLE_STEPS.key);
    return {
      staged: server.stagedCertificate,
      stagedKey: server.stagedKey,
      name: await readTenantName(reader),
      kept: await listSealedSecrets(reader, startOver),
    };
  });
  if (staged !== null && !startOver) {
    // a certificate whose private key is lost must not be returned again
    if (stagedKey !== null) await sealing.unseal(KEY_PURPOSE, stagedKey);
    return { certificate: staged, created: false };
  }
  const pair = await createKeyPair({ commonName: `clomoctl ${name}`.trim(), now: session.surroundings.now() });
  const sealed = await sealing.seal(KEY_PURPOSE, pair.privateKey, kept);
  const made = await session.change<{ certificate: string; created: boolean } | undefined>(
    { action: "ade.keypair", locks: ADE_LOCKS },
    async (writer) => {
      const { server } = await requireAppleServer(writer, CONSOLE_STEPS.key);
      // another process may have created a key pair in the meantime
      if (server.stagedCertificate !== null && server.stagedCertificate !== staged) {
        return { result: undefined, objects: [] };
      }
      const { certificate } = pair;
      await writeServer(writer, {
        stagedKey: sealed,
        stagedCertificate: certificate,
        stagedAt: getCurrentInstant(session.surroundings),
      });
      return {
        result: { certificate, created: true },
        objects: [ADE_OBJECT],
        after: { publicKey: hashPublicKey(certificate) },
      };
    },
  );
  return made ?? createKey(session, apple, {});
};
