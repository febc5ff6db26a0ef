import { plain, refuse, type SimulatorAnswer, type SimulatorRequest } from "../messages.ts";
import type { ServerToken, Tokens } from "../portals/tokens.ts";
import { isSignedWith, signedOf, unauthorized } from "./oauth.ts";

/** How far a client's clock may be off. */
const CLOCK_TOLERANCE_MS = 5 * 60 * 1000;

/** By the simulator's clock: {@link Sessions} end as it is put forward. */
const LIFE_MS = 15 * 60 * 1000;

/** Requests under way may carry the session of before, so many and until the new one is used. */
const IN_FLIGHT = 3;

interface Session {
  readonly token: ServerToken;
  readonly endsAt: number;
  answers: number;
  /** what may still be asked with it once another has replaced it; undefined as long as none has */
  left?: number | undefined;
  /** the one that it replaced */
  former?: string | undefined;
}

/** What sessions need of the outside. */
export interface SessionSurroundings {
  /** the real time in milliseconds: signatures are made by it */
  readonly now: () => number;
  /** the simulator's clock */
  readonly clock: () => number;
  readonly random: (size: number) => Uint8Array;
}

/** User agents that Apple refuses. @see apple 2 */
const REFUSED_AGENTS = [/^python-requests\//i, /^nanodep-godep\/0\b/i];

/** @throws Refusal `USER_AGENT_MISSING`, `USER_AGENT_INVALID` (400) */
export function checkAgent({ headers }: SimulatorRequest): void {
  const agent = headers["user-agent"]?.trim() ?? "";
  if (agent === "") throw refuse(400, "USER_AGENT_MISSING");
  if (REFUSED_AGENTS.some((refused) => refused.test(agent))) throw refuse(400, "USER_AGENT_INVALID");
}

/** Sessions of the device service: opened by a signed request, replaced every few answers. */
export class Sessions {
  readonly #surroundings: SessionSurroundings;
  readonly #tokens: Tokens;
  readonly #sessions = new Map<string, Session>();
  /** nonces that were used, and until when that matters */
  readonly #nonces = new Map<string, number>();
  /** a session is replaced with every Nth answer; 0: never */
  rotateEvery: number;

  constructor(surroundings: SessionSurroundings, tokens: Tokens, rotateEvery: number) {
    this.#surroundings = surroundings;
    this.#tokens = tokens;
    this.rotateEvery = rotateEvery;
  }

  /** `GET /session`: a new session for a request that is signed with a server's token. @throws Refusal @see apple 2 */
  open(request: SimulatorRequest): SimulatorAnswer {
    const signed = signedOf(request);
    const token = this.#tokens.find(signed.consumerKey, signed.token);
    if (token === "unknown") throw unauthorized();
    if (token === "replaced") throw refuse(403, "token_rejectedForbidden");
    if (!isSignedWith(signed, token.consumerSecret, token.accessSecret)) throw unauthorized();
    const now = this.#surroundings.now();
    if (Math.abs(signed.timestamp * 1000 - now) > CLOCK_TOLERANCE_MS) throw unauthorized();
    this.#useNonce(`${signed.consumerKey} ${signed.timestamp} ${signed.nonce}`, now);
    if (token.expiresAt <= this.#surroundings.clock()) throw refuse(403, "token_expiredForbidden");
    const name = this.#add(token);
    return plain(JSON.stringify({ auth_session_token: name }), 200, {
      "content-type": "application/json;charset=UTF8",
    });
  }

  /**
   * The server that a request is for.
   *
   * @returns its token, and what its answer says of the session
   * @throws Refusal 401 where there is no such session, or another has replaced it; 403 where its token was replaced
   */
  enter({ headers }: SimulatorRequest): { readonly token: ServerToken; readonly renewed: string | undefined } {
    const name = headers["x-adm-auth-session"] ?? "";
    const session = this.#sessions.get(name);
    if (session === undefined || session.endsAt <= this.#surroundings.clock()) throw refuse(401, "Unauthorized");
    if (!this.#tokens.isCurrent(session.token)) throw refuse(403, "token_rejectedForbidden");
    if (session.token.expiresAt <= this.#surroundings.clock()) throw refuse(403, "token_expiredForbidden");
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
    session.left = IN_FLIGHT;
    return this.#add(session.token, name);
  }

  #add(token: ServerToken, former?: string): string {
    const { clock, random } = this.#surroundings;
    const now = clock();
    for (const [old, { endsAt }] of this.#sessions) if (endsAt <= now) this.#sessions.delete(old);
    const name = `${now}O${token.server}O${Buffer.from(random(32)).toString("hex").toUpperCase()}`;
    this.#sessions.set(name, { token, endsAt: now + LIFE_MS, answers: 0, former });
    return name;
  }

  #useNonce(nonce: string, now: number): void {
    for (const [old, until] of this.#nonces) {
      if (until >= now) break;
      this.#nonces.delete(old);
    }
    if (this.#nonces.has(nonce)) throw unauthorized();
    this.#nonces.set(nonce, now + 2 * CLOCK_TOLERANCE_MS);
  }
}
