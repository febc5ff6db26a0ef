import { createHash, X509Certificate } from "node:crypto";
import { line, step } from "../../advice/index.ts";
import { createKeyPair } from "../../apple/keys/key-pair.ts";
import type { Ade, AdeSync } from "../../contract/index.ts";
import { Failure, type Problem } from "../../errors/index.ts";
import { APPLE_ADE, type AdeEndpoint, type EndpointKind } from "../../model/ade.ts";
import { text } from "../../text/index.ts";
import { instant } from "../ids.ts";
import type { Session } from "../session.ts";
import { countDevices } from "./device-rows.ts";
import { readWaiting } from "./profile-rows.ts";
import { forgetRehearsal, forgetServer, readServer, writeServer, type StoredServer } from "./server-rows.ts";
import { countUnreadable, lastSync, type StoredSync } from "./sync-rows.ts";
import type { Reader } from "../store/store.ts";
import { readTenantName, isMirror } from "../records/tenant-rows.ts";
import { CONSOLE_STEPS, endpointOf, guardApple, type AppleAccess } from "./guard.ts";
import { keptSecrets } from "./sealed.ts";

export const LOCKS = ["ade"];

/** What private keys are sealed for. */
export const KEY = "ade-key";

/** What the audit calls it. */
export const OBJECT = { thing: "ade", id: "ade", name: "ADE" };

export const digestOf = (content: string | Uint8Array): string => createHash("sha256").update(content).digest("hex");

/** SHA-256 of a certificate's public key (SPKI, DER). */
const publicKeyOf = (certificate: string): string =>
  digestOf(new X509Certificate(certificate).publicKey.export({ format: "der", type: "spki" }));

const keyOf = (certificate: string | null, at: string | null): Ade["key"] =>
  certificate === null || at === null ? null : { fingerprint: publicKeyOf(certificate), createdAt: at };

/** A run of the sync as the tenant API has it. */
export const shownSync = ({ error, ...sync }: StoredSync): AdeSync => ({
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

/** How a tenant stands with ADE; no secret is in it. */
export const readAde = async (reader: Reader): Promise<Ade> => {
  const server = await readServer(reader);
  const sync = await lastSync(reader);
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
    stagedKey: keyOf(server.stagedCertificate, server.stagedAt),
    key: keyOf(server.certificate, server.keyAt),
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
    sync: sync === undefined ? null : shownSync(sync),
    counts: { ...(await countDevices(reader)), unreadable: await countUnreadable(reader) },
    waiting: await readWaiting(reader),
  };
};

/** Addresses are compared, and joined with paths, without the slash at their end. */
const bareUrl = (url: string): string => url.replace(/\/+$/, "");

interface EndpointRequest {
  readonly kind: EndpointKind;
  readonly url?: string | undefined;
  readonly startOver?: boolean | undefined;
}

/** @throws Failure `input-rejected` */
const endpointAsked = ({ kind, url = "" }: EndpointRequest): AdeEndpoint => {
  if (kind === "apple") return { kind, url: APPLE_ADE };
  const parsed = URL.parse(url);
  const isClean =
    parsed !== null &&
    /^https?:$/.test(parsed.protocol) &&
    [parsed.username, parsed.password, parsed.search, parsed.hash].every((part) => part === "");
  if (!isClean) {
    throw new Failure("input-rejected", {
      what: text(
        "the endpoint must be http or https, without a user name, password or query",
        "接続先は http か https で、ユーザー名・パスワード・クエリを含めないでください",
      ),
      where: "url",
    });
  }
  const bare = bareUrl(parsed.href);
  return bare === APPLE_ADE ? { kind: "apple", url: bare } : { kind, url: bare };
};

/** Asks what says that it is a simulator. @throws Failure `input-rejected` where it is none, `unavailable` */
const checkSimulator = async ({ send, program }: AppleAccess, url: string): Promise<void> => {
  const ask = await send();
  const { status, body } = await ask({
    method: "GET",
    url: `${url}/_simulator`,
    headers: { "user-agent": program },
  });
  if (status === 200 && isOurs(body)) return;
  throw new Failure("input-rejected", {
    what: text(
      "what answers there is no simulator of clomoctl's",
      "この URL で応答したのは clomoctl のシミュレーターではありません",
    ),
    where: url,
    hint: text(
      `start one: ${line("ade simulator start", [])}; its first line is the URL`,
      `${line("ade simulator start", [])} で起動し、最初の行に表示される URL を指定してください`,
    ),
  });
};

const isOurs = (body: string): boolean => {
  try {
    const told: unknown = JSON.parse(body);
    return typeof told === "object" && told !== null && "simulator" in told && told.simulator === "clomoctl";
  } catch {
    return false;
  }
};

const inUse = ({ url }: AdeEndpoint): Failure =>
  new Failure("input-rejected", {
    what: text(
      `keys, token and devices of this tenant are from ${url}`,
      `このテナントの鍵・トークン・ADE デバイスは ${url} のものです`,
    ),
    where: "ade endpoint",
    hint: text(
      "to forget them and begin anew (records in Devices stay): add --start-over",
      "それらを消去してやり直すには --start-over を付けてください(「Devices」の記録は残ります)",
    ),
  });

/**
 * Says where Apple's services are. What came from another endpoint is forgotten only when that is asked for.
 *
 * @throws Failure `input-rejected` where it is no address, or no simulator; `unavailable`; `not-permitted` in a mirror for
 *   anything but a simulator
 */
export const setEndpoint = async (session: Session, apple: AppleAccess, asked: EndpointRequest): Promise<Ade> => {
  const endpoint = endpointAsked(asked);
  if (endpoint.kind === "simulator") await checkSimulator(apple, endpoint.url);
  const { startOver = false } = asked;
  await session.change({ action: "ade.endpoint", locks: ENDPOINT_LOCKS }, async (writer) => {
    if (endpoint.kind !== "simulator") await refuseInMirror(writer);
    const server = await readServer(writer);
    const before = endpointOf(server);
    const isSame = before?.kind === endpoint.kind && before.url === endpoint.url;
    if (isSame && !startOver) return { result: undefined, objects: [] };
    if (before !== null && !startOver && isUsed(server) && !isSimulatorAgain(before, endpoint)) throw inUse(before);
    if (before?.kind === "simulator" && (startOver || endpoint.kind !== "simulator")) await forgetRehearsal(writer);
    if (startOver) await forgetServer(writer);
    await writeServer(writer, { endpointKind: endpoint.kind, endpointUrl: endpoint.url });
    return { result: undefined, objects: [OBJECT], before: before ?? undefined, after: endpoint };
  });
  return session.read(readAde);
};

/** What was rehearsed goes with its endpoint. */
const ENDPOINT_LOCKS = [...LOCKS, "push-certificate", "renewals", "vpp"];

/** A simulator has another port each time it is started; whether it is the same one, the server's id tells. */
const isSimulatorAgain = (before: AdeEndpoint, after: AdeEndpoint): boolean =>
  before.kind === "simulator" && after.kind === "simulator";

const isUsed = ({ token, stagedKey, privateKey }: StoredServer): boolean =>
  token !== null || stagedKey !== null || privateKey !== null;

const refuseInMirror = async (reader: Reader): Promise<void> => {
  if (!(await isMirror(reader))) return;
  throw new Failure("not-permitted", {
    what: text(
      "this tenant mirrors the console, and CLOMO holds its keys: its endpoint can only be a simulator",
      "このテナントは管理画面のミラーで、鍵は CLOMO が持っています。接続先にできるのはシミュレーターだけです",
    ),
    hint: step(
      "for a server entry of your own take a tenant of your own",
      "専用の MDM サーバを使うには、別のテナントを作成してください",
      line("context add", ["NAME"], { embedded: true }),
    ),
  });
};

/**
 * Makes a pair of keys that waits for its token, or gives the certificate of the one that waits again.
 *
 * @throws Failure as {@link guardApple}; `input-rejected` where the key that seals was lost, or is another one, unless one starts over
 */
export const createKey = async (
  session: Session,
  apple: AppleAccess,
  { startOver = false }: { readonly startOver?: boolean | undefined },
): Promise<{ certificate: string; created: boolean }> => {
  const { sealing } = apple;
  const { staged, stagedKey, name, kept } = await session.read(async (reader) => {
    const { server } = await guardApple(reader, CONSOLE_STEPS.key);
    return {
      staged: server.stagedCertificate,
      stagedKey: server.stagedKey,
      name: await readTenantName(reader),
      kept: await keptSecrets(reader, startOver),
    };
  });
  if (staged !== null && !startOver) {
    // one whose private key is lost is not given again
    if (stagedKey !== null) await sealing.unseal(KEY, stagedKey);
    return { certificate: staged, created: false };
  }
  const pair = await createKeyPair({ commonName: `clomoctl ${name}`.trim(), now: session.surroundings.now() });
  const sealed = await sealing.seal(KEY, pair.privateKey, kept);
  const made = await session.change<{ certificate: string; created: boolean } | undefined>(
    { action: "ade.keypair", locks: LOCKS },
    async (writer) => {
      const { server } = await guardApple(writer, CONSOLE_STEPS.key);
      // another process may have made one meanwhile
      if (server.stagedCertificate !== null && server.stagedCertificate !== staged) {
        return { result: undefined, objects: [] };
      }
      const { certificate } = pair;
      await writeServer(writer, {
        stagedKey: sealed,
        stagedCertificate: certificate,
        stagedAt: instant(session.surroundings),
      });
      return {
        result: { certificate, created: true },
        objects: [OBJECT],
        after: { publicKey: publicKeyOf(certificate) },
      };
    },
  );
  return made ?? createKey(session, apple, {});
};
