import { isLead, pairsToUnicode, unicodeToCp932 } from "./encoding/cp932.ts";

/** 1 for two-byte sequences that CP932 has twice and nobody writes: their character comes back as other bytes. */
function otherSequences(): Uint8Array {
  const toUnicode = pairsToUnicode();
  const back = unicodeToCp932();
  return Uint8Array.from(toUnicode, (unit, pair) => {
    const written = unit === 0 ? 0 : (back[unit] ?? 0);
    return written !== 0 && written !== pair ? 1 : 0;
  });
}

/**
 * Counts characters of a CP932 file that stand in the second of their two places: NEC row 13 beside JIS X 0208, NEC's
 * selection of IBM's extensions (ED, EE) beside IBM's own (FA-FC). Export writes them as the first one.
 */
export class DuplicateWatch {
  readonly #other = otherSequences();
  #lead = 0;
  count = 0;

  write(chunk: Uint8Array): void {
    let lead = this.#lead;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0;
      if (lead !== 0) {
        this.count += this.#other[(lead << 8) | byte] ?? 0;
        lead = 0;
      } else if (isLead(byte)) lead = byte;
    }
    this.#lead = lead;
  }
}
