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

export class Sealer {
  readonly #keys: readonly [Uint8Array, ...Uint8Array[]];
  /** the beginning of what the current key sealed */
  readonly header: Buffer;

  constructor({ current, previous }: SealingKeys) {
    this.#keys = [current, ...(previous === undefined ? [] : [previous])];
    this.header = buildSealHeader(current);
  }

  /** Compresses and encrypts. */
  seal(place: Place, plain: Uint8Array): Buffer {
    return sealBytes(this.#keys[0], JSON.stringify(place), zstdCompressSync(plain));
  }

  /** @throws Failure `unavailable` that names the tenant and the position */
  unseal(place: Place, sealed: Uint8Array): Buffer {
    const plain = unsealBytes(this.#keys, JSON.stringify(place), sealed);
    if (typeof plain !== "string") return zstdDecompressSync(plain);
    const [what, tenant, seq] = place;
    const where = tenant === undefined ? what : `${tenant}: ${what} ${seq}`;
    throw new Failure("unavailable", { ...FAULTS[plain], where });
  }
}

const FAULTS = {
  "other-key": {
    what: text("the store was sealed with another key", "保存先は別の鍵で暗号化されています"),
    hint: text("use the sealing.key of the other servers", "ほかのサーバーと同じ sealing.key を使ってください"),
  },
  damaged: {
    what: text(
      "contents of the store are damaged or in the wrong place",
      "保存先の内容が壊れているか、別の場所にあります",
    ),
    hint: text("restore the database to an earlier moment", "データベースを以前の時点に復元してください"),
  },
};
