import { attempt } from "./foreign.ts";

const KEY_ENTRY = 1;
const CERTIFICATE_ENTRY = 2;
const JKS_MAGIC = 0xfeedfeed;

/** Maximum number of entries that are read, which is more than any store has. Each entry takes at least a few bytes. */
const MAX_ENTRIES = 10_000;

/**
 * Reads the certificates of a Java key store (JKS), in DER. They are not encrypted; only the keys of the store require
 * the password.
 *
 * @returns undefined if the bytes are not a Java key store or are truncated
 * @see OpenJDK, sun.security.provider.JavaKeyStore.engineLoad
 */
export function readJavaKeyStore(store: Uint8Array): readonly Uint8Array[] | undefined {
  return attempt(() => {
    const bytes = Buffer.from(store.buffer, store.byteOffset, store.length);
    let at = 0;
    const number = (size: number): number => {
      at += size;
      return bytes.readUIntBE(at - size, size);
    };
    const take = (length: number): Uint8Array => {
      at += length;
      if (at > bytes.length) throw new RangeError("cut off");
      return bytes.subarray(at - length, at);
    };
    if (number(4) !== JKS_MAGIC) return undefined;
    const version = number(4);
    const certificate = (): Uint8Array => {
      if (version > 1) take(number(2));
      return take(number(4));
    };
    return Array.from({ length: Math.min(number(4), MAX_ENTRIES) }, () => {
      const kind = number(4);
      take(number(2));
      take(8);
      if (kind === CERTIFICATE_ENTRY) return [certificate()];
      if (kind !== KEY_ENTRY) throw new RangeError("unknown entry");
      take(number(4));
      return Array.from({ length: Math.min(number(4), MAX_ENTRIES) }, certificate);
    }).flat();
  });
}
