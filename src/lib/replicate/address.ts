import readPasswordFile from "pgpass";
import { isLoopback } from "../model/address.ts";
import { Failure, tryOrUndefined } from "../errors/index.ts";
import { text, type Text } from "../text/index.ts";

const FORM = text(
  "a store's address has the form postgres://USER@HOST:PORT/DATABASE, or postgres:///DATABASE?host=/FOLDER&user=USER",
  "保存先は postgres://USER@HOST:PORT/DATABASE か postgres:///DATABASE?host=/FOLDER&user=USER の形で指定してください",
);
const PASSWORD_IN_ADDRESS = text(
  "others can read a password in an address: put it into a file that PGPASSFILE names, or into PGPASSWORD",
  "アドレスに書いたパスワードは他人に読まれます。PGPASSFILE のファイルか PGPASSWORD に設定してください",
);
const NO_ENCRYPTION = text(
  "sslmode must be verify-full, or, for a database on this computer, disable",
  "sslmode は verify-full にしてください(このコンピューター上のデータベースでは disable も可)",
);
const NO_PASSWORD = text(
  "the database asks for a password: put it into a file that PGPASSFILE names and only you can read",
  "データベースのパスワードがありません。PGPASSFILE のファイルに書き、自分だけが読めるようにしてください",
);

export interface StoreAddress extends Readonly<Record<"host" | "user" | "database", string>> {
  readonly port: number;
  readonly ssl: false | { readonly rejectUnauthorized: true };
}

const decode = (part: string): string => tryOrUndefined(() => decodeURIComponent(part)) ?? "";

/** Does not accept what weakens the encryption, or what others can read. @throws Failure `input-rejected` */
export function parseStoreAddress(address: string): StoreAddress {
  const url = tryOrUndefined(() => new URL(address));
  const refuse = (what: Text): Failure =>
    new Failure("input-rejected", { what, where: url && `${url.host}${url.pathname}` });
  if (url === undefined || !/^postgres(?:ql)?:$/.test(url.protocol)) throw refuse(FORM);
  if (url.password !== "") throw refuse(PASSWORD_IN_ADDRESS);
  const { sslmode, host: folder = "", user = decode(url.username), ...unknown } = Object.fromEntries(url.searchParams);
  const database = decode(url.pathname.slice(1));
  const isPlace = url.hostname === "" ? folder.startsWith("/") : folder === "";
  if (!isPlace || user === "" || database === "" || Object.keys(unknown).length > 0) throw refuse(FORM);
  const isNear = url.hostname === "" || isLoopback(url.hostname);
  const mode = sslmode ?? (isNear ? "disable" : "verify-full");
  if (mode !== "verify-full" && !(mode === "disable" && isNear)) throw refuse(NO_ENCRYPTION);
  const host = folder || url.hostname.replaceAll(/^\[|\]$/g, "");
  return {
    host,
    port: Number(url.port || 5432),
    user,
    database,
    ssl: mode === "verify-full" && { rejectUnauthorized: true },
  };
}

/** The driver asks for it only if the database does. @throws Failure `input-rejected` */
export const findPassword = async (fromEnvironment: string | undefined, address: StoreAddress): Promise<string> => {
  const fromFile = () => new Promise<string | undefined>((resolve) => readPasswordFile(address, resolve));
  const password = fromEnvironment ?? (await fromFile());
  if (password === undefined) throw new Failure("input-rejected", { what: NO_PASSWORD, where: address.host });
  return password;
};
