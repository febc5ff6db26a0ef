import { line, step } from "../../advice/index.ts";
import { parseBusinessKey } from "../../apple/business-client.ts";
import { Failure } from "../../errors/index.ts";
import { text } from "../../text/index.ts";
import { getCurrentInstant } from "../store/ids.ts";
import { checkFieldValue } from "../ledger/records.ts";
import type { Session } from "../ledger/session.ts";
import type { Reader } from "../store/types.ts";
import { ADE_LOCKS, ADE_AUDIT_OBJECT, parseEndpoint, readAde, type Ade, type AppleAccess } from "./ade-server.ts";
import { listSealedSecrets, writeServer, type StoredServer } from "./ade-server-rows.ts";

export const BUSINESS_KEY_PURPOSE = "business-key";

export const NO_KEY_FAILURE = new Failure("input-rejected", {
  what: text("no key of the Apple Business API is set", "Apple Business API の鍵が設定されていません"),
  where: "ade business-key",
  hint: step("to set the key", "鍵を設定するには", line("ade business-key set", ["FILE"])),
});

const NOT_SYNCED_FAILURE = new Failure("input-rejected", {
  what: text("the organisation's devices were not fetched yet", "組織のデバイスをまだ取得していません"),
  where: "ade sync",
  hint: step("to see the next steps", "次の手順の確認", line("ade status", [])),
});

const requireKnownServer = (servers: readonly string[], named: string | null): void => {
  if (servers.length === 0 || (named !== null && servers.includes(named))) return;
  const names = servers.slice(0, 3).join(", ") + (servers.length > 3 ? ", …" : "");
  const next = line("ade business-key set", [], { server: "NAME" });
  throw new Failure("input-rejected", {
    what: text(
      `it is not known which of Apple's MDM servers CLOMO uses: ${names}`,
      `Apple の MDM サーバーのうち、CLOMO がどれを使っているかわかりません: ${names}`,
    ),
    where: "--server",
    hint: step("to specify the server", "サーバーを指定するには", next),
  });
};

/** @throws Failure `input-rejected` if no devices were fetched or CLOMO's server is not known */
export const requireFetchedDevices = async (reader: Reader): Promise<void> => {
  const { business } = await readAde(reader);
  if (business === null || business.lastSyncAt === null) throw NOT_SYNCED_FAILURE;
  requireKnownServer(business.servers, business.server);
};

export interface BusinessKeyRequest {
  /** undefined to keep the stored private key and the IDs of the API account */
  readonly key?:
    | Readonly<Record<"name" | "content" | "clientId" | "keyId", string> & { url?: string | undefined }>
    | undefined;
  readonly server?: string | undefined;
}

/** Stores the key without contacting Apple. @throws Failure `input-rejected` */
export const setBusinessKey = async (
  session: Session,
  { sealing }: AppleAccess,
  { key, server }: BusinessKeyRequest,
): Promise<Ade> => {
  for (const [name, value] of Object.entries({ clientId: key?.clientId, keyId: key?.keyId, server }))
    if (value !== undefined) checkFieldValue(name, { type: "text", blank: false, longest: 200 }, value);
  const seal = async ({ name, content, url, clientId, keyId }: NonNullable<typeof key>) => {
    const pem = Buffer.from(content, "base64").toString();
    parseBusinessKey(name, pem);
    return {
      apiEndpoint: url === undefined ? null : parseEndpoint(url),
      apiClient: clientId,
      apiKeyId: keyId,
      apiKey: await sealing.seal(BUSINESS_KEY_PURPOSE, pem, await session.read(listSealedSecrets)),
      apiKeyAt: getCurrentInstant(session.surroundings),
      apiRejectedAt: null,
    };
  };
  const change: Partial<StoredServer> = {
    ...(key !== undefined && (await seal(key))),
    ...(server !== undefined && { clomoServer: server }),
  };
  await session.change({ action: "ade.business-key", locks: ADE_LOCKS }, async (writer) => {
    const { business } = await readAde(writer);
    if (key === undefined && business === null) throw NO_KEY_FAILURE;
    if (server !== undefined) requireKnownServer(business?.servers ?? [], server);
    await writeServer(writer, change);
    const after = { clientId: key?.clientId, keyId: key?.keyId, server };
    return { result: undefined, objects: [ADE_AUDIT_OBJECT], after };
  });
  return session.read(readAde);
};
