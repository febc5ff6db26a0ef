/** This module loads jose: import it only if the server has an identity provider. */
import { createLocalJWKSet, errors, jwtVerify, type JWTHeaderParameters, type JWTPayload } from "jose";
import { performance } from "node:perf_hooks";
import { isDeepStrictEqual } from "node:util";
import { Agent, EnvHttpProxyAgent, request } from "undici";
import { z } from "zod";
import { Failure, rethrowAs } from "../errors/index.ts";
import { JWT_PATTERN } from "../model/credential.ts";
import { matchesContext } from "../model/context-name.ts";
import { isLoopback, parseSecureUrl } from "../model/address.ts";
import type { Operator } from "../tenant/ledger/actor.ts";
import { same, shortenText, text } from "../text/index.ts";
import type { OidcSettings, ServeSettings } from "./settings.ts";

/** Somebody whom the provider knows. */
export interface Identity {
  readonly subject: string;
  readonly name: string;
  readonly groups: readonly string[];
}

// without algorithms of a shared secret, for which a public key could be used
const ALGORITHMS = "RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519".split(" ");
const CLOCK_TOLERANCE_S = 30;
/** Somebody who was removed at the provider is out at the end of their token. */
const MAX_TOKEN_LIFE_S = 3600;
const KEYS_MAX_AGE_MS = 10 * 60_000;
const KEYS_COOLDOWN_MS = 10_000;
const FETCH_TIMEOUT_MS = 5000;
const MAX_NAME_LENGTH = 100;

const PROVIDER_SCHEMA = z.looseObject({
  issuer: z.string(),
  jwks_uri: z.string().refine((url) => parseSecureUrl(url) !== undefined),
});
const KEYS_SCHEMA = z.looseObject({ keys: z.array(z.looseObject({ kty: z.string() })) });
/** The audit log could not tell two names apart that differ only in such characters. */
const HIDDEN_CHARACTERS = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
const SUBJECT_SCHEMA = z
  .string()
  .max(255)
  .refine((subject) => subject.trim() !== "" && subject.search(HIDDEN_CHARACTERS) === -1);
const NAME_SCHEMA = z
  .string()
  .transform((name) => name.replaceAll(HIDDEN_CHARACTERS, "").trim())
  .catch("");
const GROUPS_SCHEMA = z.array(z.string()).catch([]);

type FindKey = ReturnType<typeof createLocalJWKSet>;

const createProviderFailure = (cause: unknown): Failure =>
  new Failure("unavailable", {
    what: text(
      "the server cannot verify your sign-in, because it does not get the provider's keys",
      "プロバイダーの鍵を取得できないため、サーバーはサインインを確認できません",
    ),
    retryAfterMs: KEYS_COOLDOWN_MS,
    cause,
  });

const createTokenFailure = (why: { readonly en: string; readonly ja: string }, cause?: unknown): Failure =>
  new Failure("not-signed-in", {
    what: text(
      `your sign-in at the provider is not valid here: ${why.en}`,
      `プロバイダーでのサインインは、このサーバーでは無効です: ${why.ja}`,
    ),
    cause,
  });

const fetchDocument = async <S extends z.ZodType>(url: string, schema: S): Promise<z.output<S>> => {
  // a proxy could answer for an address on this computer
  const dispatcher = isLoopback(new URL(url).hostname) ? new Agent() : new EnvHttpProxyAgent();
  const { statusCode, body } = await request(url, { dispatcher, signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) });
  if (statusCode === 200) return schema.parse(await body.json());
  await body.dump();
  throw new TypeError(`${statusCode} from ${url}`);
};

/** Verifies access tokens. The provider's known keys stay valid while it cannot be reached. */
export class IdentityProvider {
  readonly settings: OidcSettings;
  readonly #now: () => number;
  #find: FindKey | undefined;
  #asked: { readonly at: number; readonly keys: Promise<FindKey> } | undefined;

  /** @param now milliseconds of a clock that never goes back */
  constructor(settings: OidcSettings, now: () => number = () => performance.now()) {
    this.settings = settings;
    this.#now = now;
  }

  /** @throws Failure `not-signed-in`; `unavailable` if the key of the token is not known yet */
  async verify(token: string): Promise<Identity> {
    const payload = await this.#readPayload(token);
    const { exp = Infinity, iat = 0, sub } = payload;
    if (exp - iat > MAX_TOKEN_LIFE_S)
      throw createTokenFailure(
        text("its token is valid for more than an hour", "トークンの有効期間が 1 時間を超えています"),
      );
    const subject = SUBJECT_SCHEMA.safeParse(sub).data;
    if (subject === undefined) throw createTokenFailure(same('"sub"'));
    const [name, username] = [payload["name"], payload["preferred_username"]].map((one) => NAME_SCHEMA.parse(one));
    return {
      subject,
      name: shortenText(name || username || subject, MAX_NAME_LENGTH),
      groups: GROUPS_SCHEMA.parse(payload[this.settings.groups]),
    };
  }

  async #readPayload(token: string): Promise<JWTPayload> {
    const { issuer, audience } = this.settings;
    try {
      const { payload } = await jwtVerify(token, (header) => this.#keyFor(header), {
        issuer,
        audience,
        algorithms: ALGORITHMS,
        requiredClaims: ["exp", "iat", "sub"],
        clockTolerance: CLOCK_TOLERANCE_S,
        // also refuses a token that was issued in the future
        maxTokenAge: MAX_TOKEN_LIFE_S,
      });
      return payload;
    } catch (error) {
      throw error instanceof errors.JOSEError ? createTokenFailure(same(error.message), error) : error;
    }
  }

  async #keyFor(header: JWTHeaderParameters): ReturnType<FindKey> {
    const find = this.#find ?? (await this.#fetchKeys());
    // a key that the provider removed must not stay valid
    if (this.#age() >= KEYS_MAX_AGE_MS) this.#fetchKeys().catch(() => undefined);
    return find(header).catch(async (error: unknown) => {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      return (await this.#fetchKeys())(header);
    });
  }

  #age(): number {
    return this.#asked === undefined ? Infinity : this.#now() - this.#asked.at;
  }

  /** Tokens with invented keys do not lead to a request each. */
  #fetchKeys(): Promise<FindKey> {
    if (this.#asked !== undefined && this.#age() < KEYS_COOLDOWN_MS) return this.#asked.keys;
    const keys = this.#fetch().catch(rethrowAs(createProviderFailure));
    this.#asked = { at: this.#now(), keys };
    return keys;
  }

  async #fetch(): Promise<FindKey> {
    const { issuer } = this.settings;
    const document = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
    const provider = await fetchDocument(document, PROVIDER_SCHEMA);
    if (provider.issuer !== issuer) throw new TypeError(`the provider calls itself ${provider.issuer}`);
    const keys = await fetchDocument(provider.jwks_uri, KEYS_SCHEMA);
    return (this.#find = createLocalJWKSet(keys));
  }
}

const findBearer = ({ headers }: Request): string | undefined =>
  /^Bearer +(\S+)$/i.exec(headers.get("authorization") ?? "")?.[1];

/** Decides who acts in which tenant without an account there. */
export class OperatorAccess {
  readonly settings: ServeSettings;
  readonly #provider: IdentityProvider | undefined;

  /** @param before whose keys of the provider are kept */
  constructor(settings: ServeSettings, before?: OperatorAccess) {
    const { oidc } = settings;
    this.settings = settings;
    const kept = before !== undefined && isDeepStrictEqual(before.settings.oidc, oidc) ? before.#provider : undefined;
    this.#provider = kept ?? (oidc && new IdentityProvider(oidc));
  }

  /** Returns undefined for requests that a tenant's own accounts may send. @throws Failure `not-signed-in`, `unavailable` */
  async identify(asked: Request): Promise<Identity | undefined> {
    const token = findBearer(asked);
    if (this.#provider !== undefined && token !== undefined && JWT_PATTERN.test(token))
      return this.#provider.verify(token);
    if (this.settings.passwords) return undefined;
    throw new Failure("not-signed-in", {
      what: text(
        "this server accepts only people who signed in with its provider",
        "このサーバーは、プロバイダーでサインインした人だけを受け付けます",
      ),
    });
  }

  /** Returns what people need to sign in, or undefined without a provider. */
  describeProvider(): object | undefined {
    const { groups: _, ...shown } = this.settings.oidc ?? {};
    return "issuer" in shown ? shown : undefined;
  }

  /** The first rule that fits decides. */
  findOperator({ subject, name, groups }: Identity, tenant: string): Operator | undefined {
    const rule = this.settings.operators.find(({ who, tenants }) => {
      const isMeant = who["kind"] === "subject" ? who["value"] === subject : groups.includes(who["value"] ?? "");
      return isMeant && tenants.some((pattern) => matchesContext(tenant, pattern));
    });
    return rule && { subject, name, role: rule.role, scheme: rule.scheme };
  }
}
