import { createPlainResponse, createRefusal, type SimulatorResponse, type SimulatorRequest } from "../messages.ts";
import type { ServerToken, ServerTokenRegistry } from "../portals/tokens.ts";
import { isSignedWith, parseSignedRequest, createUnauthorizedRefusal } from "./oauth.ts";

/** Maximum difference between a client's clock and the real time. */
const CLOCK_TOLERANCE_MS = 5 * 60 * 1000;

/** Lifetime of a session by the simulator's clock: moving that clock forward can end {@link SessionRegistry}. */
const SESSION_LIFE_MS = 15 * 60 * 1000;

/**
 * Maximum number of requests that may still use a session after it was replaced, because they were already under way.
 * The first request with the new session ends the replaced session.
 */
const MAX_IN_FLIGHT_REQUESTS = 3;

interface Session {
  readonly token: ServerToken;
  readonly endsAt: number;
  answers: number;
  /** number of requests that are still accepted after the session was replaced; undefined if it was not replaced */
  left?: number | undefined;
  /** name of the session that this session replaced */
  former?: string | undefined;
}

/** The clocks and the random source that sessions use. */
export interface SessionEnvironment {
  /** the real time in milliseconds, which signatures are checked against */
  readonly now: () => number;
  /** time of the simulator's clock in milliseconds */
  readonly clock: () => number;
  readonly random: (size: number) => Uint8Array;
}

/** User agents that Apple refuses. @see apple 2 */
const REFUSED_AGENTS = [/^python-requests\//i, /^nanodep-godep\/0\b/i];

/** Checks the user agent of a request. @throws Refusal `USER_AGENT_MISSING`, `USER_AGENT_INVALID` (400) */
export function checkUserAgent({ headers }: SimulatorRequest): void {
  const agent = headers["user-agent"]?.trim() ?? "";
  if (agent === "") throw createRefusal(400, "USER_AGENT_MISSING");
  if (REFUSED_AGENTS.some((refused) => refused.test(agent))) throw createRefusal(400, "USER_AGENT_INVALID");
}

/** Sessions of the device service. A signed request opens a session, which is replaced after every few responses. */
export class SessionRegistry {
  readonly #surroundings: SessionEnvironment;
  readonly #tokens: ServerTokenRegistry;
  readonly #sessions = new Map<string, Session>();
  /** nonces that were used, each with the time until which it must be remembered */
  readonly #nonces = new Map<string, number>();
  /** a session is replaced with every Nth response; 0: never */
  rotateEvery: number;

  constructor(surroundings: SessionEnvironment, tokens: ServerTokenRegistry, rotateEvery: number) {
    this.#surroundings = surroundings;
    this.#tokens = tokens;
    this.rotateEvery = rotateEvery;
  }

  /** Handles `GET /session`: opens a session if a server token signed the request.  @throws Refusal  @see apple 2 */
  open(request: SimulatorRequest): SimulatorResponse {
    const signed = parseSignedRequest(request);
    const token = this.#tokens.find(signed.consumerKey, signed.token);
    if (token === "unknown") throw createUnauthorizedRefusal();
    if (token === "replaced") throw createRefusal(403, "token_rejectedForbidden");
    if (!isSignedWith(signed, token.consumerSecret, token.accessSecret)) throw createUnauthorizedRefusal();
    const now = this.#surroundings.now();
    if (Math.abs(signed.timestamp * 1000 - now) > CLOCK_TOLERANCE_MS) throw createUnauthorizedRefusal();
    this.#useNonce(`${signed.consumerKey} ${signed.timestamp} ${signed.nonce}`, now);
    if (token.expiresAt <= this.#surroundings.clock()) throw createRefusal(403, "token_expiredForbidden");
    const name = this.#add(token);
    return createPlainResponse(JSON.stringify({ auth_session_token: name }), 200, {
      "content-type": "application/json;charset=UTF8",
    });
  }

  /**
   * Accepts a request that belongs to a session, and replaces the session if it is time to do so.
   *
   * @returns the server token of the session, and the name of the new session if the session was replaced
   * @throws Refusal 401 if the session does not exist or has ended; 403 if its server token was replaced or has expired
   */
  enter({ headers }: SimulatorRequest): { readonly token: ServerToken; readonly renewed: string | undefined } {
    const name = headers["x-adm-auth-session"] ?? "";
    const session = this.#sessions.get(name);
    if (session === undefined || session.endsAt <= this.#surroundings.clock()) throw createRefusal(401, "Unauthorized");
    if (!this.#tokens.isCurrent(session.token)) throw createRefusal(403, "token_rejectedForbidden");
    if (session.token.expiresAt <= this.#surroundings.clock()) throw createRefusal(403, "token_expiredForbidden");
    if (session.former !== undefined) this.#sessions.delete(session.former);
    if (session.left !== undefined) {
      session.left -= 1;
      if (session.left === 0) this.#sessions.delete(name);
      return { token: session.token, renewed: undefined };
    }
    session.answers += 1;
    const replace = this.rotateEvery > 0 && session.answers % this.rotateEvery === 0;
    return { token: session.token, renewed: replace ? this.#replace(name, session) : undefined };
  }

  #replace(name: string, session: Session): string {
    session.left = MAX_IN_FLIGHT_REQUESTS;
    return this.#add(session.token, name);
  }

  #add(token: ServerToken, former?: string): string {
    const { clock, random } = this.#surroundings;
    const now = clock();
    for (const [old, { endsAt }] of this.#sessions) if (endsAt <= now) this.#sessions.delete(old);
    const name = `${now}O${token.server}O${Buffer.from(random(32)).toString("hex").toUpperCase()}`;
    this.#sessions.set(name, { token, endsAt: now + SESSION_LIFE_MS, answers: 0, former });
    return name;
  }

  #useNonce(nonce: string, now: number): void {
    for (const [old, until] of this.#nonces) {
      if (until >= now) break;
      this.#nonces.delete(old);
    }
    if (this.#nonces.has(nonce)) throw createUnauthorizedRefusal();
    this.#nonces.set(nonce, now + 2 * CLOCK_TOLERANCE_MS);
  }
}
