import { attempt } from "./foreign.ts";

const KEY = 1;
const CERTIFICATE = 2;
const MAGIC = 0xfeedfeed;

/** More than any store holds; an entry has a few bytes at least. */
const MAX_ENTRIES = 10_000;

/**
 * The certificates of a Java key store (JKS), in DER: they are in clear, only its keys need the password.
 *
 * @returns undefined where the bytes are no such store, or are cut off
 * @see OpenJDK, sun.security.provider.JavaKeyStore.engineLoad
 */
export function certificatesOfJavaKeyStore(store: Uint8Array): readonly Uint8Array[] | undefined {
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
    if (number(4) !== MAGIC) return undefined;
    const version = number(4);
    const certificate = (): Uint8Array => {
      if (version > 1) take(number(2));
      return take(number(4));
    };
    return Array.from({ length: Math.min(number(4), MAX_ENTRIES) }, () => {
      const kind = number(4);
      take(number(2));
      take(8);
      if (kind === CERTIFICATE) return [certificate()];
      if (kind !== KEY) throw new RangeError("unknown entry");
      take(number(4));
      return Array.from({ length: Math.min(number(4), MAX_ENTRIES) }, certificate);
    }).flat();
  });
}
