import { isIP } from "node:net";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { line, step } from "../lib/advice/index.ts";
import { describeReadError, Failure } from "../lib/errors/index.ts";
import { readNamedFile, readTrustedFile } from "../lib/files/index.ts";
import { readSecret } from "../lib/renewals/notify/secret.ts";
import { parseProxies, type ListenAddress } from "../lib/serve/index.ts";
import type { ServeSettings } from "../lib/serve/settings.ts";
import { same, text, type Text } from "../lib/text/index.ts";
import { defineCommand } from "./kit/command.ts";
import { DRY_RUN_OPTION } from "./kit/columns/field-options.ts";
import { defineChoice, defineOption, defineSwitch } from "./kit/field.ts";
import type { ServedContext, ServedStore, ServerPlan, Tools } from "./kit/tools.ts";
import type { EmbeddedContext } from "../lib/config/context.ts";
import type { Context } from "../lib/config/index.ts";
import { isContextPattern, matchesContext, toContextNameKey } from "../lib/model/context-name.ts";
import { isLoopback } from "../lib/model/address.ts";
import { codeKey } from "../lib/model/normalise.ts";
import { readNewPassword } from "./kit/change/account-options.ts";

type FirstAdministrator = Readonly<Record<"account" | "email" | "passwordFile", string | undefined>>;

/**
 * Does nothing if the account is already the first system administrator.
 * @throws Failure `conflict` if there is another system administrator; `input-rejected` in a mirror
 */
async function createFirstAdministrator(tools: Tools, typed: FirstAdministrator): Promise<void> {
  const { terminal } = tools;
  const { passwordFile } = typed;
  const { client } = await tools.tenant("accounts", "users", "tenant");
  const ask = (message: Text, flag: string): Promise<string> =>
    terminal.prompts.input({ message, flag: passwordFile === undefined ? `${flag} --password-file FILE` : flag });
  const account = typed.account ?? (await ask(ACCOUNT_PROMPT, "--account NAME"));
  if ((await client.tenant.show()).mirroredAt !== null)
    throw new Failure("input-rejected", {
      what: text(
        "this tenant is a mirror, so its administrators are created in the console",
        "このテナントは管理画面のミラーのため、管理者は管理画面で作成します",
      ),
      hint: step(
        "to set the password with which a recorded administrator signs in to this server",
        "記録済みの管理者がこのサーバーにサインインするためのパスワードを設定するには",
        line("clomo-account reset-password", [account], { forSignIn: true, passwordFile: "FILE" }),
      ),
    });
  const administrators = await Array.fromAsync(client.accounts.list({ role: "system" }));
  const own = administrators.find(({ name }) => codeKey(name) === codeKey(account));
  if (own !== undefined && own.passwordSetAt !== null) {
    await terminal.note(
      step(
        `${own.name} is a system administrator already; the password was not changed. To change it`,
        `${own.name} はすでにシステム管理者です。パスワードは変更していません。変更するには`,
        line("clomo-account reset-password", [own.name], { passwordFile: passwordFile ?? "FILE" }),
      ),
    );
    return;
  }
  const other = administrators.find(({ passwordSetAt }) => passwordSetAt !== null);
  if (other !== undefined)
    throw new Failure("conflict", {
      what: text(
        `the tenant has a system administrator already: ${other.name}; nothing was changed`,
        `システム管理者 ${other.name} がすでにいるため、何も変更していません`,
      ),
    });
  // read the password file first, so that an unusable file is reported before a prompt
  const filed = passwordFile === undefined ? undefined : await readNewPassword(tools, passwordFile);
  const email = typed.email ?? (account.includes("@") ? account : await ask(EMAIL_PROMPT, "--email ADDRESS"));
  const password = filed ?? (await readNewPassword(tools, undefined));
  const [known] = await client.users.find({ name: email });
  const user = known ?? (await client.users.create({ name: account, emails: [email] })).after;
  await client.accounts.create({ user: user.id, name: account, role: "system", password });
  await terminal.note(text(`created the system administrator ${account}`, `システム管理者 ${account} を作成しました`));
}

const ACCOUNT_PROMPT = text("Account of the first administrator:", "最初の管理者のアカウント名:");
const EMAIL_PROMPT = text("Email address of the first administrator:", "最初の管理者のメールアドレス:");

const MAX_CERTIFICATE_BYTES = 1024 * 1024;

const DEFAULT_PLACE = "127.0.0.1:8080";

const REQUEST_GRACE_MS = 30_000;
const SERVER_CLOSE_MS = 4_000;

const SETTINGS_FILE = "serve.yaml";

const SETTINGS_EXAMPLE = `    listen: 127.0.0.1:8080
    open: 200 # tenants that stay open
    keep: 30d # with --store: changes that are in a snapshot
    metrics: 127.0.0.1:9464
    oidc:
      issuer: https://id.example.jp/realms/staff
      clientId: clomoctl
      audience: https://clomoctl.example.jp
    passwords: true # false: only people of the provider
    operators:
      - who: group:kanto # or subject:ID
        tenants: [kanto-*, osaka]
        role: division # or system, or custom with scheme: NAME`;

export default defineCommand({
  summary: text("serve a local tenant on the network", "このコンピューターのテナントをネットワークで使えるようにする"),
  details: [
    text(
      "Serves the tenant API in the foreground until it is interrupted. The first line of stdout is the URL. Every request must be authenticated: people sign in with login, and programs use an access token. Commands on this computer can use the same tenant at the same time.",
      "中断するまで、テナント API をフォアグラウンドで提供します。標準出力の 1 行目が URL です。どのリクエストにもサインインが必要です(人は login、プログラムはアクセストークン)。このコンピューターのコマンドも、同じテナントを同時に使えます。",
    ),
    text(
      "To accept connections from other computers, pass a certificate with --tls-cert and --tls-key. Or listen on a Unix socket, and connect through an SSH tunnel or a proxy that authenticates. stderr has one JSON object per request, without personal names.",
      "ほかのコンピューターからの接続を受け付けるには、--tls-cert と --tls-key で証明書を指定します。または Unix ソケットで待ち受け、SSH トンネルか認証を行うプロキシを通して接続します。標準エラー出力には、リクエストごとに 1 行の JSON を書きます(個人名は含みません)。",
    ),
    text(
      `Several tenants: people of an identity provider act in them without an account there, as ${SETTINGS_FILE} in CLOMOCTL_HOME says. SIGHUP reads the file again. Example:`,
      `複数のテナントを提供するときは、ID プロバイダーの担当者が、CLOMOCTL_HOME の ${SETTINGS_FILE} のとおりに、アカウントなしで各テナントを操作できます。SIGHUP で読み直します。例:`,
    ),
    same(SETTINGS_EXAMPLE),
  ],
  args: {
    action: defineChoice(
      ["init", "list", "add", "take", "upgrade"],
      "init: create the first system administrator or the tables of a store; list, add, take, upgrade: of a store (default: serve)",
      "init: 最初のシステム管理者か、保存先のテーブルを作る。list・add・take・upgrade: 保存先のテナントの一覧・追加・取り出し・アップグレード(既定: サーバー)",
    ),
    name: { kind: "string", about: text("tenant to add or take", "追加するか取り出すテナント") },
  },
  options: {
    account: defineOption("string", "NAME", "with init: account name", "init のとき: アカウント名", {
      requires: "action",
    }),
    email: defineOption(
      "string",
      "ADDRESS",
      "with init: email address (default: the account name)",
      "init のとき: メールアドレス(既定: アカウント名)",
      { requires: "action" },
    ),
    passwordFile: defineOption(
      "file",
      "FILE",
      "with init: file of the password, which only you can read",
      "init のとき: 自分だけが読めるパスワードのファイル",
      { requires: "action" },
    ),
    listen: defineOption(
      "string",
      "ADDRESS",
      `HOST:PORT (port 0: any free port) or unix:PATH (default: ${DEFAULT_PLACE})`,
      `HOST:PORT(ポート 0 は空きポート)か unix:PATH(既定: ${DEFAULT_PLACE})`,
    ),
    tlsCert: defineOption("file", "FILE", "certificate chain (PEM)", "証明書チェーン(PEM)", { requires: "tlsKey" }),
    tlsKey: defineOption("file", "FILE", "private key (PEM) that only you can read", "自分だけが読める秘密鍵(PEM)", {
      requires: "tlsCert",
    }),
    allContexts: defineSwitch(
      "serve all tenants of this computer, each at /t/NAME (or several: --context 'kanto-*,osaka')",
      "このコンピューターの全テナントを、それぞれ /t/名前 で提供する(一部だけなら --context 'kanto-*,osaka')",
    ),
    store: defineOption(
      "string",
      "ADDRESS",
      "serve the tenants of a PostgreSQL database: postgres://USER@HOST/DATABASE",
      "PostgreSQL のデータベースのテナントを提供する: postgres://USER@HOST/DATABASE",
    ),
    from: defineOption("file", "FILE", "with add: backup of the tenant", "add のとき: テナントのバックアップ", {
      requires: "store",
    }),
    output: defineOption("string", "FILE", "with take: file of the tenant", "take のとき: テナントのファイル", {
      short: "o",
      requires: "store",
    }),
    dryRun: DRY_RUN_OPTION,
    behindProxy: {
      kind: "list",
      value: "ADDRESSES",
      about: text("addresses or subnets of the trusted proxies", "信頼するプロキシのアドレスまたはサブネット"),
    },
  },
  examples: [
    { line: "clomoctl serve init --account admin@example.jp --password-file admin.txt" },
    { line: "clomoctl serve --context head-office" },
    { line: "clomoctl serve --context 'kanto-*,osaka'" },
    { line: "clomoctl serve --listen 0.0.0.0:8443 --tls-cert server.pem --tls-key server.key" },
    { line: "clomoctl serve --store postgres://clomoctl@db.example.jp/clomoctl" },
  ],
  exits: ["input-rejected", "conflict", "not-found", "unavailable", "locked"],
  excludes: [
    ["store", "allContexts"],
    ["store", "account"],
  ],
  async run(tools, { action, name, from, output, dryRun, account, email, passwordFile, ...options }) {
    const { store } = options;
    if (action === "init" && store === undefined)
      return createFirstAdministrator(tools, { account, email, passwordFile });
    if (action === undefined) return serve(tools, options);
    const { changeStore } = await import("./serve/store.ts");
    return changeStore(tools, action, { store, name, from, output, dryRun });
  },
});

type CertificateFiles = Readonly<Record<"tlsCert" | "tlsKey", string | undefined>>;

interface ServeInput extends CertificateFiles {
  readonly listen: string | undefined;
  readonly allContexts: boolean;
  readonly store: string | undefined;
  readonly behindProxy: readonly string[] | undefined;
}

const serve = async (
  tools: Tools,
  { listen: typed, allContexts, store: address, behindProxy, ...files }: ServeInput,
): Promise<void> => {
  const { terminal } = tools;
  const { out } = terminal;
  const settings = await readSettings(tools);
  const listen = typed ?? settings.listen ?? DEFAULT_PLACE;
  const place = parseListenPlace(listen, "--listen");
  const proxies = behindProxy === undefined ? undefined : requireProxies(behindProxy);
  const tls = await readCertificate(tools, files);
  if (!("path" in place || isLoopback(place.host)) && tls === undefined && proxies === undefined)
    throw new Failure("usage", {
      what: text(
        "passwords would be sent over the network without encryption",
        "このコンピューターの外からの接続では、パスワードが暗号化されずに送られます",
      ),
      where: `--listen ${listen}`,
      hint: text(
        "add --tls-cert FILE --tls-key FILE, or put a proxy with TLS in front and add --behind-proxy ADDRESS",
        "--tls-cert FILE --tls-key FILE を付けるか、TLS のプロキシを前段に置いて --behind-proxy ADDRESS を付けてください",
      ),
    });
  const store = address === undefined ? undefined : await tools.openStore(address, "open");
  await store?.keep(settings.keep);
  const tenant =
    store === undefined
      ? await chooseTenants(tools, allContexts, settings)
      : await searchTenants(tools, store, settings);
  const { readTenantMetrics } = await import("./kit/items/metrics.ts");
  const read = readTenantMetrics(tools, async () => ("list" in tenant ? tenant.list() : [tenant]), store?.prepare);
  const metrics =
    settings.metrics === undefined ? undefined : { place: parseListenPlace(settings.metrics, "metrics:"), read };
  const server = await tools.serve({ tenant, place, tls, proxies, metrics, now: store?.now });
  if (server.metricsUrl !== undefined)
    await terminal.note(text(`metrics: ${server.metricsUrl}`, `メトリクス: ${server.metricsUrl}`));
  await out.write(`${server.url}\n`);
  await out.flush();
  await tools.untilStopped(REQUEST_GRACE_MS + SERVER_CLOSE_MS);
  await server.stop(REQUEST_GRACE_MS);
};

const readSettings = async ({ home }: Tools, before?: ServeSettings): Promise<ServeSettings> => {
  const file = join(home.folder, SETTINGS_FILE);
  const content = readTrustedFile(file, home.userId);
  // a file that is being replaced must not switch passwords on
  if (content === undefined && before?.oidc !== undefined)
    throw new Failure("not-found", { what: describeReadError("ENOENT"), where: file });
  return (await import("../lib/serve/settings.ts")).parseServeSettings(content, file);
};

/** Reads the settings again at SIGHUP. Wrong ones change nothing. */
const openAccess = async (tools: Tools, settings: ServeSettings, list: () => Promise<readonly EmbeddedContext[]>) => {
  const { terminal } = tools;
  const { OperatorAccess } = await import("../lib/serve/operators.ts");
  const warnOfUnused = async ({ operators }: ServeSettings): Promise<void> => {
    const names = (await list()).map(({ name }) => name);
    const isUsed = (pattern: string): boolean => names.some((name) => matchesContext(name, pattern));
    const unused = operators.flatMap(({ tenants }) => tenants.filter((pattern) => !isUsed(pattern))).join(", ");
    if (unused === "") return;
    const what = text(`no tenant is named ${unused}`, `${unused} に一致するテナントはありません`);
    await terminal.warn(text(`${SETTINGS_FILE}: ${what.en}`, `${SETTINGS_FILE}: ${what.ja}`));
  };
  await warnOfUnused(settings);
  let access = new OperatorAccess(settings);
  const reload = async (): Promise<void> => {
    access = new OperatorAccess(await readSettings(tools, access.settings), access);
    await warnOfUnused(access.settings);
  };
  const keepSettings = (error: unknown): Promise<void> => {
    const { what, where } =
      error instanceof Failure
        ? error
        : { what: describeReadError(error), where: join(tools.home.folder, SETTINGS_FILE) };
    return terminal.warn(
      text(`${where}: ${what.en}; the former settings stay in force`, `${where}: ${what.ja}。以前の設定のまま続けます`),
    );
  };
  tools.onReload(() => void reload().catch(keepSettings));
  return () => access;
};

const chooseTenants = async (
  tools: Tools,
  allContexts: boolean,
  settings: ServeSettings,
): Promise<ServerPlan["tenant"]> => {
  const { contexts, globals } = tools;
  const { context: pattern } = globals;
  if (!allContexts && !isContextPattern(pattern)) {
    if (settings.oidc === undefined) return requireEmbedded((await tools.tenant()).context);
    throw new Failure("usage", {
      what: text(
        "operators can use only a server of several tenants",
        "operators の設定は、複数のテナントのサーバーでだけ使えます",
      ),
      where: SETTINGS_FILE,
      hint: text("add --all-contexts", "--all-contexts を付けてください"),
    });
  }
  const select = () => (pattern === undefined ? contexts.list() : contexts.select(pattern));
  const typed = pattern?.split(",").map((name) => toContextNameKey(name.trim())) ?? [];
  for (const context of await select()) if (typed.includes(toContextNameKey(context.name))) requireEmbedded(context);
  const list = async () => (await select()).filter((context) => context.kind === "embedded");
  // opening a tenant that was removed since would create a new one
  return searchTenants(tools, { list, isThere: (context) => contexts.hasDatabase(context) }, settings);
};

/** A tenant can be added or removed while the server runs. */
const searchTenants = async (
  tools: Tools,
  { list: listNow, isThere = () => true, prepare, shared, isReady }: TenantSource,
  settings: ServeSettings,
) => {
  let known: ReadonlyMap<string, ServedContext> = new Map();
  let readAt = -Infinity;
  const refresh = async () => {
    const now = performance.now();
    if (now - readAt < RELOAD_MS) return known;
    known = new Map((await listNow()).map((context) => [toContextNameKey(context.name), context]));
    readAt = now;
    return known;
  };
  const list = async () => [...(await refresh()).values()].filter(isThere);
  const find = async (name: string) => {
    const context = (await refresh()).get(toContextNameKey(name));
    return context && isThere(context) ? context : undefined;
  };
  return {
    find,
    list,
    prepare,
    shared,
    isReady,
    limit: settings.open,
    access: await openAccess(tools, settings, list),
  };
};

interface TenantSource extends Pick<ServedStore, "list">, Partial<Pick<ServedStore, "prepare" | "shared" | "isReady">> {
  readonly isThere?: (context: ServedContext) => boolean;
}

const RELOAD_MS = 1000;

const requireEmbedded = (context: Context): EmbeddedContext => {
  if (context.kind === "embedded") return context;
  throw new Failure("usage", {
    what: text(`${context.name} is not on this computer`, `${context.name} はこのコンピューターにありません`),
    where: "--context",
    hint: step("to list the contexts", "コンテキストの一覧", line("context list", [])),
  });
};

/** @param typed an address such as `127.0.0.1:0`, `[::1]:8080` or `unix:/run/x.sock` @throws Failure `usage` */
const parseListenPlace = (typed: string, setting: string): ListenAddress => {
  if (/^unix:./.test(typed)) return { path: typed.slice("unix:".length) };
  const { plain, bracketed, port } =
    /^(?:\[(?<bracketed>[0-9A-Fa-f:.]+)\]|(?<plain>[^:[\]\s/]+)):(?<port>\d{1,5})$/.exec(typed)?.groups ?? {};
  const host = bracketed ?? plain;
  const isAddress = bracketed === undefined || isIP(bracketed) === 6;
  if (host !== undefined && isAddress && Number(port) <= 65_535) return { host, port: Number(port) };
  throw new Failure("usage", {
    what: text(
      `${setting} must be HOST:PORT or unix:PATH`,
      `${setting} は HOST:PORT か unix:PATH の形で指定してください`,
    ),
    where: typed,
    hint: text(`for example: ${setting} ${DEFAULT_PLACE}`, `例: ${setting} ${DEFAULT_PLACE}`),
  });
};

const requireProxies = (list: readonly string[]) => {
  const proxies = parseProxies(list);
  if (proxies !== undefined && list.length > 0) return proxies;
  throw new Failure("usage", {
    what: text("not a list of addresses or subnets", "アドレスまたはサブネットの一覧ではありません"),
    where: `--behind-proxy ${list.join(",")}`,
    hint: text("for example: --behind-proxy 10.0.0.5,10.1.0.0/16", "例: --behind-proxy 10.0.0.5,10.1.0.0/16"),
  });
};

const readCertificate = async (tools: Tools, { tlsCert, tlsKey }: CertificateFiles) => {
  if (tlsCert === undefined || tlsKey === undefined) return undefined;
  const { bytes } = await readNamedFile(tools, tlsCert, MAX_CERTIFICATE_BYTES);
  const { workingFolder: folder, home } = tools;
  const key = await readSecret(tlsKey, { folder, userId: home.userId });
  const certificate = { cert: Buffer.from(bytes).toString("latin1"), key };
  const { createSecureContext } = await import("node:tls");
  try {
    createSecureContext(certificate);
  } catch (error) {
    throw new Failure("input-rejected", {
      what: text(
        "the certificate or the key is not a PEM file, or they do not belong together",
        "証明書または鍵が PEM ファイルでないか、証明書と鍵の組が一致していません",
      ),
      where: `${tlsCert}, ${tlsKey}`,
      hint: text("check both files with openssl", "両方のファイルを openssl で確かめてください"),
      cause: error,
    });
  }
  return certificate;
};
