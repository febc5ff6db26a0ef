/** The digits of pi with which a key is expanded. @see RFC 2268 section 2 */
const PI_TABLE = Buffer.from(
  "d978f9c419ddb5ed28e9fd794aa0d89dc67e37832b76538e624c6488448bfba2179a59f587b34f1361456d8d09817d32" +
    "bd8f40eb86b77b0bf09521225c6b4e8254d66593ce60b21c7356c014a78cf1dc1275ca1f3bbee4d1423dd430a33cb626" +
    "6fbf0eda4669075727f21d9bbc944303f811c7f690ef3ee706c3d52fc8661ed708e8eade8052eef784aa72ac354d6a2a" +
    "961ad2715a1549744b9fd05e0418a4ecc2e0416e0f51cbcc2491af50a1f47039997c3a8523b8b47afc02365b25559731" +
    "2d5dfa98e38a92ae05df2910676cbac9d300e6cfe19ea82c6316013f58e289a90d38341bab33ffb0bb480c5fb9b1cd2e" +
    "c5f3db47e5a59c770aa62068fe7fc1ad",
  "hex",
);

const BLOCK_BYTES = 8;
const ROTATIONS = [1, 2, 3, 5] as const;

/** Expands a key to 64 words of 16 bits. */
function expandKey(key: Uint8Array, effectiveBits: number): Uint16Array {
  const spread = Buffer.alloc(128);
  spread.set(key);
  const pi = (at: number): number => PI_TABLE[at & 0xff] ?? 0;
  const byte = (at: number): number => spread[at] ?? 0;
  for (let at = key.length; at < 128; at += 1) spread[at] = pi(byte(at - 1) + byte(at - key.length));
  const bytes = Math.ceil(effectiveBits / 8);
  spread[128 - bytes] = pi(byte(128 - bytes) & (0xff >> (8 * bytes - effectiveBits)));
  for (let at = 127 - bytes; at >= 0; at -= 1) spread[at] = pi(byte(at + 1) ^ byte(at + bytes));
  return Uint16Array.from({ length: 64 }, (_, at) => spread.readUInt16LE(2 * at));
}

/**
 * Decrypts RC2 in CBC mode. Node's OpenSSL no longer supports RC2, but key stores of Windows and of macOS's keychain
 * are encrypted with it.
 *
 * @param effectiveBits effective length of the key: 40 or 128
 * @throws RangeError if the padding is wrong, as happens with a wrong key
 * @see RFC 2268
 */
export function decryptRc2(content: Uint8Array, key: Uint8Array, iv: Uint8Array, effectiveBits: number): Buffer {
  if (content.length === 0 || content.length % BLOCK_BYTES !== 0) throw new RangeError("cut off");
  const words = expandKey(key, effectiveBits);
  const plain = Buffer.from(content);
  for (let at = 0; at < plain.length; at += BLOCK_BYTES) {
    decryptBlock(plain.subarray(at, at + BLOCK_BYTES), words);
    for (let index = 0; index < BLOCK_BYTES; index += 1) {
      const before = at === 0 ? iv[index] : content[at - BLOCK_BYTES + index];
      plain[at + index] = (plain[at + index] ?? 0) ^ (before ?? 0);
    }
  }
  const padding = plain.at(-1) ?? 0;
  const padded = plain.subarray(-padding);
  if (padding === 0 || padding > BLOCK_BYTES || padded.some((byte) => byte !== padding))
    throw new RangeError("padding");
  return plain.subarray(0, -padding);
}

/** Decrypts a block in place: sixteen mixing rounds with two mashing rounds among them, in reverse order. */
function decryptBlock(block: Buffer, words: Uint16Array): void {
  const r = [0, 2, 4, 6].map((at) => block.readUInt16LE(at));
  const word = (index: number): number => r[index & 3] ?? 0;
  for (let round = 15; round >= 0; round -= 1) {
    for (let index = 3; index >= 0; index -= 1) {
      const turn = ROTATIONS[index] ?? 0;
      const turned = (word(index) >>> turn) | (word(index) << (16 - turn));
      const mixed = (word(index - 1) & word(index - 2)) + (~word(index - 1) & word(index - 3));
      r[index] = (turned - (words[4 * round + index] ?? 0) - mixed) & 0xffff;
    }
    if (round !== 5 && round !== 11) continue;
    for (let index = 3; index >= 0; index -= 1) r[index] = (word(index) - (words[word(index - 1) & 63] ?? 0)) & 0xffff;
  }
  for (const [index, value] of r.entries()) block.writeUInt16LE(value, 2 * index);
}
