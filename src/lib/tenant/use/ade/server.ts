import { createHash, X509Certificate } from "node:crypto";
import { openAdeToken } from "../../../apple/ade-token.ts";
import { createKeyPair } from "../../../apple/keys/key-pair.ts";
import { isSimulatedToken } from "../../../apple/simulated.ts";
import type { AdeToken } from "../../../apple/service/token.ts";
import type { Ade, AdeSync } from "../../../contract/index.ts";
import { Failure, type Problem } from "../../../errors/index.ts";
import { APPLE_ADE, type AdeEndpoint, type EndpointKind } from "../../../model/ade.ts";
import { text } from "../../../text/index.ts";
import { instant } from "../../ids.ts";
import type { Session } from "../../session.ts";
import { countDevices } from "../../store/ade/devices.ts";
import {
  forgetRehearsal,
  forgetServer,
  isMirror,
  readServer,
  writeServer,
  type StoredServer,
} from "../../store/ade/server.ts";
import { lastSync, type StoredSync } from "../../store/ade/syncs.ts";
import type { Reader } from "../../store/store.ts";
import { readTenantName } from "../../store/tenant.ts";
import { keepOwnRenewal } from "../renewals.ts";
import { CONSOLE_STEPS, endpointOf, guardApple, refuseSimulated, type AppleAccess, type Guarded } from "./guard.ts";

const LOCKS = ["ade"];

/** What the private key and the token are sealed for. */
const KEY = "ade-key";
export const TOKEN = "ade-token";

/** What the audit calls it. */
const OBJECT = { thing: "ade", id: "ade", name: "ADE" };

const digestOf = (content: string | Uint8Array): string => createHash("sha256").update(content).digest("hex");

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
        }
      : null,
    lastFullAt: server.fullAt,
    lastSyncAt: server.cursorAt,
    sync: sync === undefined ? null : shownSync(sync),
    counts: await countDevices(reader),
  };
};

/** Addresses are compared, and joined with paths, without the slash at their end. */
const bareUrl = (url: string): string => url.replace(/\/+$/, "");

interface EndpointAsked {
  readonly kind: EndpointKind;
  readonly url?: string | undefined;
  readonly startOver?: boolean | undefined;
}

/** @throws Failure `input-rejected` */
const endpointAsked = ({ kind, url = "" }: EndpointAsked): AdeEndpoint => {
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
      "start one: clomoctl ade simulator start; its first line is the URL",
      "clomoctl ade simulator start で起動し、最初の行に表示される URL を指定してください",
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
export const setEndpoint = async (session: Session, apple: AppleAccess, asked: EndpointAsked): Promise<Ade> => {
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
    hint: text(
      "for a server entry of your own take a tenant of your own: clomoctl context add NAME --embedded",
      "専用の MDM サーバーを使うには、別のテナントを作成してください: clomoctl context add NAME --embedded",
    ),
  });
};

/**
 * Makes a pair of keys that waits for its token, or gives the certificate of the one that waits again.
 *
 * @throws Failure as {@link guardApple}
 */
export const createKey = async (
  session: Session,
  { sealing }: AppleAccess,
  { startOver = false }: { readonly startOver?: boolean | undefined },
): Promise<{ certificate: string; created: boolean }> => {
  const { staged, name } = await session.read(async (reader) => {
    const { server } = await guardApple(reader, CONSOLE_STEPS.key);
    return { staged: server.stagedCertificate, name: await readTenantName(reader) };
  });
  if (staged !== null && !startOver) return { certificate: staged, created: false };
  const pair = await createKeyPair({ commonName: `clomoctl ${name}`.trim(), now: session.surroundings.now() });
  const sealed = await sealing.seal(KEY, pair.privateKey);
  return session.change<{ certificate: string; created: boolean }>(
    { action: "ade.keypair", locks: LOCKS },
    async (writer) => {
      const { server } = await guardApple(writer, CONSOLE_STEPS.key);
      // another process may have made one meanwhile
      if (server.stagedCertificate !== null && server.stagedCertificate !== staged) {
        return { result: { certificate: server.stagedCertificate, created: false }, objects: [] };
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
};

/** A token's file as it was sent. */
export interface TokenFile {
  readonly name: string;
  /** in base64 */
  readonly content: string;
  readonly otherAdmin?: boolean | undefined;
  readonly otherServer?: boolean | undefined;
}

/**
 * Takes a server token over, offline: it is opened by the staged key, or by that of the token before.
 *
 * @throws Failure `input-rejected` where no key of the tenant opens it, it has expired, or it comes from another
 *   administrator and nobody said so
 */
export const setToken = async (
  session: Session,
  { sealing }: AppleAccess,
  { name, content, otherAdmin = false, otherServer = false }: TokenFile,
): Promise<{ unchanged: boolean; ade: Ade }> => {
  const bytes = Buffer.from(content, "base64");
  const tokenHash = digestOf(bytes);
  const guarded = await session.read((reader) => guardApple(reader, CONSOLE_STEPS.token));
  const { server } = guarded;
  if (server.tokenHash === tokenHash) {
    if (!otherServer || server.otherServer === 1) return { unchanged: true, ade: await session.read(readAde) };
    return { unchanged: false, ade: await permitOtherServer(session) };
  }
  const { token, isStaged, isSimulated } = await openToken(sealing, guarded, { name, bytes });
  if (Date.parse(token.expiresAt) <= session.surroundings.now()) throw expired(name, token.expiresAt);
  const consumer = digestOf(token.consumerKey);
  const isOther = server.consumer !== null && server.consumer !== consumer;
  if (isOther && !otherAdmin && !otherServer) throw otherConsumer(name, server);
  const sealed = await sealing.seal(TOKEN, JSON.stringify(token));
  await session.change({ action: "ade.token", locks: [...LOCKS, "renewals"] }, async (writer) => {
    const { server: now } = await guardApple(writer, CONSOLE_STEPS.token);
    if (now.tokenHash !== server.tokenHash || now.stagedKey !== server.stagedKey) throw CHANGED;
    const renewal = await keepOwnRenewal(writer, session, now.renewal, {
      kind: "ade-token",
      name: serverNameOf(name) ?? now.serverName ?? name,
      organisation: now.orgName,
      expiresAt: token.expiresAt,
      fingerprint: tokenHash,
      simulated: isSimulated,
    });
    await writeServer(writer, {
      token: sealed,
      tokenHash,
      consumer,
      tokenExpiresAt: token.expiresAt,
      tokenSetAt: instant(session.surroundings),
      tokenSetBy: session.actor,
      simulated: isSimulated ? 1 : 0,
      otherServer: otherServer ? 1 : 0,
      renewal,
      ...(isStaged && {
        privateKey: now.stagedKey,
        certificate: now.stagedCertificate,
        keyAt: now.stagedAt,
        stagedKey: null,
        stagedCertificate: null,
        stagedAt: null,
      }),
    });
    return {
      result: undefined,
      objects: [OBJECT],
      before: { expiresAt: server.tokenExpiresAt, consumer: server.consumer },
      after: { expiresAt: token.expiresAt, consumer },
      detail: { otherAdmin, otherServer },
    };
  });
  return { unchanged: false, ade: await session.read(readAde) };
};

/** What is set already may turn out to be of another server: that it is meant is said with the same file. */
const permitOtherServer = async (session: Session): Promise<Ade> => {
  await session.change({ action: "ade.token", locks: LOCKS }, async (writer) => {
    await guardApple(writer, CONSOLE_STEPS.token);
    await writeServer(writer, { otherServer: 1 });
    return { result: undefined, objects: [OBJECT], detail: { otherServer: true } };
  });
  return session.read(readAde);
};

/** Keys or token were set by somebody else between looking and writing. */
export const CHANGED = new Failure("conflict", {
  what: text("another token or key was set meanwhile", "その間に別のトークンか鍵が設定されました"),
  hint: text("look at it: clomoctl ade token show", "clomoctl ade token show で確認してください"),
});

/** Opens a token by the tenant's keys. @throws Failure `input-rejected`, also where it is a simulator's and the endpoint none, or the other way round */
const openToken = async (
  sealing: AppleAccess["sealing"],
  { server, endpoint }: Guarded,
  file: { readonly name: string; readonly bytes: Uint8Array },
): Promise<{ readonly token: AdeToken; readonly isStaged: boolean; readonly isSimulated: boolean }> => {
  const staged = server.stagedKey === null ? undefined : await sealing.unseal(KEY, server.stagedKey);
  const own = server.privateKey === null ? undefined : await sealing.unseal(KEY, server.privateKey);
  const opened = openByKeys(file, staged, own);
  const isSimulated = isSimulatedToken(opened.token);
  if (isSimulated) refuseSimulated({ endpoint }, file.name);
  else if (endpoint.kind === "simulator") throw notSimulated(file.name);
  return { ...opened, isSimulated };
};

/** Opens a token by the staged key, else by that of the token before. @throws Failure `input-rejected` */
const openByKeys = (
  file: { readonly name: string; readonly bytes: Uint8Array },
  staged: string | undefined,
  own: string | undefined,
): { readonly token: AdeToken; readonly isStaged: boolean } => {
  if (staged !== undefined) {
    try {
      return { token: openAdeToken(file, [staged]), isStaged: true };
    } catch (error) {
      if (own === undefined) throw error;
    }
  }
  return { token: openAdeToken(file, own === undefined ? [] : [own]), isStaged: false };
};

/** The server's name by the name of the file. @see facts 3.5 */
const serverNameOf = (file: string): string | undefined =>
  /^(?<server>.+)_Token_\d{4}-/u.exec(file.normalize("NFC"))?.groups?.["server"];

const expired = (name: string, at: string): Failure =>
  new Failure("input-rejected", {
    what: text(`this token expired at ${at}`, `このトークンは ${at} に期限切れになっています`),
    where: name,
    hint: text(
      "download a new one from the same MDM server entry",
      "同じ MDM サーバーから新しいトークンをダウンロードしてください",
    ),
  });

const notSimulated = (name: string): Failure =>
  new Failure("input-rejected", {
    what: text(
      "the endpoint is a simulator, and this token is not from one: it is not taken",
      "接続先はシミュレーターですが、このトークンはシミュレーターのものではないため、取り込みません",
    ),
    where: name,
    hint: text(
      "a simulator's: clomoctl ade simulator token; to leave the simulator: clomoctl ade endpoint set --apple --start-over",
      "シミュレーターのトークンは clomoctl ade simulator token で作成します。シミュレーターの利用をやめるには clomoctl ade endpoint set --apple --start-over",
    ),
  });

const inBrackets = (value: string | null): string => (value === null ? "" : ` (${value})`);

const otherConsumer = (name: string, { adminId, serverName }: StoredServer): Failure =>
  new Failure("input-rejected", {
    what: text(
      `another administrator downloaded this token than the one before${inBrackets(adminId)}`,
      `このトークンは、これまでのもの${inBrackets(adminId)}とは別の管理者がダウンロードしています`,
    ),
    where: name,
    hint: text(
      `if the person in charge has changed, and it is of the same server entry${inBrackets(serverName)}: --other-admin; of another entry: --other-server`,
      `担当者の交代などで、同じ MDM サーバー${inBrackets(serverName)}のものなら --other-admin、別の MDM サーバーのものなら --other-server を付けてください`,
    ),
  });
