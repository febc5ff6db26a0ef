import { readdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../commands/tools.ts";
import type { ChosenContext } from "../lib/config/index.ts";
import type { EmbeddedContext, RemoteContext } from "../lib/config/context.ts";
import {
  createTemporaryFolder,
  ensureFolder,
  hasCode,
  type ProcessTable,
  type TemporaryFolder,
  type TemporaryPlace,
} from "../lib/files/index.ts";
import type { OpenTenant as Tenant, TenantOptions } from "../lib/tenant/index.ts";
import { openClient, unchecked, type Client, type Connection, type NounName } from "../lib/client/index.ts";
import { Failure } from "../lib/errors/index.ts";
import { text } from "../lib/text/index.ts";
import { installLightMessages } from "../lib/client/light-fetch.ts";

/** A tenant that is open until it is closed. */
export interface OpenTenant extends ChosenContext {
  readonly client: <N extends NounName>(nouns: readonly N[]) => Promise<Client<N>>;
  readonly close: () => Promise<void>;
}

/** What a connection needs of the machine. */
export interface Machine {
  readonly clock: Clock;
  readonly processes: ProcessTable;
  /** the operating system's user; undefined if it has no name, as in some containers */
  readonly userName: string | undefined;
  /** `os.hostname()` */
  readonly hostName: string;
  /** the account that the user of an embedded tenant acts as */
  readonly as?: string | undefined;
  /** `clomoctl` and its version */
  readonly program: string;
  /** ends long lists and exports */
  readonly signal?: AbortSignal | undefined;
  /** permits the first change, and each further one */
  readonly beforeChange?: Connection["beforeChange"];
  /** called where an export left no record in the audit */
  readonly unaudited?: Connection["unaudited"];
  /** called with the numbers of changes that were made */
  readonly changed?: Connection["changed"];
  /** how an embedded tenant reaches Apple's services, and seals what it keeps for them */
  readonly apple?: Pick<NonNullable<TenantOptions["apple"]>, "send" | "sealing"> | undefined;
  /** how an embedded tenant sends mail */
  readonly mail?: TenantOptions["mail"];
  /**
   * nothing that is done is to stay (`--dry-run`): an embedded tenant that is not there is made here, where what is asked of
   * it needs a file, and removed as it is closed
   */
  readonly rehearsesIn?: TemporaryPlace | undefined;
}

/**
 * Opens the tenant of a context.
 *
 * @throws `locked` when another process holds an embedded tenant, `unexpected` when its folder cannot be created
 * @throws `not-found`, `input-rejected` when the `--ca-file` of a remote one is missing or not a certificate
 */
export async function openTenant(machine: Machine, chosen: ChosenContext): Promise<OpenTenant> {
  const { context } = chosen;
  const { signal, beforeChange, unaudited, changed } = machine;
  const mail = machine.mail && namingTenant(machine.mail, chosen);
  const opening =
    context.kind === "remote" ? connectBySocket(machine, context) : connectInProcess({ ...machine, mail }, context);
  const { close, ...connection } = await opening;
  return {
    ...chosen,
    client: (nouns) => openClient({ ...connection, signal, beforeChange, unaudited, changed }, nouns),
    close,
  };
}

/** Mail whose commands name the tenant among several, as those on the terminal do. */
const namingTenant = (open: Mailing, { context, among }: ChosenContext): Mailing =>
  among.length < 2
    ? open
    : async () => {
        const [send, { inContext }] = await Promise.all([open(), import("../lib/terminal/commands.ts")]);
        return (mail) => send({ ...mail, text: inContext(mail.text, context.name) });
      };

type Mailing = NonNullable<Machine["mail"]>;

type ClosableTenant = Pick<OpenTenant, "close">;

async function connectInProcess(
  { clock, processes, userName, hostName, as, program, apple, mail, rehearsesIn }: Machine,
  { tenantFolder, name }: EmbeddedContext,
): Promise<Connection & ClosableTenant> {
  installLightMessages();
  const tenant = await import("../lib/tenant/index.ts");
  const open = ({ inMemory = false, folder = tenantFolder } = {}): Tenant =>
    tenant.openTenant({
      folder,
      inMemory,
      name,
      as,
      actor: userName === undefined ? "owner" : `owner (${userName})`,
      surroundings: {
        now: () => clock.now().getTime(),
        random: (size) => crypto.getRandomValues(new Uint8Array(size)),
        origin: { host: hostName, user: userName, program, access: "embedded" },
      },
      processes,
      apple: apple && {
        ...apple,
        wait: (delayMs, stop) => sleep(delayMs, undefined, { signal: stop }),
        // as Apple reads it: name and version
        program: program.replace(" ", "/"),
      },
      mail,
    });
  const absent = isAbsent(tenantFolder);
  if (!absent) await ensureFolder(tenantFolder);
  // in a tenant that is not there nobody has an account: nothing is made for who acts as somebody
  const making = { tenantFolder, open, rehearsesIn };
  const { fetch, close } = absent && as === undefined ? madeByChange(making) : open({ inMemory: absent });
  return { transport: fetch, check: unchecked, close };
}

/** Whether a folder does not exist or is empty; one that cannot be read is there. */
const isAbsent = (folder: string): boolean => {
  try {
    return readdirSync(folder).length === 0;
  } catch (error) {
    return hasCode(error, "ENOENT");
  }
};

/** A request, and whether it is to try a change of which nothing stays. Its body is read, and goes along again. */
async function rehearsing(asked: Request): Promise<{ readonly request: Request; readonly isRehearsal: boolean }> {
  const { method, url, headers, signal } = asked;
  if (headers.get("content-type")?.startsWith("application/json") !== true)
    return { request: asked, isRehearsal: false };
  const body = await asked.text();
  return { request: new Request(url, { method, headers, body, signal }), isRehearsal: isDryRun(body) };
}

const isDryRun = (body: string): boolean => {
  try {
    const sent: unknown = JSON.parse(body);
    return typeof sent === "object" && sent !== null && "dryRun" in sent && sent.dryRun === true;
  } catch {
    return false;
  }
};

/** How a tenant is made that is not there yet. */
interface NewTenant extends Pick<Machine, "rehearsesIn"> {
  readonly tenantFolder: string;
  readonly open: (where: { readonly inMemory?: boolean; readonly folder?: string }) => Tenant;
}

/** A tenant that is not there yet: an empty one in memory, until the first request that changes something makes it. */
function madeByChange({ tenantFolder, open, rehearsesIn }: NewTenant): Tenant {
  let tenant = open({ inMemory: true });
  let making: Promise<void> | undefined;
  let rehearsed: TemporaryFolder | undefined;
  const make = async (): Promise<void> => {
    rehearsed = rehearsesIn && (await createTemporaryFolder(rehearsesIn, "tenant"));
    const folder = rehearsed?.path ?? tenantFolder;
    await ensureFolder(folder);
    const made = open({ folder });
    await tenant.close();
    tenant = made;
  };
  return {
    async fetch(asked) {
      if (making === undefined && asked.method === "GET") return tenant.fetch(asked);
      const { request, isRehearsal } = await rehearsing(asked);
      if (!isRehearsal || making !== undefined) await (making ??= make());
      return tenant.fetch(request);
    },
    async close() {
      await tenant.close();
      await rehearsed?.remove();
    },
  };
}

async function connectBySocket(
  { clock, as }: Machine,
  { url, caFile }: RemoteContext,
): Promise<Connection & ClosableTenant> {
  if (as !== undefined) throw ONLY_EMBEDDED;
  const { openSocket } = await import("../lib/client/socket.ts");
  const { readAuthorities } = await import("../lib/config/authorities.ts");
  const { transport, close } = openSocket({
    authorities: caFile === undefined ? [] : await readAuthorities(caFile),
    surroundings: {
      now: () => clock.now().getTime(),
      wait: (delayMs, signal) => sleep(delayMs, undefined, { signal }),
      newKey: () => crypto.randomUUID(),
    },
  });
  return { transport, base: new URL(url), close };
}

const ONLY_EMBEDDED = new Failure("usage", {
  what: text(
    "--as is for embedded tenants: a served one knows who asks by how he signed in",
    "--as は embedded テナント専用です。リモートのテナントでは、サインインした人の権限で動作します",
  ),
});
