import { resolve } from "node:path";
import { Failure } from "../../errors/index.ts";
import { readShort, unreadable } from "../../files/index.ts";
import { text } from "../../text/index.ts";
import type { SecretSource } from "./settings.ts";

/** Where secrets are looked for. */
export interface SecretPlace {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** the folder that relative file names start from: the settings' */
  readonly folder: string;
  /** whether files have a mode that says who may read them; Windows' have none */
  readonly modes: boolean;
}

const LONGEST = 64 * 1024;

/** The secret in a file, without what editors put around it: a byte order mark and a line end. @throws `input-rejected` where it is not UTF-8 */
export const secretIn = (bytes: Uint8Array, where: string): string => {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes).replace(/\r?\n$/, "");
  } catch {
    throw refusal(
      where,
      ["not UTF-8 text: another secret would be read", "UTF-8 のテキストではないため、正しく読み取れません"],
      ["save it as UTF-8", "UTF-8 で保存してください"],
    );
  }
};

const OTHERS = 0o077;

const refusal = (where: string, what: [string, string], hint: [string, string]): Failure =>
  new Failure("input-rejected", { what: text(...what), where, hint: text(...hint) });

/**
 * The secret itself, without the line end that editors put behind it; nobody but its use may get to see it.
 *
 * @param check throws if the value of a file is no such secret; who may read the file matters only after that
 * @throws `input-rejected` when the variable is not set, or the file is blank or others may read it; as every file
 *   `not-found` when it is not there, `usage` when it is a folder or cannot be read
 */
export const readSecret = async (
  source: SecretSource,
  place: SecretPlace,
  check?: (value: string) => unknown,
): Promise<string> => {
  if ("file" in source) return readSecretFile(resolve(place.folder, source.file), place.modes, check);
  const value = place.environment[source.env] ?? "";
  if (value !== "") return value;
  throw refusal(
    source.env,
    ["environment variable is not set", "この環境変数が設定されていません"],
    [`set ${source.env} in the environment of notify`, `notify を実行する環境で ${source.env} を設定してください`],
  );
};

const readSecretFile = async (
  path: string,
  modes: boolean,
  check: (value: string) => unknown = () => {},
): Promise<string> => {
  const found = await readShort(path, LONGEST).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  if (found === undefined) {
    throw refusal(
      path,
      ["not a secret file", "機密情報のファイルではありません"],
      ["use a file that contains only the secret", "値だけを書いたファイルを指定してください"],
    );
  }
  const value = secretIn(found.bytes, path);
  if (value !== "") check(value);
  if (modes && (found.mode & OTHERS) !== 0) {
    throw refusal(
      path,
      ["secret file is readable by others", "機密情報のファイルを他のユーザーが読める状態です"],
      [`chmod 600 ${path}`, `chmod 600 ${path} を実行してください`],
    );
  }
  if (value !== "") return value;
  throw refusal(
    path,
    ["secret file is empty", "機密情報のファイルが空です"],
    ["write the secret into the file", "値を書いてください"],
  );
};

/** A text of another program in which a secret, also in base64 as mail servers get it, can no longer be read. */
export const withoutSecrets = (message: string, secrets: readonly string[]): string => {
  const forms = secrets.flatMap((secret) => [secret, Buffer.from(secret).toString("base64")]);
  return forms.filter((form) => form.length > 3).reduce((kept, form) => kept.replaceAll(form, "•••"), message);
};
