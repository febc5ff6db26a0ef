/** The header of the file: eight of the columns of devices. One of them must be unique in a tenant. */
export const DEVICE_HEADER = [
  "シリアルナンバー",
  "プラットフォーム",
  "ステータス",
  "端末識別名",
  "IMEI番号",
  "電話番号",
  "Wi-Fi MACアドレス",
  "メモ",
] as const;

const PLATFORMS = ["iOS", "Android", "Windows", "macOS"] as const;
const STATUSES = ["事前登録", "管理中", "管理中"] as const;

/** Returns a well-mixed 32-bit number. */
const mixBits = (index: number): number => Math.imul(index, 0x9e3779b1) >>> 0;

const formatHexByte = (number: number): string => (number & 0xff).toString(16).padStart(2, "0");

/**
 * Returns the record of an invented device as it appears in the file, including the newline. It depends only on
 * `index`. Serial numbers are unique and unordered.
 *
 * @param index from 0, below 2^24
 */
export const formatDeviceRecord = (index: number): string => {
  const chance = mixBits(index);
  const number = String(index).padStart(8, "0");
  return [
    `F${String(chance).padStart(10, "0")}`,
    PLATFORMS[chance % PLATFORMS.length],
    STATUSES[chance % STATUSES.length],
    `営業部 ${index} 号機`,
    `35 ${number.slice(0, 6)} ${number.slice(2)} ${chance % 10}`,
    `080-${number.slice(0, 4)}-${number.slice(4)}`,
    // from the block reserved for documentation, see RFC 7042
    `00:00:5e:${[index >> 16, index >> 8, index].map(formatHexByte).join(":")}`,
    `貸出 ${chance % 50}\r\n`,
  ].join(",");
};
