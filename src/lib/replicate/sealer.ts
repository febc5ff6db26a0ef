import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { buildSealHeader, sealBytes, unsealBytes } from "../config/sealed-bytes.ts";
import { Failure } from "../errors/index.ts";
import { text } from "../text/index.ts";

/** While a key is replaced, all computers know both: first as the previous one, then as the current one. */
export interface SealingKeys {
  readonly current: Uint8Array;
  readonly previous?: Uint8Array | undefined;
}

/** Where contents belong: elsewhere they are refused. */
export type Place = readonly ["store"] | readonly ["entry" | "part", tenant: string, seq: number, ...unknown[]];

/** Compresses, then encrypts. */
export class Sealer {
  readonly #keys: readonly [Uint8Array, ...Uint8Array[]];
  /** the beginning of what the current key sealed */
  readonly header: Buffer;

  constructor({ current, previous }: SealingKeys) {
    this.#keys = [current, ...(previous === undefined ? [] : [previous])];
    this.header = buildSealHeader(current);
  }

  seal(place: Place, plain: Uint8Array): Buffer {
    return sealBytes(this.#keys[0], JSON.stringify(place), zstdCompressSync(plain));
  }

  /** @throws Failure `unavailable` that names the tenant and the position */
  unseal(place: Place, sealed: Uint8Array): Buffer {
    const plain = unsealBytes(this.#keys, JSON.stringify(place), sealed);
    if (typeof plain !== "string") return zstdDecompressSync(plain);
    const [what, tenant, seq] = place;
    throw new Failure("unavailable", {
      what: FAULTS[plain],
      where: tenant === undefined ? what : `${tenant}: ${what} ${seq}`,
    });
  }
}

const FAULTS = {
  "other-key": text("the store is sealed with another sealing.key", "保存先は別の sealing.key で暗号化されています"),
  damaged: text(
    "contents of the store are damaged or in the wrong place",
    "保存先の内容が壊れているか、別の場所にあります",
  ),
};
