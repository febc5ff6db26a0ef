import { existsSync } from "node:fs";
import { join } from "node:path";
import { rm } from "node:fs/promises";
import { Failure, hasErrorCode } from "../errors/index.ts";
import { ensureFolder, readTrustedFile, writeProgramFile, type ProcessTable } from "../files/index.ts";
import { JWT_PATTERN, SECRET_PATTERN, SECRET_PREFIX } from "../model/credential.ts";
import { text } from "../text/index.ts";
import type { RemoteContext } from "./context.ts";
import { CREDENTIALS_FOLDER, SESSIONS_FOLDER, type Home } from "./home.ts";

export interface CredentialSecret {
  /** a function for the session of a server, whose secret changes while a command runs */
  readonly secret: string | (() => Promise<string>);
  readonly origin: string;
  /** file or environment variable with the token; undefined for a secret stored at sign-in */
  readonly source?: string | undefined;
}

const getCredentialPath = ({ folder }: Home, context: string): string => join(folder, CREDENTIALS_FOLDER, context);

export const getServerSessionPath = ({ folder }: Home, server: string): string =>
  join(folder, SESSIONS_FOLDER, encodeURIComponent(server));

export const isLikeSecret = (typed: string): boolean => typed.startsWith(SECRET_PREFIX) || JWT_PATTERN.test(typed);

export const parseSecret = (content: string, where: string): string => {
  const secret = content.trim();
  if (SECRET_PATTERN.test(secret) || JWT_PATTERN.test(secret)) return secret;
  throw new Failure("input-rejected", {
    what: text(
      "not a session secret or an access token (both begin with clomo_), nor a JWT of an identity provider",
      "セッションのシークレットでもアクセストークン(どちらも clomo_ で始まります)でも、ID プロバイダーの JWT でもありません",
    ),
    where,
  });
};

export const createLocalTokenFailure = (context: string): Failure =>
  new Failure("usage", {
    what: text(
      `--token-file can be used only with remote tenants; ${context} is a tenant on this computer`,
      `--token-file はリモートのテナント専用です。${context} はこのコンピューターのテナントです`,
    ),
  });

export const readCredential = (home: Home, context: string): CredentialSecret | undefined => {
  const file = getCredentialPath(home, context);
  const [origin, secret] = readTrustedFile(file, home.userId)?.split(" ") ?? [];
  if (origin === undefined || secret === undefined) return undefined;
  return { secret: parseSecret(secret, file), origin };
};

/** A context without a secret of its own uses the session of its server, if there is one. */
export const usesServerSession = (home: Home, { name, url }: Pick<RemoteContext, "name" | "url">): boolean => {
  const { origin } = new URL(url);
  return readCredential(home, name)?.origin !== origin && existsSync(getServerSessionPath(home, origin));
};

export const storeCredential = async (
  { home, processes }: { readonly home: Home; readonly processes: ProcessTable },
  { name, url }: Pick<RemoteContext, "name" | "url">,
  secret: string,
): Promise<void> => {
  await ensureFolder(join(home.folder, CREDENTIALS_FOLDER));
  const place = { temporaryFolder: home.temporary, processes, secret: true };
  await writeProgramFile(getCredentialPath(home, name), `${new URL(url).origin} ${secret}\n`, place);
};

export const deleteCredentialFile = async (home: Home, context: string): Promise<void> => {
  await rm(getCredentialPath(home, context)).catch((error: unknown) => {
    if (!hasErrorCode(error, "ENOENT", "ENOTDIR")) throw error;
  });
};
