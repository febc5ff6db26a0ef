import type * as OpenIdClient from "openid-client";
import type { Configuration, CustomFetch, TokenEndpointResponse } from "openid-client";
import { line, step } from "../advice/index.ts";
import { readText } from "../client/answer.ts";
import { Failure, getErrorCode } from "../errors/index.ts";
import { JWT_PATTERN } from "../model/credential.ts";
import { SECOND_MS } from "../model/time.ts";
import { shortenText, text } from "../text/index.ts";
import { openServerSocket, type SocketTools } from "../client/socket.ts";

/** What a server says about its identity provider. */
export interface ProviderSettings {
  readonly server: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly audience: string;
  readonly scope: string;
}

export interface ServerSession extends ProviderSettings {
  readonly accessToken: string;
  /** milliseconds since 1970 */
  readonly endsAt: number;
  readonly refreshToken?: string | undefined;
  /** of a service, which needs no refresh token */
  readonly clientSecret?: string | undefined;
}

export interface ProviderTools extends SocketTools {
  readonly signal?: AbortSignal | undefined;
}

type Known = ProviderSettings & Pick<ServerSession, "clientSecret">;

const LIMITS = {
  responseBytes: 1024 * 1024,
  headersMs: 15 * SECOND_MS,
  codeSeconds: 3600,
  /** lifetime of a token whose provider does not say when it ends */
  tokenSeconds: 300,
  /** the socket has time-outs of its own, which tell more than those of openid-client */
  openIdSeconds: 3600,
};

/** What providers answer if they refuse the person or the client, rather than the request. @see RFC 6749, RFC 8628 */
const REFUSALS = ["invalid_grant", "access_denied", "expired_token", "invalid_client", "unauthorized_client"];

type OpenId = typeof OpenIdClient;

async function withProvider<T>(
  known: Known,
  tools: ProviderTools,
  work: (openId: OpenId, config: Configuration) => Promise<T>,
): Promise<T> {
  const { issuer, clientId, clientSecret } = known;
  const openId = await import("openid-client");
  const { transport, close } = openServerSocket(tools, issuer, { headersTimeoutMs: LIMITS.headersMs });
  const send: CustomFetch = async (address, { body = null, ...init }) => {
    const request = { ...init, body: body as Request["body"], signal: tools.signal ?? null };
    const response = await transport(new Request(address, request));
    const content = await readText(response, LIMITS.responseBytes);
    if (content === undefined) throw new Failure("unavailable", { what: TOO_LONG, where: issuer });
    return new Response(content === "" ? null : content, response);
  };
  const authentication = clientSecret === undefined ? openId.None() : openId.ClientSecretPost(clientSecret);
  try {
    const config = await openId.discovery(new URL(issuer), clientId, undefined, authentication, {
      [openId.customFetch]: send,
      timeout: LIMITS.openIdSeconds,
      execute: issuer.startsWith("http:") ? [openId.allowInsecureRequests] : [],
    });
    return await work(openId, config);
  } catch (error) {
    tools.signal?.throwIfAborted();
    throw toFailure(error, known, openId);
  } finally {
    await close();
  }
}

const TOO_LONG = text("the response is too long", "応答が長すぎます");

/** Returns the failure of the socket, which openid-client wraps. */
const findFailure = (error: unknown): Failure | undefined => {
  if (error instanceof Failure) return error;
  return error instanceof Error ? findFailure(error.cause) : undefined;
};

function toFailure(error: unknown, { server, issuer: where }: Known, openId: OpenId): Failure {
  const failure = findFailure(error);
  if (failure !== undefined) return failure;
  if (error instanceof openId.ResponseBodyError && REFUSALS.includes(error.error)) {
    const why = shortenText(`${error.error}: ${error.error_description ?? "-"}`, 200);
    return createSignInFailure(
      server,
      text(
        `the identity provider refuses to sign you in (${why})`,
        `ID プロバイダーがサインインを拒否しました(${why})`,
      ),
      where,
    );
  }
  if (getErrorCode(error) === "OAUTH_TIMEOUT") return createSignInFailure(server, CODE_EXPIRED, where);
  const why = shortenText(error instanceof openId.ResponseBodyError ? error.error : String(error), 200);
  return new Failure("unavailable", {
    what: text(
      `the identity provider's response cannot be used (${why})`,
      `ID プロバイダーの応答を使用できません(${why})`,
    ),
    where,
    cause: error,
  });
}

const CODE_EXPIRED = text("the code was not entered in time", "コードが時間内に入力されませんでした");

export const createSignInFailure = (server: string, what: ReturnType<typeof text>, where: string): Failure =>
  new Failure("not-signed-in", {
    what,
    where,
    hint: step("to sign in", "サインインするには", line("login", [server])),
  });

/** Entra refuses `resource` for its own names of audiences (`api://…`); others know only one of the two parameters. */
const nameAudience = ({ audience }: ProviderSettings): Record<string, string> =>
  /^https?:\/\//.test(audience) ? { audience, resource: audience } : { audience };

const toSession = (
  { access_token: accessToken, expires_in, refresh_token: refreshToken }: TokenEndpointResponse,
  known: Known & Partial<ServerSession>,
  { clock }: ProviderTools,
): ServerSession => {
  if (!JWT_PATTERN.test(accessToken)) throw new Failure("unavailable", { what: NOT_A_JWT, where: known.issuer });
  const endsAt = clock.now().getTime() + (expires_in ?? LIMITS.tokenSeconds) * SECOND_MS;
  return { ...known, accessToken, endsAt, refreshToken: refreshToken ?? known.refreshToken };
};

const NOT_A_JWT = text(
  "the identity provider's access token is not a JWT: its administrator must set the audience of this server",
  "ID プロバイダーのアクセストークンが JWT ではありません。プロバイダーの管理者が、このサーバーの audience を設定してください",
);

/** @param show tells the user to open an address and to enter a code there */
export const signInWithDevice = (
  settings: ProviderSettings,
  tools: ProviderTools,
  show: (address: string, code: string) => Promise<void>,
): Promise<ServerSession> =>
  withProvider(settings, tools, async (openId, config) => {
    const audience = nameAudience(settings);
    const started = await openId.initiateDeviceAuthorization(config, { scope: settings.scope, ...audience });
    await show(started.verification_uri, started.user_code);
    const expires = AbortSignal.timeout(Math.min(started.expires_in, LIMITS.codeSeconds) * SECOND_MS);
    const signal = tools.signal === undefined ? expires : AbortSignal.any([tools.signal, expires]);
    return toSession(await openId.pollDeviceAuthorizationGrant(config, started, audience, { signal }), settings, tools);
  });

/** Scopes about a person, which services do not have. */
const PERSONAL_SCOPES = ["openid", "offline_access", "profile", "email"];

export const signInAsService = (known: Known, tools: ProviderTools): Promise<ServerSession> =>
  withProvider(known, tools, async (openId, config) => {
    const scope = known.scope.split(" ").filter((one) => !PERSONAL_SCOPES.includes(one));
    const asked = { ...nameAudience(known), ...(scope.length > 0 && { scope: scope.join(" ") }) };
    return toSession(await openId.clientCredentialsGrant(config, asked), known, tools);
  });

/** @throws Failure `not-signed-in` if the provider refuses, `unavailable` if it cannot be reached */
export async function renewSession(session: ServerSession, tools: ProviderTools): Promise<ServerSession> {
  const { refreshToken, clientSecret, server, issuer } = session;
  if (clientSecret !== undefined) return signInAsService(session, tools);
  if (refreshToken === undefined) throw createSignInFailure(server, SESSION_ENDED, issuer);
  return withProvider(session, tools, async (openId, config) =>
    toSession(await openId.refreshTokenGrant(config, refreshToken, nameAudience(session)), session, tools),
  );
}

const SESSION_ENDED = text("the session has ended", "セッションが終了しました");

/** Returns false if the provider cannot revoke it. */
export const revokeSession = (session: ServerSession, tools: ProviderTools): Promise<boolean> =>
  withProvider(session, tools, async (openId, config) => {
    const { refreshToken } = session;
    if (refreshToken === undefined || config.serverMetadata().revocation_endpoint === undefined) return false;
    await openId.tokenRevocation(config, refreshToken);
    return true;
  });
