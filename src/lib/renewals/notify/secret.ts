import { resolve, join } from "node:path";
import { Failure, rethrowAs, tryOrUndefined } from "../../errors/index.ts";
import {
  readNamedFile,
  readSmallFile,
  createReadFailure,
  type InputSources,
  readTrustedFile,
} from "../../files/index.ts";
import { text } from "../../text/index.ts";
import type { NotifySettings } from "./settings-schema.ts";

export interface SecretReadOptions {
  readonly folder: string;
  /** undefined on systems without file owners, where modes are not checked */
  readonly userId: number | undefined;
  /** input for the file name `-`; undefined if `-` is an ordinary name */
  readonly stdin?: (() => InputSources["stdin"]) | undefined;
}

const MAX_SECRET_BYTES = 64 * 1024;

const decodeSecret = (bytes: Uint8Array, where: string): string => {
  const secret = tryOrUndefined(() => new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  if (secret !== undefined) return secret.replace(/\r?\n$/, "");
  throw createSecretFailure(
    where,
    ["not UTF-8 text, so the secret cannot be read correctly", "UTF-8 のテキストではないため、正しく読み取れません"],
    ["save the file as UTF-8", "ファイルを UTF-8 で保存してください"],
  );
};

const OTHER_USERS_MODE_MASK = 0o077;

const createSecretFailure = (where: string, what: [string, string], hint: [string, string]): Failure =>
  new Failure("input-rejected", { what: text(...what), where, hint: text(...hint) });

/** @throws `input-rejected` if the file is blank or readable by other users; `not-found`; `usage` for a terminal */
export const readSecret = async (file: string, { folder, userId, stdin }: SecretReadOptions): Promise<string> => {
  if (file !== "-" || stdin === undefined) return readSecretFile(resolve(folder, file), userId !== undefined);
  const stream = stdin();
  if ("isTTY" in stream && stream.isTTY === true) throw TERMINAL_STDIN_FAILURE;
  const { bytes } = await readNamedFile({ stdin: stream, workingFolder: folder }, "-", MAX_SECRET_BYTES);
  return decodeSecret(bytes, "stdin");
};

const TERMINAL_STDIN_FAILURE = new Failure("usage", {
  what: text("stdin is a terminal, which would show the secret", "標準入力がターミナルのため、値が画面に表示されます"),
  hint: text("pass the secret through a pipe or in a file", "パイプかファイルで渡してください"),
});

const readSecretFile = async (path: string, hasModes: boolean): Promise<string> => {
  const found = await readSmallFile(path, MAX_SECRET_BYTES).catch(rethrowAs((cause) => createReadFailure(path, cause)));
  if (found === undefined) {
    throw createSecretFailure(
      path,
      [
        "not a secret file: the file is too large, or not a regular file",
        "パスワードなどのファイルではありません(大きすぎるか、通常のファイルではありません)",
      ],
      ["use a file that contains only the secret", "パスワードなどの値だけを書いたファイルを指定してください"],
    );
  }
  const value = decodeSecret(found.bytes, path);
  if (hasModes && (found.mode & OTHER_USERS_MODE_MASK) !== 0) {
    throw createSecretFailure(
      path,
      ["other users can read the secret file", "パスワードなどのファイルをほかのユーザーが読める状態です"],
      resolve(path).startsWith("/mnt/")
        ? [
            "on a Windows drive (/mnt/c), chmod has no effect: move the file to your Linux home folder, then run chmod 600",
            "Windows のドライブ(/mnt/c など)では chmod が効きません。Linux のホームフォルダーに移してから chmod 600 を実行してください",
          ]
        : [`run: chmod 600 ${path}`, `chmod 600 ${path} を実行してください`],
    );
  }
  if (value !== "") return value;
  throw createSecretFailure(
    path,
    ["the secret file is empty", "パスワードなどのファイルが空です"],
    ["write the secret into the file", "パスワードなどをファイルに書いてください"],
  );
};

/** Also masks base64, because a mail server can quote a password in base64. */
export const maskSecrets = (message: string, secrets: readonly string[]): string => {
  const forms = secrets.flatMap((secret) => [secret, Buffer.from(secret).toString("base64")]);
  return forms.filter((form) => form.length > 3).reduce((kept, form) => kept.replaceAll(form, "•••"), message);
};

export const NOTIFY_FILE = "notify.yaml";

export const getNotifyFile = ({ folder }: SecretReadOptions): string => join(folder, NOTIFY_FILE);

/** Returns undefined if the file does not exist. @throws `input-rejected` with the line number */
export const readNotifySettings = async (place: SecretReadOptions): Promise<NotifySettings | undefined> => {
  const file = getNotifyFile(place);
  const content = readSettings(file, place.userId);
  if (content === undefined) return undefined;
  const { parseNotifySettings } = await import("./settings-schema.ts");
  return parseNotifySettings(content, file);
};

const readSettings = (file: string, userId: number | undefined): string | undefined => {
  try {
    return readTrustedFile(file, userId);
  } catch (cause) {
    throw cause instanceof Failure ? cause : createReadFailure(file, cause);
  }
};
