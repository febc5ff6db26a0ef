import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { getServerSessionPath } from "../config/credentials.ts";
import { SESSIONS_FOLDER, type Home } from "../config/home.ts";
import { createSecretSealer } from "../config/sealing.ts";
import { withSettingsLock } from "../config/settings-lock.ts";
import { Failure } from "../errors/index.ts";
import { readTrustedFile, removeFile, writeProgramFile, type TemporaryStorage } from "../files/index.ts";
import { MINUTE_MS } from "../model/time.ts";
import type { ProviderTools, ServerSession } from "./provider.ts";

export interface SessionTools extends ProviderTools {
  readonly home: Home;
  readonly temporary: Pick<TemporaryStorage, "processes">;
}

/** A session is sealed for its server, so that the file of another server is not accepted. */
const openFile = ({ home, temporary: { processes } }: SessionTools, server: string) => {
  const path = getServerSessionPath(home, server);
  const purpose = `server-session ${server}`;
  const sealer = createSecretSealer(home, processes);
  return {
    /** Returns undefined if the file does not exist, or cannot be unsealed. */
    async read(): Promise<ServerSession | undefined> {
      const sealed = readTrustedFile(path, home.userId) ?? "";
      const content = await sealer.unseal(purpose, sealed.trim()).catch(() => undefined);
      return content === undefined ? undefined : (JSON.parse(content) as ServerSession);
    },
    async write(session: ServerSession): Promise<void> {
      const sealed = await sealer.seal(purpose, JSON.stringify(session));
      await writeProgramFile(path, `${sealed}\n`, { temporaryFolder: home.temporary, processes, secret: true });
    },
    remove: () => removeFile(path),
  };
};

/**
 * A provider may accept each refresh token only once, and a renewal must not bring back a session that was ended: so
 * one process at a time reads, asks the provider and writes. Others wait for half a minute.
 */
export const changeServerSession = <T extends ServerSession | undefined>(
  tools: SessionTools,
  server: string,
  change: (stored: ServerSession | undefined) => Promise<T>,
): Promise<T> =>
  withSettingsLock(
    join(tools.home.folder, SESSIONS_FOLDER),
    () => sleep(300),
    async () => {
      const file = openFile(tools, server);
      const stored = await file.read();
      const changed = await change(stored);
      if (changed === undefined) await file.remove();
      else if (changed !== stored) await file.write(changed);
      return changed;
    },
  );

/** Returns the access token of the session, which is renewed if less than a minute is left. */
export async function readServerSecret(tools: SessionTools, server: string): Promise<string> {
  const leftMs = ({ endsAt }: ServerSession): number => endsAt - tools.clock.now().getTime();
  const held = await openFile(tools, server).read();
  const isValid = held !== undefined && leftMs(held) > 0;
  if (isValid && (leftMs(held) > MINUTE_MS || held.refreshToken === undefined)) return held.accessToken;
  const renew = async (stored: ServerSession | undefined): Promise<ServerSession> =>
    stored !== undefined && leftMs(stored) > MINUTE_MS
      ? stored
      : (await import("./provider.ts")).renewSession(stored, tools, server);
  const renewed = await changeServerSession(tools, server, renew).catch((error: unknown) => {
    const isPassing = error instanceof Failure && (error.code === "unavailable" || error.code === "locked");
    if (isPassing && isValid) return held;
    throw error;
  });
  return renewed.accessToken;
}
