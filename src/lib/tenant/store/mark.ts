import type { Reader } from "./store.ts";

/** SQL: the tenant's key for keyed hashes. */
export const HASH_KEY_SQL = "select markKey from tenant";

export const readHashKey = async (reader: Reader): Promise<string> =>
  String((await reader.get(HASH_KEY_SQL))?.["markKey"] ?? "");

// oxlint-disable-next-line eslint/no-restricted-globals -- slow to load, and most requests do not need it
const loadCrypto = () => process.getBuiltinModule("node:crypto");

/** Returns a keyed hash in hexadecimal. Hashes show whether texts differ, but reveal nothing about their content. */
export const computeKeyedHash = (key: string, text: string): string =>
  loadCrypto().createHmac("sha256", Buffer.from(key, "hex")).update(text).digest("hex");
