import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { COPY_STORE_KEY } from "../config/sealing.ts";
import { sealBytes, unsealBytes } from "../config/sealed-bytes.ts";
import { Failure } from "../errors/index.ts";
import { text } from "../text/index.ts";

/** While a key is replaced, all computers know both: first as the previous one, then as the current one. */
export interface SealingKeys {
  readonly current: Uint8Array;
  readonly previous?: Uint8Array | undefined;
}

/** Where contents belong: elsewhere they are refused. */
type Place = readonly [what: "store"] | readonly [tenant: string, what: "entry" | "part", seq: number, ...unknown[]];

/** As small as on the default level, in two thirds of the time. */
const FAST = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** Compresses, then encrypts. Uses the memory of `plain` up: the garbage collector would run often for so much of it. */
export const seal = ({ current }: SealingKeys, place: Place, plain: Uint8Array): Buffer => {
  const compressed = zstdCompressSync(plain, FAST);
  const { buffer } = plain;
  if (buffer instanceof ArrayBuffer && buffer.byteLength === plain.byteLength) buffer.transfer(0);
  return sealBytes(current, JSON.stringify(place), compressed);
};

/** @throws Failure `unavailable` that names the tenant and the position */
export const unseal = ({ current, previous = current }: SealingKeys, place: Place, sealed: Uint8Array): Buffer => {
  const plain = unsealBytes([current, previous], JSON.stringify(place), sealed);
  if (typeof plain !== "string") return zstdDecompressSync(plain);
  const hint = plain === "other-key" ? COPY_STORE_KEY : undefined;
  throw new Failure("unavailable", { what: FAULTS[plain], where: place.slice(0, 3).join(" "), hint });
};

const FAULTS = {
  "other-key": text("the store is sealed with another sealing.key", "保存先は別の sealing.key で暗号化されています"),
  damaged: text("contents of the store are damaged or displaced", "保存先の内容が壊れているか、別の場所にあります"),
};
