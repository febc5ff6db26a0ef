import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from "jose";
import { Provider, type Configuration } from "oidc-provider";

const PROVIDER_CLIENT = "clomoctl";
export const SERVICE_CLIENT = { id: "nightly-job", secret: "secret-of-the-nightly-job" } as const;

const SCOPES = ["openid", "offline_access", "profile", "groups"];
const DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code";

/** Clients poll at this interval, in seconds; the default of 5 would only slow the tests down. */
const POLL_INTERVAL = 0.05;

const createSigningKey = async () => {
  const kid = crypto.randomUUID();
  const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
  const jwk = { ...(await exportJWK(privateKey)), kid, kty: "RSA", alg: "RS256", use: "sig" };
  return { kid, privateKey, publicKey, jwk };
};

/** Starts a real OpenID provider on this machine. Its access tokens are JWTs with the claims of the account. */
export const openIdentityProvider = async ({ refreshes = true } = {}) => {
  /** an absolute URI, because it is the resource that clients ask for */
  const [audience, lifetime] = ["https://tenants.example/", 600];
  const accounts = new Map([["taro", { name: "Taro Sato", groups: ["operators"] }]]);
  const requests: string[] = [];
  const keys = [await createSigningKey()] as [Awaited<ReturnType<typeof createSigningKey>>];
  let answer: (...given: Parameters<RequestListener>) => unknown = () => undefined;
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    void answer(request, response);
  });
  const listen = async (port: number): Promise<number> => {
    await once(server.listen(port, "127.0.0.1"), "listening");
    return (server.address() as AddressInfo).port;
  };
  const stop = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, "close");
    server.close().closeAllConnections();
    await closed;
  };
  const port = await listen(0);
  const issuer = `http://127.0.0.1:${port}`;

  const [accessTokenFormat, sign] = ["jwt", { alg: "RS256" }] as const;
  const noRedirects = { response_types: [], redirect_uris: [] };
  const enabled = { enabled: true };
  const scope = SCOPES.join(" ");
  const resource = { scope, audience, accessTokenTTL: lifetime, accessTokenFormat, jwt: { sign } };
  const configure = (): Configuration => ({
    jwks: { keys: keys.map(({ jwk }) => jwk) },
    ttl: { DeviceCode: 600, Grant: 86_400, IdToken: 600, RefreshToken: 86_400 },
    clients: [
      {
        client_id: PROVIDER_CLIENT,
        token_endpoint_auth_method: "none",
        grant_types: refreshes ? [DEVICE_GRANT, "refresh_token"] : [DEVICE_GRANT],
        ...noRedirects,
      },
      {
        client_id: SERVICE_CLIENT.id,
        client_secret: SERVICE_CLIENT.secret,
        grant_types: ["client_credentials"],
        ...noRedirects,
      },
    ],
    scopes: SCOPES,
    findAccount: (_, accountId) =>
      accounts.has(accountId) ? { accountId, claims: () => ({ sub: accountId }) } : undefined,
    extraTokenClaims: (_, token) => ("accountId" in token ? { ...accounts.get(token.accountId) } : {}),
    features: {
      devInteractions: { enabled: false },
      deviceFlow: enabled,
      clientCredentials: enabled,
      revocation: enabled,
      resourceIndicators: {
        enabled: true,
        defaultResource: () => audience,
        useGrantedResource: () => true,
        getResourceServerInfo: () => resource,
      },
    },
  });
  const open = (): Provider => {
    const made = new Provider(issuer, configure());
    made.use(async (context, next) => {
      await next();
      if (context.path === "/device/auth") Object.assign(context.body as object, { interval: POLL_INTERVAL });
    });
    answer = made.callback();
    return made;
  };
  let provider = open();

  return {
    issuer,
    audience,
    /** for a server that trusts this provider */
    settings: { issuer, clientId: PROVIDER_CLIENT, audience, scope: "openid offline_access groups" },
    /** tests change them, for example to take a group away */
    accounts,
    /** method and path of each request to the provider */
    requests,
    /** the newest comes first; the provider signs with it */
    keys,
    /** Signs with a new key from now on. @param keep false if the older keys are no longer published */
    rotateKeys: async (keep = true): Promise<void> => {
      keys.splice(0, keep ? 0 : keys.length, await createSigningKey());
      provider = open();
    },
    /** Acts as the user who enters the code in a browser. @param accountId undefined if the user refuses */
    decide: async (userCode: string, accountId: string | undefined): Promise<void> => {
      const code = await provider.DeviceCode.findByUserCode(userCode.replaceAll(/\W/g, ""));
      if (code === undefined) throw new Error(`no such code: ${userCode}`);
      const { scope } = code.params as { readonly scope: string };
      const grant = new provider.Grant({ accountId, clientId: PROVIDER_CLIENT });
      grant.addOIDCScope(scope);
      grant.addResourceScope(audience, scope);
      const granted = {
        accountId,
        grantId: await grant.save(),
        scope,
        resource: audience,
        claims: {},
        authTime: code.iat,
      };
      await Object.assign(code, accountId === undefined ? { error: "access_denied" } : granted).save();
    },
    /** Signs any token, by default with the provider's key. A claim that is undefined is left out. */
    sign: (claims: Readonly<Record<string, unknown>> = {}, header: object = {}, key?: CryptoKey | Uint8Array) => {
      const now = Math.floor(Date.now() / 1000);
      const usual = { iss: issuer, aud: audience, sub: "taro", iat: now, exp: now + lifetime };
      const token = new SignJWT({ ...usual, ...claims });
      token.setProtectedHeader({ alg: "RS256", typ: "at+jwt", kid: keys[0].kid, ...header });
      return token.sign(key ?? keys[0].privateKey);
    },
    /** After it, nobody listens, until `restart`. */
    stop,
    restart: () => listen(port),
    [Symbol.asyncDispose]: stop,
  };
};
