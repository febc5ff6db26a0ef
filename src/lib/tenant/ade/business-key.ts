import { parseBusinessKey } from "../../apple/business/key.ts";
import { getCurrentInstant } from "../ids.ts";
import { checkFieldValue } from "../records/records.ts";
import type { Session } from "../session.ts";
import { readBusiness, writeBusiness, type StoredBusiness } from "./business-rows.ts";
import { createServerFailure, listServers, NO_KEY_FAILURE } from "./business-state.ts";
import { ADE_LOCKS, ADE_OBJECT, parseEndpoint, readAde, type Ade, type AppleAccess } from "./server.ts";
import { listSealedSecrets } from "./server-rows.ts";

export const BUSINESS_KEY_PURPOSE = "business-key";

const TEXT_FIELD = { type: "text", blank: false, longest: 200 } as const;

export interface BusinessKeyRequest {
  /** the private key file and the IDs of its API account; undefined: they stay as they are */
  readonly key?:
    | {
        readonly name: string;
        readonly content: string;
        readonly clientId: string;
        readonly keyId: string;
        readonly url?: string | undefined;
      }
    | undefined;
  readonly server?: string | undefined;
}

/** Sets the key, the server that CLOMO uses, or both, without contacting Apple. @throws Failure `input-rejected` */
export const setBusinessKey = async (
  session: Session,
  { sealing }: AppleAccess,
  { key, server }: BusinessKeyRequest,
): Promise<Ade> => {
  for (const [name, value] of Object.entries({ clientId: key?.clientId, keyId: key?.keyId, server }))
    if (value !== undefined) checkFieldValue(name, TEXT_FIELD, value);
  let stored: Partial<StoredBusiness> = server === undefined ? {} : { server };
  if (key !== undefined) {
    const pem = Buffer.from(key.content, "base64").toString();
    parseBusinessKey(key.name, pem);
    const kept = await session.read(listSealedSecrets);
    stored = {
      ...stored,
      endpoint: key.url === undefined ? null : parseEndpoint(key.url),
      clientId: key.clientId,
      keyId: key.keyId,
      privateKey: await sealing.seal(BUSINESS_KEY_PURPOSE, pem, kept),
      keyAt: getCurrentInstant(session.surroundings),
      keyBy: session.actorName,
      keyRejectedAt: null,
    };
  }
  await session.change({ action: "ade.business-key", locks: ADE_LOCKS }, async (writer) => {
    const before = await readBusiness(writer);
    if (before === undefined && key === undefined) throw NO_KEY_FAILURE;
    const servers = listServers(before);
    if (server !== undefined && servers.length > 0 && !servers.includes(server))
      throw createServerFailure(servers, server);
    await writeBusiness(writer, stored);
    return {
      result: undefined,
      objects: [ADE_OBJECT],
      before: describe(before),
      after: describe({ ...before, ...stored }),
    };
  });
  return session.read(readAde);
};

const describe = (business: Partial<StoredBusiness> = {}) => ({
  clientId: business.clientId ?? null,
  keyId: business.keyId ?? null,
  server: business.server ?? null,
});
