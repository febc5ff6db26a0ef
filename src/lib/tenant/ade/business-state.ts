import { line } from "../../advice/index.ts";
import { Failure } from "../../errors/index.ts";
import { text } from "../../text/index.ts";
import type { Reader } from "../store/store.ts";
import { countDifferences, readBusiness, readClomoServer, type StoredBusiness } from "./business-rows.ts";

export const NO_KEY_FAILURE = new Failure("input-rejected", {
  what: text("no key of the Apple Business API is set", "Apple Business API の鍵が設定されていません"),
  where: "ade business-key",
  hint: text(`${line("ade business-key set", ["FILE"])}`, `${line("ade business-key set", ["FILE"])} で設定できます`),
});

const MAX_NAMED_SERVERS = 3;

export const createServerFailure = (servers: readonly string[], named: string | null): Failure => {
  const names = servers.slice(0, MAX_NAMED_SERVERS).join(", ") + (servers.length > MAX_NAMED_SERVERS ? ", …" : "");
  return new Failure("input-rejected", {
    what:
      named === null
        ? text(`Apple has several MDM servers: ${names}`, `Apple に複数の MDM サーバーがあります: ${names}`)
        : text(
            `Apple has no MDM server ${named}, but: ${names}`,
            `MDM サーバー ${named} は Apple にありません。あるのは ${names}`,
          ),
    where: "--server",
    hint: text(
      `name the server that CLOMO uses: ${line("ade business-key set", [], { server: "NAME" })}`,
      `CLOMO が使うサーバーを指定してください: ${line("ade business-key set", [], { server: "NAME" })}`,
    ),
  });
};

export const listServers = (business: Pick<StoredBusiness, "servers"> | undefined): readonly string[] =>
  JSON.parse(business?.servers ?? "[]") as string[];

/** @throws Failure `input-rejected` if nothing was fetched, or if it is not known which server CLOMO uses */
export const requireClomoServer = async (reader: Reader): Promise<void> => {
  const business = await readBusiness(reader);
  if (business === undefined || business.syncedAt === null) {
    throw new Failure("input-rejected", {
      what: text("the organisation's devices were not fetched yet", "組織のデバイスをまだ取得していません"),
      where: "ade sync",
      hint: NO_KEY_FAILURE.hint,
    });
  }
  const servers = listServers(business);
  const named = await readClomoServer(reader);
  // without any server, all devices are unassigned
  if (servers.length > 0 && (named === null || !servers.includes(named))) throw createServerFailure(servers, named);
};

/** Returns what is known from the Apple Business API; null if it was never used. */
export const readBusinessState = async (reader: Reader) => {
  const business = await readBusiness(reader);
  if (business === undefined) return null;
  const { clientId, keyId, keyAt, keyBy, keyRejectedAt, endpoint, syncedAt } = business;
  const servers = listServers(business);
  const named = await readClomoServer(reader);
  return {
    endpoint,
    // a tenant from a bundle has the devices, but not the key
    key:
      clientId === null || keyId === null || keyAt === null
        ? null
        : { clientId, keyId, setAt: keyAt, setBy: keyBy ?? "", rejectedAt: keyRejectedAt },
    /** null if it is not known which of the servers CLOMO uses */
    server: named !== null && (servers.length === 0 || servers.includes(named)) ? named : null,
    servers,
    lastSyncAt: syncedAt,
    ...(await countDifferences(reader)),
  };
};
