import manifest from "../../package.json" with { type: "json" };
import type { NameReader } from "../commands/completion/answer.ts";
import type { Globals } from "../commands/globals.ts";
import type { RunSummary } from "../commands/summary.ts";
import type { ChosenTenant, Machine, Tools } from "../commands/tools.ts";
import type { Connection, NounName } from "../lib/client/index.ts";
import { Contexts, keptIn, locateHome, type ChosenContext, type Context, type Home } from "../lib/config/index.ts";
import { Failure } from "../lib/errors/index.ts";
import { Outputs, removeUnfinished, sweepTemporaryFiles, systemProcesses } from "../lib/files/index.ts";
import { minuteIn } from "../lib/model/time.ts";
import { Terminal, type SaveRows } from "../lib/terminal/index.ts";
import { text } from "../lib/text/index.ts";
import { shownWord } from "../lib/text/shell-word.ts";
import type { openSealing, SecretSealer } from "../lib/config/sealing.ts";
import { parse } from "./parse.ts";
import { asFailure } from "./report.ts";
import type { AppleSockets } from "./apple.ts";
import type { Interrupts } from "./interrupts.ts";
import { isHungUp, type Host, type Outside } from "./outside.ts";
import type { Machine as TenantMachine, OpenTenant } from "./tenant.ts";

/** What the program calls itself in what it writes, and to others. */
const PROGRAM = `clomoctl ${manifest.version}`;

/** A tenant that is opened once, and asked for its name once. */
interface TenantConnection extends Pick<ChosenTenant, "permitChange"> {
  readonly tenant: Promise<OpenTenant>;
}

const machineOf = (outside: Outside): Machine => {
  const {
    host: { platform, execPath, argv, versions, arch },
    userFolder,
    userName,
    systemUnits,
  } = outside;
  return {
    platform,
    userFolder,
    userName,
    systemUnits,
    get hostName() {
      return outside.hostName;
    },
    // milliseconds that most commands have no use for
    get timezone() {
      return new Intl.DateTimeFormat().resolvedOptions().timeZone;
    },
    node: execPath,
    nodeVersion: versions.node,
    program: PROGRAM,
    architecture: arch,
    door: argv[1] ?? "",
  };
};

/**
 * The bytes of stdin. A terminal whose window is closed ends like one where Ctrl-D was typed, before SIGHUP is seen:
 * what was typed so far must not be taken for the whole.
 */
async function* wholeInput(outside: Outside, interrupts: Interrupts): AsyncGenerator<string | Uint8Array> {
  yield* outside.host.stdin;
  if (isHungUp(outside)) interrupts.hangUp();
  interrupts.signal.throwIfAborted();
}

/** @see {@link wholeInput}; a device without an end is told by the descriptor */
const inputOf = (outside: Outside, interrupts: Interrupts): AsyncGenerator<string | Uint8Array> =>
  Object.assign(wholeInput(outside, interrupts), { fd: outside.host.stdin.fd });

/**
 * stdin, which takes milliseconds to make: a command that neither asks nor reads it makes none. A question resets the
 * terminal's mode as it ends, which fails, and ends the program, where the window was closed.
 */
const stdinOf = ({ host, isTerminal }: Outside): (() => Host["stdin"]) => {
  let made: Host["stdin"] | undefined;
  return () => {
    if (made !== undefined) return made;
    const stdin = (made = host.stdin);
    // only a terminal has it
    const { setRawMode } = stdin as Partial<typeof stdin>;
    if (setRawMode !== undefined) {
      stdin.setRawMode = (mode) => (isTerminal(0) ? setRawMode.call(stdin, mode) : stdin);
    }
    return stdin;
  };
};

/** Warns that an export left no record: from a home that cannot be written it is taken all the same. */
const warnUnaudited = (terminal: Terminal) => (): Promise<void> =>
  terminal.warn(
    text(
      "the audit has no record of this export: the tenant cannot be written",
      "テナントに書き込めないため、このエクスポートは監査ログに記録されていません",
    ),
  );

/** Warns that a temporary copy stays, which may hold what it was made of. */
const warnLeft =
  (terminal: () => Terminal) =>
  (path: string, cause: unknown): Promise<void> => {
    const { what } = asFailure(cause);
    const remove = `rm -r -- ${shownWord(path)}`;
    return terminal().warn(
      text(
        `the temporary copy ${path} could not be removed (${what.en}); the next clomoctl command tries again, or type: ${remove}`,
        `一時ファイル ${path} を削除できませんでした(${what.ja})。次の clomoctl コマンドがもう一度削除します。手動で削除するには: ${remove}`,
      ),
    );
  };

/** The tenants of one run: each is opened once, and a protected one asks for its name once. */
function tenantsOf(
  outside: Outside,
  asked: Pick<Tools, "terminal" | "globals" | "contexts">,
  machine: TenantMachine,
  summary: RunSummary,
) {
  const opened = new Map<string, TenantConnection>();
  const openOnce = (chosen: ChosenContext): TenantConnection => {
    let permitted: Promise<void> | undefined;
    const rules = () => import("../commands/permission.ts");
    const permit = (): Promise<void> => (permitted ??= rules().then(({ permitChange }) => permitChange(asked, chosen)));
    const beforeChange: Connection["beforeChange"] = async ({ method }) => {
      if (method === "delete" && asked.globals.yes) (await rules()).requireNamedForDeletion(chosen);
      await permit();
    };
    return { tenant: outside.openTenant({ ...machine, beforeChange }, chosen), permitChange: permit };
  };
  /** @param isShown false if the output shows nothing of this tenant */
  async function open<N extends NounName>(
    chosen: ChosenContext,
    nouns: readonly N[],
    isShown = true,
  ): Promise<ChosenTenant<N>> {
    const { name, timezone } = chosen.context;
    const zone = asked.globals.timezone ?? timezone;
    if (isShown) summary.work({ name, timezone: zone });
    const once = opened.get(name) ?? openOnce(chosen);
    opened.set(name, once);
    const { context, source, among, client } = await once.tenant;
    const isNamed = among.length > 1;
    const as = asked.globals.as === undefined ? undefined : shownWord(asked.globals.as);
    if (isShown) asked.terminal.showTenant({ name, moment: (instant) => minuteIn(instant, zone), isNamed, as });
    return { context, source, among, client: await client(nouns), permitChange: once.permitChange };
  }
  return {
    open,
    async openContext<N extends NounName>(
      context: Context,
      nouns: readonly N[],
      isShown?: boolean,
    ): Promise<ChosenTenant<N>> {
      const among = (await asked.contexts.list()).map(({ name }) => name);
      return open({ context, source: "default", among }, nouns, isShown);
    },
    async close(): Promise<void> {
      for (const { tenant } of opened.values()) await (await tenant.catch(() => undefined))?.close();
    },
  };
}

/** Chooses once, whatever is switched meanwhile, and says on a terminal which of several contexts it was. */
function announced(choose: () => Promise<ChosenContext>, terminal: Terminal, isTerminal: boolean) {
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

/** Who uses a tenant, where, when and with what. */
const userOf = ({ clock, userName, hostName }: Outside) => ({
  clock,
  userName,
  hostName,
  program: PROGRAM,
});

const homeOf = ({ host, userFolder, userId }: Outside): Home =>
  locateHome({ platform: host.platform, environment: host.env, userFolder, workingFolder: host.cwd(), userId });

/** The home, in which SQLite shall put its temporary files: it reads the process's own environment. */
const homeForTenants = (outside: Outside): Home => {
  const home = homeOf(outside);
  outside.host.env["SQLITE_TMPDIR"] = home.temporary;
  return home;
};

/** How embedded tenants send mail. */
const mailOf =
  ({ host: { env, platform } }: Outside, home: Home): NonNullable<TenantMachine["mail"]> =>
  async () =>
    (await import("../lib/renewals/notify/tenant-mail.ts")).mailBy({
      home,
      environment: env,
      modes: platform !== "win32",
    })();

/** How embedded tenants seal what they keep for Apple's services; loaded by the first secret. */
function sealingOf(...place: Parameters<typeof openSealing>): SecretSealer {
  let opened: Promise<SecretSealer> | undefined;
  const open = () => (opened ??= import("../lib/config/sealing.ts").then((sealing) => sealing.openSealing(...place)));
  return {
    seal: async (...secret) => (await open()).seal(...secret),
    unseal: async (purpose, sealed) => (await open()).unseal(purpose, sealed),
  };
}

/** Whether there is a tenant whose status can be shown: a context was added, or `embedded` has held data. */
export const hasTenants = async (outside: Outside): Promise<boolean> =>
  (await new Contexts(homeOf(outside)).counted()).length > 0;

/**
 * The names of one kind, for completion in a shell. Nothing is made or changed by it.
 *
 * @throws Failure as `Contexts.choose` and {@link TenantOpener}
 */
export async function readNames(outside: Outside, ...asked: Parameters<NameReader>): ReturnType<NameReader> {
  const { nameReader } = await import("../commands/completion/names.ts");
  const { host } = outside;
  const processes = systemProcesses(host.pid, (pid, name) => host.kill(pid, name), outside.hostName);
  const refuse = (): never => {
    throw new Failure("conflict", { what: text("a Tab changes nothing", "Tab では何も変更しません") });
  };
  const machine = { ...userOf(outside), processes, beforeChange: refuse };
  const opened: OpenTenant[] = [];
  const read = nameReader({
    contexts: new Contexts(homeOf(outside)),
    environment: host.env,
    async open(chosen, nouns, as) {
      const tenant = await outside.openTenant({ ...machine, as }, chosen);
      opened.push(tenant);
      return tenant.client(nouns);
    },
  });
  try {
    return await read(...asked);
  } finally {
    for (const tenant of opened) await tenant.close();
  }
}

/** The outputs of a run, none of which replaces what the program keeps for itself. */
const outputsOf = (
  { home, ...place }: Pick<Tools, "home" | "temporary" | "workingFolder">,
  stdout: () => Terminal["out"],
): Outputs => new Outputs({ ...place, kept: keptIn(home), userId: home.userId, stdout });

/** Saves rows as a workbook: the one that `--output` names. @param outputs once there is a terminal */
const savesRows =
  ({ output = "-" }: Globals, outputs: () => Outputs, signal: AbortSignal): SaveRows =>
  async (batches) => {
    const { workbookBytes } = await import("../lib/xlsx/write.ts");
    await outputs().write(output, async (writer) => {
      for await (const bytes of workbookBytes(batches)) {
        signal.throwIfAborted();
        await writer.write(bytes);
      }
    });
  };

/** The terminal of a run, by its options. */
const openTerminal = (
  outside: Outside,
  globals: Globals,
  more: { readonly signal: AbortSignal; readonly saveRows: SaveRows },
): Terminal => {
  const { stdout, stderr, env: environment } = outside.host;
  return new Terminal(
    { stdin: stdinOf(outside), stdout, stderr, environment, clock: outside.clock.elapsedMs, ...more },
    { ...globals, color: !globals.noColor, input: !globals.noInput },
  );
};

/** The way to Apple's services: opened by the first command that asks, closed with the tools. */
function openedOnce(open: Outside["openApple"]): Pick<Tools, "send"> & { readonly close: () => Promise<void> } {
  let opened: Promise<AppleSockets> | undefined;
  return {
    send: async () => (await (opened ??= open())).send,
    close: async () => (await opened?.catch(() => undefined))?.close(),
  };
}

/**
 * The tools of one run; disposing of them closes the tenants that were opened.
 *
 * @param isRehearsal nothing that is done is to stay
 */
export function openTools(
  outside: Outside,
  globals: Globals,
  { interrupts, summary }: { readonly interrupts: Interrupts; readonly summary: RunSummary },
  isRehearsal = false,
): Tools & AsyncDisposable {
  const { host, clock } = outside;
  const { stderr, env: environment } = host;
  const { signal } = interrupts;
  const workingFolder = host.cwd();
  const home = homeForTenants(outside);
  const processes = systemProcesses(host.pid, (pid, name) => host.kill(pid, name), outside.hostName);
  const temporary = { temporaryFolder: home.temporary, processes, left: warnLeft(() => terminal) };
  const swept = sweepTemporaryFiles(temporary);
  host.on("exit", removeUnfinished);
  const contexts = new Contexts(home);
  const terminal = openTerminal(outside, globals, { signal, saveRows: savesRows(globals, () => outputs, signal) });
  const outputs = outputsOf({ home, temporary, workingFolder }, () => terminal.out);
  const rehearsesIn = isRehearsal ? temporary : undefined;
  const changed = (numbers: readonly number[]): void => terminal.addChanges(numbers);
  const told = { unaudited: warnUnaudited(terminal), changed, rehearsesIn };
  const apple = openedOnce(outside.openApple);
  const services = { apple: { send: apple.send, sealing: sealingOf(home, processes) }, mail: mailOf(outside, home) };
  const machine = { ...userOf(outside), ...told, ...services, as: globals.as, processes, signal };
  const tenants = tenantsOf(outside, { terminal, globals, contexts }, machine, summary);
  const choose = announced(() => contexts.choose(globals.context, environment), terminal, stderr.isTTY);
  return {
    terminal,
    globals,
    environment,
    home,
    contexts,
    temporary,
    outputs,
    clock,
    get machine() {
      return machineOf(outside);
    },
    get stdin() {
      return inputOf(outside, interrupts);
    },
    workingFolder,
    signal,
    tenant: async (...nouns) => tenants.open(await choose(), nouns),
    tenantOf: async (context, ...nouns) => tenants.openContext(context, nouns),
    tenantBeside: async (context, ...nouns) => tenants.openContext(context, nouns, false),
    inspectTenant: async ({ tenantFolder }) =>
      (await import("../lib/tenant/index.ts")).inspectTenant(tenantFolder, processes, signal),
    send: apple.send,
    parse: (path, command, words) => parse(path, command, words, {}).input,
    describeState: (state) => interrupts.describe(state),
    summarize: (plan) => summary.add(plan),
    describeDone: (done) => interrupts.describeDone(done),
    async [Symbol.asyncDispose]() {
      await tenants.close();
      await Promise.all([apple.close(), swept]);
    },
  };
}
