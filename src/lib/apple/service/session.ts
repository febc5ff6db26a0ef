import type { Failure } from "../../errors/index.ts";
import type { SimulatorPlace } from "../../model/ade.ts";
import { begunObject, objectOf, undocumented, type JsonObject } from "../answer.ts";
import { placeOf, sendPatiently, type RetryTools } from "../patience.ts";
import type { AppleAnswer, AppleRequest } from "../send.ts";
import { isSessionOver, refusalOf, type AppleRefusal } from "./errors.ts";
import { authorization } from "./oauth.ts";
import type { AdeToken } from "./token.ts";

/** A server's access to the device service. */
export interface Access extends RetryTools {
  /** the service's address, without a slash at its end */
  readonly base: string;
  readonly token: AdeToken;
  readonly random: (size: number) => Uint8Array;
  /** name and version, as `clomoctl/0.1.0`: Apple refuses requests without */
  readonly program: string;
  /** where a simulator of ours is there: ways out name its commands, and the MDM server as it is known */
  readonly simulator?: Omit<SimulatorPlace, "url"> | undefined;
  /** what a refusal comes to, where whoever asks knows more of it */
  readonly explain?: ((refusal: AppleRefusal) => Promise<Failure>) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A call within a session. */
export interface ServiceCall {
  readonly method: AppleRequest["method"];
  /** with its query */
  readonly path: string;
  readonly body?: object | undefined;
  /** whether it is sent again where no answer came, or one that was cut off */
  readonly repeatable: boolean;
}

/** The members of device and profile that clomoctl knows are those of this one. @see apple 2 */
const PROTOCOL_VERSION = "10";

const JSON_TYPE = "application/json;charset=UTF8";

const SESSION = "x-adm-auth-session";

/** What may stand in a header. */
const PRINTABLE = /^[!-~]{1,4096}$/;

const NONCE_BYTES = 16;

/**
 * A session with the device service. It is opened by the first call, taken from any answer that brings a new one, and
 * opened anew once when a call is refused for it. Calls are made one after another: answers replace what the next one needs.
 */
export class AdeSession {
  readonly #access: Access;
  #current: string | undefined;
  #opening: Promise<string> | undefined;

  constructor(access: Access) {
    this.#access = access;
  }

  /**
   * @returns the object that an answer of status 200 is
   * @throws AppleRefusal, a Failure; Failure `unavailable`, `interrupted`
   */
  async call(call: ServiceCall): Promise<JsonObject> {
    const request = this.#request(call);
    let { answer, object, session } = await this.#send(request, call.repeatable);
    if (isSessionOver(answer)) {
      if (this.#current === session) this.#current = undefined;
      ({ answer, object, session } = await this.#send(request, call.repeatable));
    }
    return this.#accepted(request, answer, object);
  }

  async #send(request: AppleRequest, repeatable: boolean) {
    // opened before anything is repeated: what opening it repeats is its own
    let session = await this.#session();
    let object: JsonObject | undefined;
    const send: RetryTools["send"] = async (request) => {
      session = this.#current ?? session;
      const answer = await this.#access.send({ ...request, headers: { ...request.headers, [SESSION]: session } });
      if (!isSessionOver(answer)) this.#take(answer);
      // what was cut off is no answer
      object = begunObject(placeOf(request), answer);
      return answer;
    };
    return { answer: await sendPatiently(request, { ...this.#access, send }, repeatable), object, session };
  }

  #take({ headers }: AppleAnswer): void {
    const next = headers[SESSION];
    if (next !== undefined && PRINTABLE.test(next)) this.#current = next;
  }

  async #session(): Promise<string> {
    if (this.#current !== undefined) return this.#current;
    this.#opening ??= this.#open().finally(() => (this.#opening = undefined));
    return this.#opening;
  }

  async #open(): Promise<string> {
    const { token, random, now } = this.#access;
    const { method, url, headers } = this.#request({ method: "GET", path: "/session", repeatable: true });
    let object: JsonObject | undefined;
    // a nonce is taken once: each repetition is signed anew
    const send: RetryTools["send"] = async (request) => {
      const nonce = Buffer.from(random(NONCE_BYTES)).toString("hex");
      const timestamp = Math.floor(now() / 1000);
      const signature = authorization({ method, url, token, nonce, timestamp });
      const answer = await this.#access.send({ ...request, headers: { ...headers, authorization: signature } });
      object = begunObject(placeOf(request), answer);
      return answer;
    };
    const request = { method, url, headers, signal: this.#access.signal };
    const answer = await sendPatiently(request, { ...this.#access, send }, true);
    const { auth_session_token: session } = await this.#accepted(request, answer, object);
    if (typeof session !== "string" || !PRINTABLE.test(session)) {
      throw undocumented(placeOf(request), "auth_session_token");
    }
    this.#current = session;
    this.#take(answer);
    return this.#current;
  }

  #request({ method, path, body }: ServiceCall): AppleRequest {
    const { base, program, signal } = this.#access;
    const headers = {
      "user-agent": program,
      accept: JSON_TYPE,
      "content-type": JSON_TYPE,
      "x-server-protocol-version": PROTOCOL_VERSION,
    };
    return { method, url: base + path, headers, body: body && JSON.stringify(body), signal };
  }

  async #accepted(request: AppleRequest, answer: AppleAnswer, object: JsonObject | undefined): Promise<JsonObject> {
    if (object !== undefined) return object;
    if (answer.status === 200) return objectOf(placeOf(request), answer.body);
    const { base, simulator, now, explain } = this.#access;
    const refusal = refusalOf(placeOf(request), answer, now(), simulator && { url: base, ...simulator });
    throw explain === undefined ? refusal : await explain(refusal);
  }
}
