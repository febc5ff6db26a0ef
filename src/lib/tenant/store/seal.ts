import type { Reader } from "./store.ts";

/** Bytes of a nonce and of a tag of AES-GCM. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** SQL: the tenant's key for what is shown to those who see a part of it, and must tell nothing of the rest. */
export const SEALING_KEY = "select sealingKey from tenant";

/** The tenant's own key, in hexadecimal. */
export const sealingKey = async (reader: Reader): Promise<string> =>
  String((await reader.get(SEALING_KEY))?.["sealingKey"] ?? "");

// oxlint-disable-next-line eslint/no-restricted-globals -- it takes several milliseconds to load, which lists of all do without
const crypto = () => process.getBuiltinModule("node:crypto");

const macOf = (key: string, use: "cursor" | "encryption" | "mark", text: string): Buffer =>
  crypto().createHmac("sha256", Buffer.from(key, "hex")).update(`${use}\n${text}`).digest();

/** A mark of a text, in hexadecimal: another one tells that the text is another one, and nothing of what it says. */
export const markOf = (key: string, text: string): string => macOf(key, "mark", text).toString("hex");

/** A text that only {@link unseal} with the same key reads: the same for the same text. */
export const seal = (key: string, text: string): string => {
  const nonce = macOf(key, "cursor", text).subarray(0, NONCE_BYTES);
  const cipher = crypto().createCipheriv("aes-256-gcm", macOf(key, "encryption", ""), nonce);
  const sealed = [cipher.update(text, "utf8"), cipher.final()];
  return Buffer.concat([nonce, cipher.getAuthTag(), ...sealed]).toString("base64url");
};

/** The text that was sealed; undefined if it was not, with this key. */
export const unseal = (key: string, sealed: string): string | undefined => {
  const bytes = Buffer.from(sealed, "base64url");
  const [nonce, end] = [bytes.subarray(0, NONCE_BYTES), NONCE_BYTES + TAG_BYTES];
  if (bytes.length < end) return undefined;
  const decipher = crypto().createDecipheriv("aes-256-gcm", macOf(key, "encryption", ""), nonce);
  decipher.setAuthTag(bytes.subarray(NONCE_BYTES, end));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(end)), decipher.final()]).toString("utf8");
  } catch {
    return undefined;
  }
};
