import { X509Certificate } from "node:crypto";
import { line, step } from "../../advice/index.ts";
import { createKeyPair } from "../../apple/key-pair.ts";
import type { Send } from "../../apple/retry.ts";
import { Failure } from "../../errors/index.ts";
import { APPLE_ADE_URL } from "../../nouns/ade-device.ts";
import { text } from "../../text/index.ts";
import { getCurrentInstant, sha256 } from "../store/ids.ts";
import { isMirror, readTenantName } from "../ledger/tenant-rows.ts";
import type { Session } from "../ledger/session.ts";
import type { Reader } from "../store/types.ts";
import {
  countDifferences,
  countDevices,
  deleteServerData,
  listSealedSecrets,
  readServer,
  writeServer,
  type StoredServer,
} from "./ade-rows.ts";

export interface AppleAccess {
  readonly send: () => Promise<Send>;
  /** encrypts secrets with a key that is stored outside the tenant's database */
  readonly sealing: {
    /** @param kept secrets that are already encrypted; fails if their encryption key was replaced or lost */
    seal(purpose: string, secret: string, kept?: readonly string[]): Promise<string>;
    unseal(purpose: string, sealed: string): Promise<string>;
  };
  readonly wait: (delayMs: number, signal?: AbortSignal) => Promise<void>;
  /** name and version, such as `clomoctl/0.1.0` */
  readonly program: string;
}

export const ADE_LOCKS = ["ade"] as const;

export const KEY_PURPOSE = "ade-key";

export const ADE_AUDIT_OBJECT = { thing: "ade", id: "ade", name: "ADE" };

const hashPublicKey = (certificate: string): string =>
  sha256(new X509Certificate(certificate).publicKey.export({ format: "der", type: "spki" }));

export type Ade = Awaited<ReturnType<typeof readAde>>;

export const readAde = async (reader: Reader) => {
  const server = await readServer(reader);
  const { certificate, keyAt, serverUuid, serverName, tokenExpiresAt, tokenSetAt } = server;
  return {
    endpoint: server.endpoint,
    mirror: await isMirror(reader),
    server:
      serverUuid === null || serverName === null
        ? null
        : { name: serverName, uuid: serverUuid, admin: server.adminId, organisation: server.orgName },
    key: certificate === null || keyAt === null ? null : { fingerprint: hashPublicKey(certificate), createdAt: keyAt },
    token:
      // a tenant from a bundle has the token's expiry date, but not the token
      tokenExpiresAt === null || tokenSetAt === null
        ? null
        : {
            expiresAt: tokenExpiresAt,
            setAt: tokenSetAt,
            setBy: server.tokenSetBy ?? "",
            rejectedAt: server.tokenRejectedAt,
            renewal: server.renewal,
          },
    lastFullAt: server.fullAt,
    lastSyncAt: server.cursorAt,
    ...(await countDevices(reader)),
    business: await readBusiness(reader, server),
  };
};

const readBusiness = async (reader: Reader, stored: StoredServer) => {
  const { apiClient, apiKeyId, apiKeyAt, apiRejectedAt, apiServers, apiSyncAt, clomoServer } = stored;
  if (apiKeyAt === null && apiSyncAt === null) return null;
  const servers = JSON.parse(apiServers ?? "[]") as readonly string[];
  return {
    key: apiKeyAt === null ? null : { client: apiClient, id: apiKeyId, setAt: apiKeyAt, rejectedAt: apiRejectedAt },
    server: servers.length === 0 || servers.includes(clomoServer ?? "") ? clomoServer : null,
    servers,
    lastSyncAt: apiSyncAt,
    ...(await countDifferences(reader)),
  };
};

/** @see seed 003 7-2 */
const MIRROR_ADE_FAILURE = new Failure("not-permitted", {
  what: text(
    "this mirror's ADE keys are in CLOMO: Settings > Mobile Device Management > iOS/macOS > 基本設定 > Automated Device Enrollment",
    "このミラーの ADE の鍵は CLOMO にあります: Settings > Mobile Device Management > iOS/macOS > 基本設定 > Automated Device Enrollment",
  ),
  hint: step("to see how to renew the token", "トークンの更新手順", line("renewals guide", ["ade-token"])),
});

const ENDPOINT_NOT_SET_FAILURE = new Failure("input-rejected", {
  what: text("the endpoint of Apple's services is not set", "Apple のサービスの接続先が設定されていません"),
  where: "ade endpoint",
  hint: text(
    `to use this tenant's own MDM server in Apple's portal: ${line("ade endpoint set", [], { apple: true })}`,
    `このテナント専用の MDM サーバーを使うには: ${line("ade endpoint set", [], { apple: true })}`,
  ),
});

export const requireServer = async (reader: Reader): Promise<StoredServer & { readonly endpoint: string }> => {
  if (await isMirror(reader)) throw MIRROR_ADE_FAILURE;
  const { endpoint, ...server } = await readServer(reader);
  if (endpoint === null) throw ENDPOINT_NOT_SET_FAILURE;
  return { ...server, endpoint };
};

const LOOPBACK_HOSTS: readonly string[] = ["127.0.0.1", "[::1]", "localhost"];

export const parseEndpoint = (url: string): string => {
  const parsed = URL.parse(url);
  const isClean =
    parsed !== null &&
    (parsed.protocol === "https:" || (parsed.protocol === "http:" && LOOPBACK_HOSTS.includes(parsed.hostname))) &&
    [parsed.username, parsed.password, parsed.search, parsed.hash].every((part) => part === "");
  if (isClean) return parsed.href.replace(/\/+$/, "");
  throw new Failure("input-rejected", {
    what: text(
      "the endpoint must be an https URL (http only on this computer) without a user name, password or query",
      "接続先は https の URL(このコンピューター内だけ http も可)で、ユーザー名・パスワード・クエリを含まないものを指定してください",
    ),
    where: "json.url",
  });
};

export const setEndpoint = async (session: Session, url: string | undefined): Promise<Ade> => {
  const endpoint = url === undefined ? APPLE_ADE_URL : parseEndpoint(url);
  await session.change({ action: "ade.endpoint", locks: ADE_LOCKS }, async (writer) => {
    if (await isMirror(writer)) throw MIRROR_ADE_FAILURE;
    const { endpoint: before } = await readServer(writer);
    if (before === endpoint) return { result: undefined, objects: [] };
    await deleteServerData(writer);
    await writeServer(writer, { endpoint });
    return { result: undefined, objects: [ADE_AUDIT_OBJECT], before: { endpoint: before }, after: { endpoint } };
  });
  return session.read(readAde);
};

export const createKey = async (
  session: Session,
  { sealing }: AppleAccess,
  { replace = false }: { readonly replace?: boolean | undefined },
): Promise<{ certificate: string; created: boolean }> => {
  const [known, name] = await session.read(async (reader) => [
    await requireServer(reader),
    await readTenantName(reader),
  ]);
  if (known.certificate !== null && known.privateKey !== null && !replace) {
    // a certificate whose private key is lost must not be returned again
    await sealing.unseal(KEY_PURPOSE, known.privateKey);
    return { certificate: known.certificate, created: false };
  }
  const pair = await createKeyPair(`clomoctl ${name}`.trim(), session.surroundings.now());
  const sealed = await sealing.seal(KEY_PURPOSE, pair.privateKey, replace ? [] : listSealedSecrets(known));
  const { certificate } = pair;
  return session.change<{ certificate: string; created: boolean }>(
    { action: "ade.keypair", locks: ADE_LOCKS },
    async (writer) => {
      const now = await requireServer(writer);
      // another process may have created a key pair in the meantime
      if (now.certificate !== null && now.certificate !== known.certificate)
        return { result: { certificate: now.certificate, created: false }, objects: [] };
      const keyAt = getCurrentInstant(session.surroundings);
      await writeServer(writer, { privateKey: sealed, certificate, keyAt });
      const after = { publicKey: hashPublicKey(certificate) };
      return { result: { certificate, created: true }, objects: [ADE_AUDIT_OBJECT], after };
    },
  );
};
