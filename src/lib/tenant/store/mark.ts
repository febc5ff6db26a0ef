import type { Reader } from "./store.ts";

/** SQL: the tenant's key for marks. */
export const MARK_KEY = "select markKey from tenant";

/** The tenant's key for marks, in hexadecimal. */
export const markKey = async (reader: Reader): Promise<string> =>
  String((await reader.get(MARK_KEY))?.["markKey"] ?? "");

// oxlint-disable-next-line eslint/no-restricted-globals -- it takes several milliseconds to load, which most requests do without
const crypto = () => process.getBuiltinModule("node:crypto");

/** A mark of a text, in hexadecimal: another mark tells that the text is another one, and nothing of what it says. */
export const markOf = (key: string, text: string): string =>
  crypto().createHmac("sha256", Buffer.from(key, "hex")).update(text).digest("hex");
