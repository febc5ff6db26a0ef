import { line, step } from "../../advice/index.ts";
import { isOtherKey, openAdeToken } from "../../apple/ade-token.ts";
import { isSimulatedToken } from "../../apple/simulated.ts";
import type { AdeToken } from "../../apple/service/token.ts";
import type { Ade } from "../../contract/index.ts";
import { Failure } from "../../errors/index.ts";
import { simulatedToken, type AdeEndpoint } from "../../model/ade.ts";
import { text } from "../../text/index.ts";
import { instant } from "../ids.ts";
import type { Session } from "../session.ts";
import { writeServer, type StoredServer } from "./server-rows.ts";
import { keepOwnRenewal } from "../renewals/renewals.ts";
import {
  CONSOLE_STEPS,
  guardApple,
  refuseMirror,
  refuseSimulated,
  type AppleAccess,
  type AppleServer,
} from "./guard.ts";
import { digestOf, KEY, LOCKS, OBJECT, readAde } from "./server.ts";

/** What a token is sealed for. */
export const TOKEN = "ade-token";

/** A token's file as it was sent. */
export interface TokenFile {
  readonly name: string;
  /** in base64 */
  readonly content: string;
  readonly otherAdmin?: boolean | undefined;
  readonly otherServer?: boolean | undefined;
}

/**
 * Takes a server token over, offline: it is opened by the staged key, or by one of those before.
 *
 * @throws Failure `input-rejected` where no key of the tenant opens it, it has expired or is older than the one that is set,
 *   or it comes from another administrator and nobody said so
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
  const { token, by, isSimulated } = await openToken(sealing, guarded, { name, bytes });
  refuseForeign(isSimulated, guarded.endpoint, name);
  if (Date.parse(token.expiresAt) <= session.surroundings.now()) throw expired(name, token.expiresAt, guarded);
  const consumer = digestOf(token.consumerKey);
  const isOther = server.consumer !== null && server.consumer !== consumer;
  if (isOther && !otherAdmin && !otherServer) throw otherConsumer(name, server);
  const { tokenExpiresAt } = server;
  if (server.consumer === consumer && tokenExpiresAt !== null && token.expiresAt < tokenExpiresAt) {
    throw older(name, token.expiresAt, tokenExpiresAt);
  }
  const sealed = await sealing.seal(TOKEN, JSON.stringify(token));
  await session.change({ action: "ade.token", locks: [...LOCKS, "renewals"] }, async (writer) => {
    const { server: now } = await guardApple(writer, CONSOLE_STEPS.token);
    if (now.tokenHash !== server.tokenHash || KEY_COLUMNS.some((key) => now[key] !== server[key])) throw CHANGED;
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
      tokenRejectedAt: null,
      simulated: isSimulated ? 1 : 0,
      otherServer: otherServer ? 1 : 0,
      renewal,
      ...keysAfter(by, now),
      // who downloaded it is told by Apple alone
      ...(isOther && { adminId: null }),
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
    const [tokenSetAt, tokenSetBy] = [instant(session.surroundings), session.actor];
    await writeServer(writer, { otherServer: 1, tokenSetAt, tokenSetBy });
    return { result: undefined, objects: [OBJECT], detail: { otherServer: true } };
  });
  return session.read(readAde);
};

/** Keys or token were set by somebody else between looking and writing. */
export const CHANGED = new Failure("conflict", {
  what: text("another token or key was set meanwhile", "その間に別のトークンか鍵が設定されました"),
  hint: text(`look at it: ${line("ade token show", [])}`, `${line("ade token show", [])} で確認してください`),
});

/** What a tenant's keys are to it, in the order in which they are tried. */
const KEYS = { staged: "stagedKey", current: "privateKey", former: "formerKey" } as const satisfies Record<
  string,
  keyof StoredServer
>;

type KeyRole = keyof typeof KEYS;

const KEY_COLUMNS = Object.values(KEYS);

/** A token that one of the tenant's keys opened. */
interface OpenedToken {
  readonly token: AdeToken;
  readonly by: KeyRole;
  readonly isSimulated: boolean;
}

/** Opens a token by the tenant's keys. @throws Failure `input-rejected`, also where none of them fits */
const openToken = async (
  sealing: AppleAccess["sealing"],
  { server, endpoint }: Awaited<ReturnType<typeof refuseMirror>>,
  file: { readonly name: string; readonly bytes: Uint8Array },
): Promise<OpenedToken> => {
  const keys = new Map<string, KeyRole>();
  let sealedOtherwise: Failure | undefined;
  for (const [by, column] of Object.entries(KEYS) as [KeyRole, (typeof KEY_COLUMNS)[number]][]) {
    const sealed = server[column];
    if (sealed === null) continue;
    try {
      keys.set(await sealing.unseal(KEY, sealed), by);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      // what one key cannot open another one may
      sealedOtherwise = error;
    }
  }
  try {
    const { token, key } = openAdeToken(file, [...keys.keys()]);
    return { token, by: keys.get(key) ?? "current", isSimulated: isSimulatedToken(token) };
  } catch (error) {
    if (!isOtherKey(error)) throw error;
    if (sealedOtherwise !== undefined) throw sealedOtherwise;
    throw endpoint?.kind === "simulator" && error instanceof Failure
      ? error.with({ hint: simulatedToken({ url: endpoint.url, server: server.serverName }) })
      : error;
  }
};

/** @throws Failure `input-rejected` where it is a simulator's and the endpoint none, or the other way round */
const refuseForeign = (isSimulated: boolean, endpoint: AdeEndpoint | null, name: string): void => {
  if (isSimulated) refuseSimulated({ endpoint }, name);
  else if (endpoint?.kind === "simulator") throw notSimulated(name);
};

/** The keys, once a token is set that one of them opened: that before stays until the new one is proven. */
const keysAfter = (by: KeyRole, now: StoredServer): Partial<StoredServer> => {
  if (by === "current") return {};
  const current = { formerKey: now.privateKey, formerCertificate: now.certificate, formerKeyAt: now.keyAt };
  if (by === "former") {
    return {
      ...current,
      privateKey: now.formerKey,
      certificate: now.formerCertificate,
      keyAt: now.formerKeyAt,
    };
  }
  return {
    // of several that no contact proved, the one that last worked stays
    ...(now.formerKey === null && current),
    privateKey: now.stagedKey,
    certificate: now.stagedCertificate,
    keyAt: now.stagedAt,
    stagedKey: null,
    stagedCertificate: null,
    stagedAt: null,
  };
};

/** What a token's file tells once it is opened; no secret is in it. */
export interface TokenFacts {
  /** by the file's name */
  readonly server: string | null;
  readonly expiresAt: string;
  readonly key: KeyRole;
  readonly inForce: boolean;
  readonly sameAdmin: boolean | null;
  readonly simulated: boolean;
}

/**
 * Opens a server token without setting it.
 *
 * @throws Failure `not-permitted` in a mirror; `input-rejected` where it is none, or no key of the tenant opens it
 */
export const inspectToken = async (
  session: Session,
  { sealing }: AppleAccess,
  { name, content }: TokenFile,
): Promise<TokenFacts> => {
  const found = await session.read((reader) => refuseMirror(reader, CONSOLE_STEPS.token));
  const { server } = found;
  const bytes = Buffer.from(content, "base64");
  const { token, by, isSimulated } = await openToken(sealing, found, { name, bytes });
  return {
    server: serverNameOf(name) ?? null,
    expiresAt: token.expiresAt,
    key: by,
    inForce: server.tokenHash === digestOf(bytes),
    sameAdmin: server.consumer === null ? null : server.consumer === digestOf(token.consumerKey),
    simulated: isSimulated,
  };
};

/** The server's name by the name of the file. @see facts 3.5 */
const serverNameOf = (file: string): string | undefined =>
  /^(?<server>.+)_Token_\d{4}-/u.exec(file.normalize("NFC"))?.groups?.["server"];

const expired = (name: string, at: string, { endpoint: { kind, url }, server }: AppleServer): Failure =>
  new Failure("input-rejected", {
    what: text(`this token expired at ${at}`, `このトークンは ${at} に期限切れになっています`),
    where: name,
    hint:
      kind === "simulator"
        ? simulatedToken({ url, server: server.serverName })
        : text(
            "download a new one from the same MDM server entry",
            "同じ MDM サーバから新しいトークンをダウンロードしてください",
          ),
  });

/** A token ends those that were downloaded before it, and each lasts for a year. @see apple 2 */
const older = (name: string, at: string, set: string): Failure =>
  new Failure("input-rejected", {
    what: text(
      `this token expires at ${at}, before the one that is set (${set}): it is an older one, which Apple takes no more`,
      `このトークンの有効期限は ${at} で、設定済みのもの(${set})より前です。古いトークンのため、Apple では無効になっています`,
    ),
    where: name,
    hint: step(
      "name the file that was downloaded last; what is set",
      "最後にダウンロードしたファイルを指定してください。設定済みのもの",
      line("ade token show", []),
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
      `a simulator's: ${line("ade simulator do token", [])}; to leave the simulator: ${line("ade endpoint set", [], { apple: true, startOver: true })}`,
      `シミュレーターのトークンは ${line("ade simulator do token", [])} で作成します。シミュレーターの利用をやめるには ${line("ade endpoint set", [], { apple: true, startOver: true })}`,
    ),
  });

const inBrackets = (value: string | null): string => (value === null ? "" : ` (${value})`);

const otherConsumer = (name: string, { adminId, serverName }: StoredServer): Failure =>
  new Failure("input-rejected", {
    what: text(
      `this token is another administrator's than the one before${inBrackets(adminId)}, or another MDM server's`,
      `このトークンは、これまでのもの${inBrackets(adminId)}とは別の管理者がダウンロードしたか、別の MDM サーバのものです`,
    ),
    where: name,
    hint: text(
      `if the person in charge has changed, and it is of the same server entry${inBrackets(serverName)}: --other-admin; of another entry: --other-server`,
      `担当者の交代などで、同じ MDM サーバ${inBrackets(serverName)}のものなら --other-admin、別の MDM サーバのものなら --other-server を付けてください`,
    ),
  });
