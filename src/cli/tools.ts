import { join } from "node:path";
import { fileURLToPath } from "node:url";
import manifest from "../../package.json" with { type: "json" };
import type { Globals } from "../commands/kit/globals.ts";
import type { RunSummary } from "../commands/kit/summary.ts";
import type { ChosenTenant, Tools } from "../commands/kit/tools.ts";
import { Changes } from "../lib/client/changes.ts";
import type { Connection, NounName } from "../lib/client/index.ts";
import { Contexts, listProgramPaths, locateHome, type ChosenContext, type Home } from "../lib/config/index.ts";
import { Failure } from "../lib/errors/index.ts";
import {
  Outputs,
  removeUnfinishedPaths,
  isMissingOrEmptyFolder,
  createProcessTable,
  type TemporaryStorage,
} from "../lib/files/index.ts";
import { formatMinute } from "../lib/model/time.ts";
import { listActorOptions } from "../lib/terminal/commands.ts";
import { Terminal, type SaveRows, type TerminalEnvironment } from "../lib/terminal/index.ts";
import { text } from "../lib/text/index.ts";
import type { createSecretSealer, SecretSealer } from "../lib/config/sealing.ts";
import type { AppleSockets } from "./apple.ts";
import type { Interrupts } from "./interrupts.ts";
import { isHungUp, type Host, type ProgramEnvironment } from "./environment.ts";
import type { ConnectionEnvironment as TenantMachine, OpenTenant } from "./tenant.ts";

const PROGRAM_VERSION = `clomoctl ${manifest.version}`;

interface TenantConnection extends Pick<ChosenTenant, "requireChangePermission"> {
  readonly tenant: Promise<OpenTenant & { readonly connection: { readonly changes: Changes } }>;
}

interface ChangeReports {
  readonly interrupts: Interrupts;
  readonly mayAsk: () => boolean;
}

const createMachine = ({ host, userFolder, userName, hostName }: ProgramEnvironment): Tools["machine"] => ({
  platform: host.platform,
  userFolder,
  userName,
  hostName,
  program: PROGRAM_VERSION,
  node: host.execPath,
  programPath: host.argv[1] ?? "",
  get timezone() {
    return new Intl.DateTimeFormat().resolvedOptions().timeZone;
  },
});

/** @throws if the terminal's window was closed, because the input is then incomplete */
async function* readCompleteInput(
  outside: ProgramEnvironment,
  interrupts: Interrupts,
): AsyncGenerator<string | Uint8Array> {
  yield* outside.host.stdin;
  if (isHungUp(outside)) interrupts.hangUp();
  interrupts.signal.throwIfAborted();
}

/** Returns stdin with its descriptor and `isTTY`, to detect terminals and endless devices such as /dev/zero. */
const openStdin = (outside: ProgramEnvironment, interrupts: Interrupts): AsyncGenerator<string | Uint8Array> =>
  Object.assign(readCompleteInput(outside, interrupts), { fd: outside.host.stdin.fd, isTTY: outside.host.stdin.isTTY });

/** Returns a function that opens stdin when first called, because opening stdin is slow. */
const createStdinGetter = ({ host, isTerminal }: ProgramEnvironment): (() => Host["stdin"]) => {
  let made: Host["stdin"] | undefined;
  return () => {
    if (made !== undefined) return made;
    const stdin = (made = host.stdin);
    // only a terminal has setRawMode, which fails after the terminal's window was closed
    const { setRawMode } = stdin as Partial<typeof stdin>;
    if (setRawMode !== undefined) {
      stdin.setRawMode = (mode) => (isTerminal(0) ? setRawMode.call(stdin, mode) : stdin);
    }
    return stdin;
  };
};

const openClient = async <N extends NounName>(connection: Connection, nouns: readonly N[]) =>
  (await import("../lib/client/index.ts")).openClient(connection, nouns);

async function reportChanges(
  opening: Promise<OpenTenant>,
  { interrupts, mayAsk }: ChangeReports,
): TenantConnection["tenant"] {
  const tenant = await opening;
  const readRevision = async (): Promise<number> =>
    (await (await openClient(tenant.connection, ["tenant"])).tenant.revision()).revision;
  const changes = new Changes((state) => interrupts.describeChange(state), readRevision);
  if (mayAsk()) await changes.look();
  return { ...tenant, connection: { ...tenant.connection, changes } };
}

function createTenantPool(
  outside: ProgramEnvironment,
  asked: Pick<Tools, "terminal" | "globals" | "contexts">,
  machine: TenantMachine,
  summary: RunSummary | undefined,
  reports: ChangeReports,
) {
  const opened = new Map<string, TenantConnection>();
  const openOnce = (chosen: ChosenContext): TenantConnection => {
    let permitted: Promise<void> | undefined;
    const permit = (): Promise<void> =>
      (permitted ??= import("../commands/kit/permission.ts").then(({ requireChangePermission }) =>
        requireChangePermission(asked, chosen),
      ));
    return {
      tenant: reportChanges(outside.openTenant({ ...machine, beforeChange: permit }, chosen), reports),
      requireChangePermission: permit,
    };
  };
  const checkToken = createTokenCheck(asked, machine);
  async function open<N extends NounName>(chosen: ChosenContext, nouns: readonly N[]): Promise<ChosenTenant<N>> {
    const { name, timezone } = chosen.context;
    const zone = asked.globals.timezone ?? timezone;
    summary?.work({ name, timezone: zone });
    if (chosen.context.kind === "embedded") await checkToken(name);
    const once = opened.get(name) ?? openOnce(chosen);
    opened.set(name, once);
    const { context, source, among, connection } = await once.tenant;
    const isNamed = among.length > 1;
    const acting = listActorOptions(asked.globals);
    asked.terminal.showTenant({ name, moment: (instant) => formatMinute(instant, zone), isNamed, acting });
    return {
      context,
      source,
      among,
      client: await openClient(connection, nouns),
      request: async (request) => (await import("../lib/client/call.ts")).sendRequest(connection, request),
      requireChangePermission: once.requireChangePermission,
    };
  }
  return {
    open,
    /** Called after the user answered a question. The next change fails if the data changed after the user saw it. */
    async asked(): Promise<void> {
      if (!reports.mayAsk()) return;
      for (const { tenant } of opened.values()) await (await tenant).connection.changes.asked();
    },
    async release({ name }: Parameters<Tools["release"]>[0]): Promise<void> {
      const held = opened.get(name);
      opened.delete(name);
      await (await held?.tenant.catch(() => undefined))?.close();
    },
    async close(): Promise<void> {
      for (const { tenant } of opened.values()) await (await tenant.catch(() => undefined))?.close();
    },
  };
}

function createContextChooser(choose: () => Promise<ChosenContext>, terminal: Terminal, isTerminal: boolean) {
  let once: Promise<ChosenContext> | undefined;
  const announce = async (): Promise<ChosenContext> => {
    const chosen = await choose();
    const { among, context } = chosen;
    if (isTerminal && among.length > 1)
      await terminal.note(text(`tenant: ${context.name}`, `テナント: ${context.name}`));
    return chosen;
  };
  return (): Promise<ChosenContext> => (once ??= announce());
}

const TOKEN_VARIABLE = "CLOMOCTL_TOKEN";

/** Warns about a token in the environment: a local tenant ignores it and runs the command with the owner's rights. */
const createTokenCheck = (
  { terminal, globals }: Pick<Tools, "terminal" | "globals">,
  { environment }: Pick<TenantMachine, "environment">,
) => {
  let isWarned = (environment[TOKEN_VARIABLE] ?? "") === "";
  return async (name: string): Promise<void> => {
    if (globals.tokenFile !== undefined)
      throw (await import("../lib/config/credentials.ts")).createLocalTokenFailure(name);
    if (isWarned) return;
    isWarned = true;
    await terminal.warn(
      text(
        `${TOKEN_VARIABLE} has no effect on ${name}, a tenant on this computer`,
        `${name} はこのコンピューターのテナントのため、${TOKEN_VARIABLE} は使われません`,
      ),
    );
  };
};

const TOKEN_INSTEAD_OF_FILE_FAILURE = new Failure("usage", {
  what: text(
    "--token-file requires a file that contains the token, not the token itself (clomo_…, eyJ…)",
    "--token-file にはトークン(clomo_…、eyJ…)ではなく、トークンを書いたファイルを指定してください",
  ),
});

/** Looks for a token in `--token-file` and CLOMOCTL_TOKEN, which must go only to the chosen tenant, and of `login`. */
const createSecretLookup = (given: BasicTools, stdin: () => Tools["stdin"]): TenantMachine["secretFor"] => {
  const { globals, home, environment, workingFolder, contexts } = given;
  let content: Promise<string> | undefined;
  return async ({ name, url }) => {
    const { isLikeSecret, parseSecret, readCredential, usesServerSession } =
      await import("../lib/config/credentials.ts");
    const { origin } = new URL(url);
    const { tokenFile } = globals;
    const { [TOKEN_VARIABLE]: token = "" } = environment;
    const chosen = await contexts.inEffect(globals.context, environment);
    if ((tokenFile === undefined && token === "") || chosen?.context.name !== name) {
      if (!usesServerSession(home, { name, url })) return readCredential(home, name);
      const { readServerSecret } = await import("../lib/sign-in/session.ts");
      return { secret: () => readServerSecret(given, origin), origin };
    }
    if (tokenFile !== undefined) {
      if (isLikeSecret(tokenFile)) throw TOKEN_INSTEAD_OF_FILE_FAILURE;
      const { readSecret } = await import("../lib/renewals/notify/secret.ts");
      const place = { folder: workingFolder, userId: home.userId, stdin };
      // read the token file only once, because it may be stdin
      content ??= readSecret(tokenFile, place);
      const source = tokenFile === "-" ? "stdin" : tokenFile;
      return { secret: parseSecret(await content, source), origin, source };
    }
    return { secret: parseSecret(token, TOKEN_VARIABLE), origin, source: TOKEN_VARIABLE };
  };
};

type TenantTools = Pick<
  Tools,
  | "tenant"
  | "tenantOf"
  | "release"
  | "openCopy"
  | "inspectCopy"
  | "compareCopyWithTenant"
  | "backUpTenant"
  | "receiveTenant"
  | "openStore"
>;

const createTenantTools = (
  tenants: ReturnType<typeof createTenantPool>,
  choose: () => Promise<ChosenContext>,
  machine: TenantMachine,
  given: BasicTools,
  closing: AsyncDisposableStack,
): TenantTools => ({
  tenant: async (...nouns) => tenants.open(await choose(), nouns),
  tenantOf: async (context, ...nouns) => {
    const among = (await given.contexts.list()).map(({ name }) => name);
    return tenants.open({ context, source: "default", among }, nouns);
  },
  release: (context) => tenants.release(context),
  openCopy: async (tenantFolder, ...nouns) => {
    const { openTenantCopy } = await import("./tenant.ts");
    const { connection, close } = await openTenantCopy(machine, tenantFolder);
    return { client: await openClient(connection, nouns), close };
  },
  inspectCopy: async (path) => (await import("../lib/tenant/api/index.ts")).inspectCopy(path, machine.signal),
  compareCopyWithTenant: async (path, { tenantFolder }) =>
    (await import("../lib/tenant/api/index.ts")).compareCopyWithTenant(join(tenantFolder, "tenant.db"), path),
  backUpTenant: async ({ tenantFolder }, ...request) =>
    (await import("../lib/tenant/api/index.ts")).backUpTenantFile(join(tenantFolder, "tenant.db"), ...request),
  receiveTenant: async (copy, context) => (await import("./tenant.ts")).receiveTenant(copy, context, given),
  openStore: async (address, way) => {
    const { ServedStore } = await import("../lib/replicate/served-store.ts");
    return ServedStore.open(address, way, { ...given, closing, warn: (warning) => given.terminal.warn(warning) });
  },
});

const DOCUMENT_FILE = fileURLToPath(
  new URL(`${import.meta.url.endsWith(".ts") ? "../.." : ".."}/docs/api/openapi.json`, import.meta.url),
);

const locateProgramHome = ({ host, userFolder, userId }: ProgramEnvironment): Home =>
  locateHome({ environment: host.env, userFolder, workingFolder: host.cwd(), userId });

function createLazySealer(...place: Parameters<typeof createSecretSealer>): SecretSealer {
  let opened: Promise<SecretSealer> | undefined;
  const open = () =>
    (opened ??= import("../lib/config/sealing.ts").then((sealing) => sealing.createSecretSealer(...place)));
  return {
    seal: async (...secret) => (await open()).seal(...secret),
    unseal: async (purpose, sealed) => (await open()).unseal(purpose, sealed),
  };
}

export const readContextNames = async (outside: ProgramEnvironment): Promise<readonly string[]> =>
  (await new Contexts(locateProgramHome(outside)).list()).map(({ name }) => name);

const createWorkbookSaver =
  ({ output = "-" }: Globals, outputs: () => Outputs, signal: AbortSignal): SaveRows =>
  async (batches) => {
    const { encodeWorkbook } = await import("../lib/xlsx/write.ts");
    await outputs().write(output, async (writer) => {
      for await (const bytes of encodeWorkbook(batches)) {
        signal.throwIfAborted();
        await writer.write(bytes);
      }
    });
  };

const openTerminal = (
  outside: ProgramEnvironment,
  globals: Globals,
  more: Pick<TerminalEnvironment, "signal" | "saveRows" | "asked">,
): Terminal => {
  const { stdout, stderr, env: environment, platform } = outside.host;
  const stdin = createStdinGetter(outside);
  return new Terminal(
    { stdin, stdout, stderr, environment, platform, clock: outside.clock.elapsedMs, ...more },
    { ...globals, color: !globals.noColor, input: !globals.noInput },
  );
};

const createAppleSender = ({ openApple }: ProgramEnvironment, closing: AsyncDisposableStack): Tools["send"] => {
  let apple: Promise<AppleSockets> | undefined;
  closing.defer(async () => (await apple?.catch(() => undefined))?.close());
  return async () => (await (apple ??= openApple())).send;
};

const removeLeftovers = async (temporary: TemporaryStorage): Promise<void> => {
  if (isMissingOrEmptyFolder(temporary.temporaryFolder)) return;
  await (await import("../lib/files/temporary.ts")).sweepTemporaryFiles(temporary);
};

type BasicTools = Pick<Tools, "terminal" | "globals" | "home" | "environment" | "clock" | "signal" | "workingFolder"> &
  Pick<Tools, "temporary" | "contexts">;

const createTenantMachine = (outside: ProgramEnvironment, given: BasicTools, interrupts: Interrupts): TenantMachine => {
  const { terminal, globals, home, environment, clock, signal, temporary } = given;
  const { userName, hostName } = outside;
  return {
    userName,
    hostName,
    clock,
    environment,
    signal,
    program: PROGRAM_VERSION,
    processes: temporary.processes,
    as: globals.as,
    // a tenant whose file is read-only can be exported, but its audit log cannot record the export
    unaudited: () => terminal.warn(UNAUDITED_WARNING),
    changed: (numbers) => terminal.addChanges(numbers),
    warn: (warning) => terminal.warn(warning),
    mail: async () => (await import("../lib/renewals/notify/deliver.ts")).createMailOpener(home)(),
    secretFor: createSecretLookup(given, () => openStdin(outside, interrupts)),
  };
};

const UNAUDITED_WARNING = text(
  "this export is not recorded in the audit log, because the tenant's file cannot be written",
  "テナントのファイルに書き込めないため、このエクスポートは監査ログに記録されていません",
);

export function openTools(
  outside: ProgramEnvironment,
  globals: Globals,
  { interrupts, summary }: { readonly interrupts: Interrupts; readonly summary: RunSummary | undefined },
  { isRehearsal = false, isChange = false }: { readonly isRehearsal?: boolean; readonly isChange?: boolean } = {},
): Tools & AsyncDisposable {
  const { host, clock } = outside;
  const { stderr, env: environment } = host;
  const { signal } = interrupts;
  const workingFolder = host.cwd();
  const home = locateProgramHome(outside);
  environment["SQLITE_TMPDIR"] = home.temporary;
  const processes = createProcessTable(host.pid, (pid, name) => host.kill(pid, name), outside.hostName);
  const temporary = { temporaryFolder: home.temporary, processes };
  const closing = new AsyncDisposableStack();
  const faults: Tools["faults"][number][] = [];
  const swept = removeLeftovers(temporary);
  closing.defer(() => swept);
  host.on("exit", removeUnfinishedPaths);
  const contexts = new Contexts(home);
  const saveRows = createWorkbookSaver(globals, () => outputs, signal);
  const terminal = openTerminal(outside, globals, { signal, saveRows, asked: () => tenants.asked() });
  const [kept, { userId }] = [listProgramPaths(home), home];
  const outputs = new Outputs({ temporary, workingFolder, kept, userId, stdout: () => terminal.out });
  const send = createAppleSender(outside, closing);
  const given = { terminal, globals, environment, home, contexts, temporary, outputs, clock, workingFolder, signal };
  const machine: TenantMachine = {
    ...createTenantMachine(outside, given, interrupts),
    rehearsesIn: isRehearsal ? temporary : undefined,
    apple: { send, sealing: createLazySealer(home, processes) },
  };
  const tenants = createTenantPool(outside, given, machine, summary, {
    interrupts,
    mayAsk: () => isChange && !globals.yes && terminal.interactive,
  });
  closing.defer(() => tenants.close());
  const choose = createContextChooser(() => contexts.choose(globals.context, environment), terminal, stderr.isTTY);
  return {
    ...given,
    machine: createMachine(outside),
    get stdin() {
      return openStdin(outside, interrupts);
    },
    ...createTenantTools(tenants, choose, machine, given, closing),
    serve: async (plan) => {
      const log = (line: string): void => void stderr.write(line);
      const serving = { temporary, documentFile: DOCUMENT_FILE, log, closing };
      return (await import("./serve.ts")).serveTenant(machine, plan, serving);
    },
    send,
    faults,
    noteFault: (what, context) => void faults.push({ what, context }),
    describeState: (state) => interrupts.describe(state),
    describeDone: (done) => interrupts.describeDone(done),
    summarize: (plan) => summary?.add(plan),
    onReload: (reload) => void (interrupts.reload = reload),
    untilStopped: (graceMs) => interrupts.untilStopped(graceMs),
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}
