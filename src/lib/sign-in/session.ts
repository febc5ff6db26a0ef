import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { getServerSessionPath, type CredentialSecret } from "../config/credentials.ts";
import { SESSIONS_FOLDER, type Home } from "../config/home.ts";
import { createSecretSealer } from "../config/sealing.ts";
import { withSettingsLock } from "../config/settings-lock.ts";
import { Failure, type ErrorCode } from "../errors/index.ts";
import { readTrustedFile, removeFile, writeProgramFile, type TemporaryStorage } from "../files/index.ts";
import { MINUTE_MS } from "../model/time.ts";
import { text } from "../text/index.ts";
import { createSignInFailure, renewSession, type ProviderTools, type ServerSession } from "./provider.ts";

export interface SessionTools extends ProviderTools {
  readonly home: Home;
  readonly temporary: Pick<TemporaryStorage, "processes">;
}

const RENEWED_BEFORE_END_MS = MINUTE_MS;

/** A process that renews the session asks the provider twice, so others wait for half a minute. */
const waitForOther = (): Promise<void> => sleep(300);

/** With these failures of a renewal, an access token that has not ended yet is still used. */
const PASSING_FAILURES: readonly ErrorCode[] = ["unavailable", "locked"];

/** Seals a session for its server, so that the file of another server is not accepted. */
const purposeOf = (server: string): string => `server-session ${server}`;

const sealerOf = ({ home, temporary }: SessionTools) => createSecretSealer(home, temporary.processes);

/** @throws Failure `not-signed-in` if the file is damaged, or its key has changed */
async function readServerSession(tools: SessionTools, server: string): Promise<ServerSession | undefined> {
  const path = getServerSessionPath(tools.home, server);
  const sealed = readTrustedFile(path, tools.home.userId);
  if (sealed === undefined) return undefined;
  try {
    return JSON.parse(await sealerOf(tools).unseal(purposeOf(server), sealed.trim())) as ServerSession;
  } catch {
    throw createSignInFailure(server, UNREADABLE_SESSION, path);
  }
}

const UNREADABLE_SESSION = text(
  "the stored session cannot be decrypted with this computer's key",
  "保存されたセッションを、このコンピューターの鍵で復号できません",
);

async function writeSession(tools: SessionTools, session: ServerSession): Promise<void> {
  const { home, temporary } = tools;
  const sealed = await sealerOf(tools).seal(purposeOf(session.server), JSON.stringify(session));
  const place = { temporaryFolder: home.temporary, processes: temporary.processes, secret: true };
  await writeProgramFile(getServerSessionPath(home, session.server), `${sealed}\n`, place);
}

/** A provider may accept each refresh token only once, and a renewal must not bring back a session that was ended. */
const withSessionsLock = <T>({ home }: SessionTools, work: () => Promise<T>): Promise<T> =>
  withSettingsLock(join(home.folder, SESSIONS_FOLDER), waitForOther, work);

export const storeServerSession = (tools: SessionTools, session: ServerSession): Promise<void> =>
  withSessionsLock(tools, () => writeSession(tools, session));

/** Returns the session, if its file could be read. */
export const deleteServerSession = (tools: SessionTools, server: string): Promise<ServerSession | undefined> =>
  withSessionsLock(tools, async () => {
    try {
      return await readServerSession(tools, server);
    } finally {
      await removeFile(getServerSessionPath(tools.home, server));
    }
  });

/** Returns an access token that is renewed whenever it is about to end. */
export async function openServerSession(tools: SessionTools, server: string): Promise<CredentialSecret | undefined> {
  const now = (): number => tools.clock.now().getTime();
  const needsRenewal = ({ endsAt }: ServerSession): boolean => endsAt - RENEWED_BEFORE_END_MS <= now();
  const found = await readServerSession(tools, server);
  if (found === undefined) return undefined;
  let held = found;
  let renewing: Promise<void> | undefined;
  const renewUnlessOtherDid = async (): Promise<void> => {
    const stored = await readServerSession(tools, server);
    if (stored === undefined) throw createSignInFailure(server, SIGNED_OUT, server);
    held = stored;
    if (!needsRenewal(stored)) return;
    held = await renewSession(stored, tools);
    await writeSession(tools, held);
  };
  const renew = async (): Promise<void> => {
    try {
      await withSessionsLock(tools, renewUnlessOtherDid);
    } catch (error) {
      if (held.endsAt <= now() || !(error instanceof Failure) || !PASSING_FAILURES.includes(error.code)) throw error;
    }
  };
  const readSecret = async (): Promise<string> => {
    if (needsRenewal(held)) await (renewing ??= renew().finally(() => (renewing = undefined)));
    return held.accessToken;
  };
  return { secret: await readSecret(), origin: server, renew: readSecret };
}

const SIGNED_OUT = text("you have signed out in the meantime", "その間にサインアウトされました");
