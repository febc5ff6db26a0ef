/** Import this module only when needed: openid-client and zod load slowly. */
import * as openId from "openid-client";
import { z } from "zod";
import { line, step } from "../advice/index.ts";
import { createApiMismatchFailure, createResponseFailure, readText } from "../client/answer.ts";
import { openServerSocket, type SocketTools } from "../client/socket.ts";
import { parseSecret } from "../config/credentials.ts";
import { Failure, getErrorCode } from "../errors/index.ts";
import { parseSecureUrl } from "../model/address.ts";
import { SECOND_MS } from "../model/time.ts";
import { same, shortenText, text } from "../text/index.ts";

const RESPONSE_LIMIT_BYTES = 8 * 1024 * 1024;
const HEADERS_TIMEOUT_MS = 15 * SECOND_MS;
/** lifetime of a token whose provider does not say when it ends */
const TOKEN_SECONDS = 300;

const Word = z.string().regex(/^[\x20-\x7e]{1,500}$/);

const ProviderDocument = z.object({
  issuer: Word.refine((address) => parseSecureUrl(address) !== undefined),
  clientId: Word,
  audience: Word,
  scope: Word,
});

const TenantsDocument = z.object({
  tenants: z.array(z.object({ name: z.string().regex(/^\P{C}{1,200}$/u) })).max(20_000),
});

/** What a server says about its identity provider. */
export type ProviderSettings = z.output<typeof ProviderDocument> & { readonly server: string };

export interface ServerSession extends ProviderSettings {
  readonly accessToken: string;
  /** milliseconds since 1970 */
  readonly endsAt: number;
  readonly refreshToken?: string;
}

export interface ProviderTools extends SocketTools {
  readonly signal: AbortSignal;
}

async function send(tools: SocketTools, request: Request, secret?: string): Promise<Response> {
  const { origin } = new URL(request.url);
  const credential = secret === undefined ? undefined : { secret, origin };
  const socket = openServerSocket(tools, origin, { credential, headersTimeoutMs: HEADERS_TIMEOUT_MS });
  try {
    const response = await socket.transport(request);
    return new Response((await readText(response, RESPONSE_LIMIT_BYTES)) || null, response);
  } finally {
    await socket.close();
  }
}

async function readDocument<S extends z.ZodType>(
  tools: SocketTools,
  address: URL,
  schema: S,
  secret?: string,
): Promise<z.output<S>> {
  const place = { method: "get", path: address.pathname, base: new URL(address.origin) } as const;
  const response = await send(tools, new Request(address), secret);
  if (!response.ok) throw await createResponseFailure(place, response);
  const { data, error } = schema.safeParse(await response.json().catch(() => undefined));
  if (data !== undefined) return data;
  throw createApiMismatchFailure(place, same(error?.issues[0]?.path.join(".") || "JSON"));
}

/** @throws `usage` if the address is not that of a server, or not encrypted */
export async function readProviderSettings(tools: SocketTools, address: string): Promise<ProviderSettings> {
  const url = parseSecureUrl(address);
  if (url?.href !== `${url?.origin}/`) {
    const what = text(
      "the address of a server is https:// and its name, without a path; http:// only for this computer",
      "サーバーのアドレスは https:// とホスト名だけで、パスを付けずに指定してください(http:// はこのコンピューターだけ)",
    );
    throw new Failure("usage", { what, where: address });
  }
  return { server: url.origin, ...(await readDocument(tools, new URL("/oidc.json", url), ProviderDocument)) };
}

export async function readServerTenants(tools: SocketTools, server: string, secret: string) {
  const { tenants } = await readDocument(tools, new URL("/tenants.json", server), TenantsDocument, secret);
  return tenants.map(({ name }) => name);
}

const createSignInHint = (server: string) => step("to sign in", "サインインするには", line("login", [server]));

/** The person must sign in again; after any other error, the same request may succeed later. @see RFC 6749, RFC 8628 */
const REFUSALS = "invalid_grant access_denied expired_token invalid_client unauthorized_client OAUTH_TIMEOUT".split(
  " ",
);

/** @throws Failure `not-signed-in` if the provider refuses, `unavailable` if it cannot be reached or understood */
async function askProvider<T>(
  { server, issuer, clientId }: ProviderSettings,
  tools: ProviderTools,
  ask: (config: openId.Configuration) => Promise<T>,
): Promise<T> {
  const sendToProvider: openId.CustomFetch = (address, { body = null, ...init }) =>
    send(tools, new Request(address, { ...init, body: body as Request["body"], signal: tools.signal }));
  try {
    const options = {
      [openId.customFetch]: sendToProvider,
      execute: issuer.startsWith("http:") ? [openId.allowInsecureRequests] : [],
    };
    return await ask(await openId.discovery(new URL(issuer), clientId, undefined, openId.None(), options));
  } catch (error) {
    tools.signal.throwIfAborted();
    if (error instanceof Error && error.cause instanceof Failure) throw error.cause;
    const isAnswer = error instanceof openId.ResponseBodyError;
    const code = isAnswer ? error.error : getErrorCode(error);
    const why = shortenText(isAnswer ? `${code}: ${error.error_description ?? ""}` : String(error), 200);
    throw new Failure(REFUSALS.includes(code) ? "not-signed-in" : "unavailable", {
      what: text(
        `the identity provider does not sign you in (${why})`,
        `ID プロバイダーでサインインできません(${why})`,
      ),
      where: issuer,
      hint: createSignInHint(server),
      cause: error,
    });
  }
}

/** Entra refuses `resource` for its own names of audiences (`api://…`); others know only one of the two parameters. */
const nameAudience = ({ audience }: ProviderSettings): Record<string, string> =>
  /^https?:\/\//.test(audience) ? { audience, resource: audience } : { audience };

const toSession = (
  { access_token, expires_in = TOKEN_SECONDS, refresh_token }: openId.TokenEndpointResponse,
  { clock }: ProviderTools,
  before: ProviderSettings | ServerSession,
): ServerSession => ({
  ...before,
  accessToken: parseSecret(access_token, before.issuer),
  endsAt: clock.now().getTime() + expires_in * SECOND_MS,
  ...(refresh_token !== undefined && { refreshToken: refresh_token }),
});

/** @param show tells the user to open an address and to enter a code there */
export async function signInWithDevice(
  settings: ProviderSettings,
  tools: ProviderTools,
  show: (address: string, code: string) => Promise<void>,
): Promise<ServerSession> {
  const tokens = await askProvider(settings, tools, async (config) => {
    const audience = nameAudience(settings);
    const started = await openId.initiateDeviceAuthorization(config, { scope: settings.scope, ...audience });
    await show(started.verification_uri, started.user_code);
    const signal = AbortSignal.any([tools.signal, AbortSignal.timeout(started.expires_in * SECOND_MS)]);
    return openId.pollDeviceAuthorizationGrant(config, started, audience, { signal });
  });
  return toSession(tokens, tools, settings);
}

/** @param session undefined if there is none that can be read */
export async function renewSession(
  session: ServerSession | undefined,
  tools: ProviderTools,
  server: string,
): Promise<ServerSession> {
  const { refreshToken } = session ?? {};
  if (session === undefined || refreshToken === undefined) {
    const what = text("your session at this server has ended", "このサーバーのセッションは終了しました");
    throw new Failure("not-signed-in", { what, where: server, hint: createSignInHint(server) });
  }
  const tokens = await askProvider(session, tools, (config) =>
    openId.refreshTokenGrant(config, refreshToken, nameAudience(session)),
  );
  return toSession(tokens, tools, session);
}

export const revokeSession = (session: ServerSession, tools: ProviderTools): Promise<void> =>
  askProvider(session, tools, (config) => openId.tokenRevocation(config, session.refreshToken ?? session.accessToken));
