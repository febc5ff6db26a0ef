import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { line } from "../advice/index.ts";
import { toDiskFailure, describeReadError, Failure, hasErrorCode, rethrowAs } from "../errors/index.ts";
import {
  ensureFolder,
  readSmallFile,
  createUnwritableFailure,
  writeProgramFile,
  type ProcessTable,
} from "../files/index.ts";
import { text, type Text } from "../text/index.ts";
import { SEALING_KEY_FILE, type Home } from "./home.ts";
import { buildSealHeader, KEY_BYTES, sealBytes, unsealBytes } from "./sealed-bytes.ts";
import { withSettingsLock } from "./settings-lock.ts";

/** These first characters of a sealed text identify its key, but do not reveal any part of the key. */
const KEY_MARK_LENGTH = 6;

export const getKeyMark = (sealed: string): string => sealed.slice(0, KEY_MARK_LENGTH);

export type SecretSealer = Pick<ReturnType<typeof createSecretSealer>, "seal" | "unseal">;

/** The key is one line of Base64url, which people can copy without damage. */
const KEY_FILE_PATTERN = /^(?<key>[A-Za-z0-9_-]{43})\r?\n?$/;
const MAX_KEY_FILE_BYTES = 100;
const OTHERS_ACCESS_BITS = 0o077;

/** Encrypts secrets with a key that backups do not contain. @see docs/decisions/025-apple.md */
export function createSecretSealer(home: Home, processes: ProcessTable, pause: () => Promise<void> = () => sleep(50)) {
  const path = join(home.folder, SEALING_KEY_FILE);
  const present = (): Promise<Buffer | undefined> => readKey(path, home.userId);
  const replacedKey = (): Promise<Buffer | undefined> => readKey(`${path}.previous`, home.userId);
  const ownKey = async (kept: readonly string[]): Promise<Buffer> => {
    const key = await present();
    if (key !== undefined) {
      const mark = getKeyMark(buildSealHeader(key).toString("base64url"));
      if (kept.some((sealed) => getKeyMark(sealed) !== mark)) throw createKeyFailure(path, KEY_DIFFERS);
      return key;
    }
    if (kept.length > 0) throw createKeyFailure(path, KEY_MISSING);
    return withSettingsLock(home.folder, pause, async () => {
      const made = await present();
      if (made !== undefined) return made;
      const key = randomBytes(KEY_BYTES);
      const place = { temporaryFolder: home.temporary, processes, secret: true };
      const line = `${key.toString("base64url")}\n`;
      await ensureFolder(home.folder);
      await writeProgramFile(path, line, place).catch(
        rethrowAs((cause) => createUnwritableFailure(home.folder, cause)),
      );
      return key;
    });
  };
  return {
    /**
     * Returns the key of a store and, while it is replaced, the one before. @param way `create` makes the key if there is
     * none, `open` never does, because another key can be mistaken for that of the store @throws `input-rejected`
     */
    keys: async (way: "open" | "create") => {
      const current = way === "create" ? await ownKey([]) : await present();
      if (current === undefined)
        throw new Failure("input-rejected", { what: STORE_KEY_MISSING, where: path, hint: COPY_STORE_KEY });
      return { current, previous: await replacedKey() };
    },
    /**
     * The first call creates the key. @param purpose such as `ade-token` @param kept sealed texts in the database, to
     * which an existing key must belong @throws `input-rejected` if the key is unusable; `unexpected`
     */
    async seal(purpose: string, secret: string, kept: readonly string[] = []) {
      const key = await ownKey(kept);
      return sealBytes(key, purpose, Buffer.from(secret)).toString("base64url");
    },
    /** @throws `input-rejected` if the key is missing or wrong; `unexpected` if the text is damaged */
    async unseal(purpose: string, sealed: string) {
      const key = await present();
      const keys = [key, await replacedKey()].filter((one) => one !== undefined);
      const plain = unsealBytes(keys, purpose, Buffer.from(sealed, "base64url"));
      if (plain === "damaged") throw createDamagedSecretFailure(purpose);
      if (plain !== "other-key") return plain.toString("utf8");
      throw createKeyFailure(path, key === undefined ? KEY_MISSING : KEY_DIFFERS, purpose);
    },
  };
}

async function readKey(path: string, userId: number | undefined): Promise<Buffer | undefined> {
  try {
    const file = await readSmallFile(path, MAX_KEY_FILE_BYTES);
    const written = file === undefined ? "" : Buffer.from(file.bytes).toString("latin1");
    if (file !== undefined && userId !== undefined) {
      const isOwn = file.ownerId === userId || file.ownerId === 0;
      if (!isOwn || (file.mode & OTHERS_ACCESS_BITS) !== 0) throw createKeyFailure(path, KEY_READABLE_BY_OTHERS);
    }
    const key = Buffer.from(KEY_FILE_PATTERN.exec(written)?.groups?.["key"] ?? "", "base64url");
    if (key.length !== KEY_BYTES) throw createKeyFailure(path, NOT_A_KEY_FILE);
    return key;
  } catch (error) {
    if (error instanceof Failure) throw error;
    if (hasErrorCode(error, "ENOENT", "ENOTDIR")) return undefined;
    throw toDiskFailure(error, path) ?? createKeyFailure(path, describeReadError(error));
  }
}

const createKeyFailure = (where: string, what: Text, purpose?: string): Failure => {
  const next = purpose === "business-key" ? line("ade business-key set", ["FILE"]) : NEW_KEY_PAIR_COMMAND;
  const hint = text(
    `restore the original sealing.key, and make it readable only for you; if it is lost: ${next}`,
    `元の sealing.key を戻し、自分だけが読み取れるようにしてください。元のファイルがない場合は ${next}`,
  );
  return new Failure("input-rejected", { what, where, hint });
};

const NEW_KEY_PAIR_COMMAND = line("ade keypair create", [], { replace: true, output: "FILE" });

const KEY_READABLE_BY_OTHERS = text(
  "other users can read or replace this key",
  "ほかのユーザーがこの鍵を読み取るか置き換えられます",
);
const NOT_A_KEY_FILE = text("not a valid key file", "正しい鍵のファイルではありません");
const KEY_MISSING = text(
  "the key that decrypts the tenant's secrets is missing",
  "テナントの機密情報を復号する鍵がありません",
);
const STORE_KEY_MISSING = text("the key of the store is missing", "保存先の鍵がありません");
/** The remedy if a computer does not have the key of a store. */
export const COPY_STORE_KEY = text(
  "copy sealing.key from another server of this store",
  "この保存先を使うほかのサーバーから sealing.key をコピーしてください",
);
const KEY_DIFFERS = text(
  "the tenant's secrets were encrypted with a different key",
  "テナントの機密情報は別の鍵で暗号化されています",
);

const createDamagedSecretFailure = (purpose: string): Failure =>
  new Failure("unexpected", {
    what: text(
      `a secret in the tenant's database is damaged: ${purpose}`,
      `テナントのデータベースの機密情報が壊れています: ${purpose}`,
    ),
    hint: text("restore a backup of the tenant", "テナントのバックアップを復元してください"),
  });
