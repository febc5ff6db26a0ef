import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { line } from "../advice/index.ts";
import { diskFailureOf, reasonOf } from "../errors/disk.ts";
import { Failure } from "../errors/index.ts";
import { ensureFolder, hasCode, readShort, unwritable, writeOwnFile, type ProcessTable } from "../files/index.ts";
import { sealedBy } from "../model/sealed.ts";
import { text, type Text } from "../text/index.ts";
import { shownWord } from "../text/shell-word.ts";
import { SEALING_KEY, type Home } from "./home.ts";
import { withSettingsLock } from "./settings-lock.ts";

/**
 * Seals secrets for the tenant's database, by a key that lies beside it and in no backup of it.
 *
 * @see docs/decisions/025-apple.md
 */
export interface SecretSealer {
  /**
   * A text that only {@link unseal} reads, with the same key and for the same purpose; each time another one. The first
   * one makes the key.
   *
   * @param purpose what the secret is for, such as `ade-token`: one cannot be put in another's place
   * @param kept sealed texts that the key must have sealed, too: where it is lost, or another one, nothing is sealed
   * @throws Failure `input-rejected` where the key's file is no key, not its owner's alone, lost, or not the one that
   *   sealed what is kept; `unexpected` where the home cannot be written
   */
  seal(purpose: string, secret: string, kept?: readonly string[]): Promise<string>;
  /**
   * The text that was sealed.
   *
   * @throws Failure `input-rejected` where it was sealed by another key than this machine's, or there is none, or as `seal`; `unexpected`
   *   where it is damaged, or was sealed for another purpose
   */
  unseal(purpose: string, sealed: string): Promise<string>;
}

const VERSION = 1;
const KEY_BYTES = 32;
const KEY_ID_BYTES = 4;
const HEAD_BYTES = 1 + KEY_ID_BYTES;
/** those of AES-GCM */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = "aes-256-gcm";

/** Base64url of the key, in a line: a text survives being copied by hand. */
const KEY_FILE = /^(?<key>[A-Za-z0-9_-]{43})\r?\n?$/;
const LONGEST_FILE = 100;
const OTHERS = 0o077;

// oxlint-disable-next-line eslint/no-restricted-globals -- it takes several milliseconds to load, which most commands do without
const crypto = () => process.getBuiltinModule("node:crypto");

/**
 * The sealing of a home; reads and writes nothing yet. The key is `sealing.key` in its folder of data, for its owner only.
 *
 * @param pause waits before the next try, where another process is making the key
 */
export function openSealing(
  home: Home,
  processes: ProcessTable,
  pause: () => Promise<void> = () => sleep(50),
): SecretSealer {
  const path = join(home.data, SEALING_KEY);
  const present = (): Promise<Buffer | undefined> => readKey(path, home.userId);
  const ownKey = async (kept: readonly string[]): Promise<Buffer> => {
    const key = await present();
    if (key !== undefined) {
      const mark = markOf(key);
      if (kept.some((sealed) => sealedBy(sealed) !== mark)) throw keyOfOthers(path);
      return key;
    }
    if (kept.length > 0) throw lostKey(path);
    return withSettingsLock(home.settings, pause, async () => {
      // another process may have made it meanwhile
      const made = await present();
      if (made !== undefined) return made;
      const key = crypto().randomBytes(KEY_BYTES);
      const place = { temporaryFolder: home.temporary, processes, secret: true };
      const line = `${key.toString("base64url")}\n`;
      await ensureFolder(home.data);
      await writeOwnFile(path, line, place).catch((cause: unknown) => {
        throw unwritable(home.data, cause);
      });
      return key;
    });
  };
  return {
    async seal(purpose, secret, kept = []) {
      const key = await ownKey(kept);
      const head = headOf(key);
      const nonce = crypto().randomBytes(NONCE_BYTES);
      const cipher = crypto().createCipheriv(CIPHER, key, nonce).setAAD(associated(head, purpose));
      const sealed = [cipher.update(secret, "utf8"), cipher.final()];
      return Buffer.concat([head, nonce, cipher.getAuthTag(), ...sealed]).toString("base64url");
    },
    async unseal(purpose, sealed) {
      const bytes = Buffer.from(sealed, "base64url");
      if (bytes[0] !== VERSION || bytes.length < HEAD_BYTES + NONCE_BYTES + TAG_BYTES) throw damaged(purpose);
      const key = await present();
      if (key === undefined || !idOf(key).equals(bytes.subarray(1, HEAD_BYTES))) throw closed(path, key === undefined);
      return opened(key, purpose, bytes);
    },
  };
}

/**
 * The mark of the key of a home, as what it sealed has it; undefined where there is no key. Makes none.
 *
 * @throws Failure `input-rejected` where the file is no key, or not its owner's alone
 */
export const markOfKey = async (home: Home): Promise<string | undefined> => {
  const key = await readKey(join(home.data, SEALING_KEY), home.userId);
  return key && markOf(key);
};

const markOf = (key: Buffer): string => sealedBy(headOf(key).toString("base64url"));

const headOf = (key: Buffer): Buffer => Buffer.concat([Uint8Array.of(VERSION), idOf(key)]);

/** The first bytes of the key's hash: they tell which key sealed a text, and nothing of the key. */
const idOf = (key: Uint8Array): Buffer => crypto().createHash("sha256").update(key).digest().subarray(0, KEY_ID_BYTES);

const associated = (head: Uint8Array, purpose: string): Buffer => Buffer.concat([head, Buffer.from(purpose)]);

/** @throws Failure `unexpected` */
function opened(key: Uint8Array, purpose: string, bytes: Buffer): string {
  const head = bytes.subarray(0, HEAD_BYTES);
  const nonce = bytes.subarray(HEAD_BYTES, HEAD_BYTES + NONCE_BYTES);
  const rest = bytes.subarray(HEAD_BYTES + NONCE_BYTES);
  const decipher = crypto().createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(associated(head, purpose)).setAuthTag(rest.subarray(0, TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(rest.subarray(TAG_BYTES)), decipher.final()]).toString("utf8");
  } catch {
    throw damaged(purpose);
  }
}

/**
 * The key in a file; undefined where there is none.
 *
 * @throws Failure `input-rejected` where it is no key or others may read it, `unexpected` where the disk is faulty
 */
async function readKey(path: string, userId: number | undefined): Promise<Buffer | undefined> {
  try {
    const file = await readShort(path, LONGEST_FILE);
    const written = file === undefined ? "" : Buffer.from(file.bytes).toString("latin1");
    if (file !== undefined && userId !== undefined) {
      if ((file.mode & OTHERS) !== 0) throw readByOthers(path);
      if (file.ownerId !== userId && file.ownerId !== 0) throw ofAnother(path);
    }
    const key = Buffer.from(KEY_FILE.exec(written)?.groups?.["key"] ?? "", "base64url");
    if (key.length !== KEY_BYTES) throw noKey(path);
    return key;
  } catch (error) {
    if (error instanceof Failure) throw error;
    if (hasCode(error, "ENOENT", "ENOTDIR")) return undefined;
    throw diskFailureOf(error, path) ?? rejected(path, reasonOf(error), MAKE_READABLE);
  }
}

const rejected = (where: string, what: Text, hint: Text): Failure =>
  new Failure("input-rejected", { what, where, hint });

const MAKE_READABLE = text(
  "make the file readable for its owner, and for nobody else",
  "所有者だけがファイルを読み取れるようにしてください",
);

const readByOthers = (path: string): Failure =>
  rejected(
    path,
    text(
      "other users may read this key, by which secrets are sealed; it is not used",
      "秘密情報を暗号化する鍵を他のユーザーが読み取れるため、使用しません",
    ),
    text(
      `if nobody else has read it: chmod 600 ${shownWord(path)}`,
      `他の人に読まれていなければ chmod 600 ${shownWord(path)} を実行してください`,
    ),
  );

const ofAnother = (path: string): Failure =>
  rejected(
    path,
    text(
      "this key, by which secrets are sealed, belongs to another user; it is not used",
      "秘密情報を暗号化する鍵の所有者が別のユーザーのため、使用しません",
    ),
    text(
      `make it yours, if it comes from you: chown "$(id -un)" ${shownWord(path)}`,
      `自分で置いたものなら chown "$(id -un)" ${shownWord(path)} を実行してください`,
    ),
  );

const noKey = (path: string): Failure =>
  rejected(
    path,
    text("not a key: secrets are neither sealed nor opened with it", "鍵のファイルではないため、使用しません"),
    text(
      "put the former sealing.key back; if it is lost, move this file away and set up keys and tokens anew",
      "元の sealing.key を戻してください。失われた場合は、このファイルを別の場所に移し、鍵とトークンを設定し直してください",
    ),
  );

const lostKey = (path: string): Failure =>
  rejected(
    path,
    text(
      "this key is missing, and this tenant has secrets that it sealed; nothing was done",
      "この鍵がありません。このテナントには、この鍵で暗号化した秘密情報があります。何も変更していません",
    ),
    text(
      `put the former sealing.key back, from the machine or the backup that has it (chmod 600 ${shownWord(path)}); if it is lost, add --start-over: another one is made, and what ${line("doctor", [])} names is set up anew`,
      `元の sealing.key を、設定した PC かバックアップから戻してください(chmod 600 ${shownWord(path)})。失われた場合は --start-over を付けると新しい鍵を作成します。その後、${line("doctor", [])} が示すものを設定し直してください`,
    ),
  );

const keyOfOthers = (path: string): Failure =>
  rejected(
    path,
    text(
      "this is another key than the one that sealed secrets of this tenant; nothing was done",
      "このテナントの秘密情報を暗号化した鍵とは別の鍵です。何も変更していません",
    ),
    text(
      `put the former sealing.key back, from the machine or the backup that has it (chmod 600 ${shownWord(path)}); if it is lost, add --start-over: this one is used, and what ${line("doctor", [])} names is set up anew`,
      `元の sealing.key を、設定した PC かバックアップから戻してください(chmod 600 ${shownWord(path)})。失われた場合は --start-over を付けると今の鍵を使います。その後、${line("doctor", [])} が示すものを設定し直してください`,
    ),
  );

const closed = (path: string, isMissing: boolean): Failure =>
  rejected(
    path,
    isMissing
      ? text(
          "this key is missing, by which keys and tokens of this tenant were sealed",
          "このテナントの鍵とトークンを暗号化した鍵がありません",
        )
      : text(
          "keys and tokens of this tenant were sealed by another sealing.key than this machine's",
          "このテナントの鍵とトークンは、このコンピューターの sealing.key とは別の鍵で暗号化されています",
        ),
    text(
      `put the former sealing.key back, from the machine or the backup that has it (chmod 600 ${shownWord(path)}); if it is lost, begin anew with --start-over: ${line("doctor", [])} names what is lost, and the commands`,
      `元の sealing.key を、設定した PC かバックアップから戻してください(chmod 600 ${shownWord(path)})。失われた場合は --start-over で設定し直してください。対象とコマンドは ${line("doctor", [])} で確認できます`,
    ),
  );

const damaged = (purpose: string): Failure =>
  new Failure("unexpected", {
    what: text(
      `a secret in the tenant's database is damaged: ${purpose}`,
      `テナントのデータベースにある秘密情報が壊れています: ${purpose}`,
    ),
    hint: text(
      "restore a backup of the tenant, or set it up anew",
      "テナントのバックアップを復元するか、設定し直してください",
    ),
  });
