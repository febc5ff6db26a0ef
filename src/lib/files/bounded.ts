import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { text, type Text } from "../text/index.ts";

/** As in lib/apple, which is not loaded before there is a file to read; a test holds the two equal. */
export const MOST_BYTES = 1024 * 1024;

/** A pipe must not be waited for, should one have taken the file's place meanwhile. Windows lacks the flag, as the other. */
const { O_RDONLY, O_NONBLOCK, O_NOFOLLOW } = constants;

export const NOT_A_FILE = text(
  "this is neither a file nor a folder; it is not opened",
  "ファイルでもフォルダーでもないため開きません",
);

const TOO_LARGE = text(
  "too large to be a certificate or a token; it is not read",
  "証明書やトークンにしては大きすぎるため読み込みません",
);

const BY_CODE: ReadonlyMap<string, Text> = new Map([
  ["ENOENT", text("there is no such file (any more)", "このファイルはありません(または無くなりました)")],
  ["EACCES", text("there is no right to read it", "読み取る権限がありません")],
  ["EPERM", text("there is no right to read it", "読み取る権限がありません")],
  ["ELOOP", text("this link leads round in a loop, or to a link", "リンクが循環しているか、別のリンクを指しています")],
  ["ENXIO", NOT_A_FILE],
]);

/** Why the file system refuses something. */
export function reasonOf(error: unknown): Text {
  const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
  return BY_CODE.get(code) ?? text(`it cannot be read (${code})`, `読み込めません(${code})`);
}

/**
 * The bytes of a file that may hold a certificate or a token, or why it is not read. Time and memory are bounded,
 * whatever lies there.
 *
 * @param follow whether a symbolic link at the path may be followed
 */
export async function readBounded(path: string, follow: boolean): Promise<Uint8Array | Text> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, O_RDONLY | O_NONBLOCK | (follow ? 0 : O_NOFOLLOW));
    const found = await handle.stat();
    if (!found.isFile()) return NOT_A_FILE;
    if (found.size > MOST_BYTES) return TOO_LARGE;
    return await readUpTo(handle, found.size);
  } catch (error) {
    return reasonOf(error);
  } finally {
    await handle?.close();
  }
}

async function readUpTo(handle: FileHandle, most: number): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafe(most);
  let filled = 0;
  while (filled < most) {
    const { bytesRead } = await handle.read(bytes, filled, most - filled, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}
