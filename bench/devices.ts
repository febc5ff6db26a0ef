/** The header of the file: eight of the columns of devices, one of them unique in a tenant. */
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

/** A well-mixed number of 32 bits. */
const mixed = (index: number): number => Math.imul(index, 0x9e3779b1) >>> 0;

const hexadecimal = (number: number): string => (number & 0xff).toString(16).padStart(2, "0");

/**
 * The record of an invented device, as it stands in the file, newline included. It depends on `index` alone. Serial
 * numbers are unique and in no order.
 *
 * @param index from 0, below 2^24
 */
export const deviceRecord = (index: number): string => {
  const chance = mixed(index);
  const number = String(index).padStart(8, "0");
  return [
    `F${String(chance).padStart(10, "0")}`,
    PLATFORMS[chance % PLATFORMS.length],
    STATUSES[chance % STATUSES.length],
    `営業部 ${index} 号機`,
    `35 ${number.slice(0, 6)} ${number.slice(2)} ${chance % 10}`,
    `080-${number.slice(0, 4)}-${number.slice(4)}`,
    // of the block that is set aside for documentation, see RFC 7042
    `00:00:5e:${[index >> 16, index >> 8, index].map(hexadecimal).join(":")}`,
    `貸出 ${chance % 50}\r\n`,
  ].join(",");
};
