import { Agent, request as sendOnce, type Dispatcher } from "undici";
import type { AppleResponse, AppleRequest, Send } from "../lib/apple/retry.ts";
import { createSocketFailure } from "../lib/client/answer.ts";
import { Failure } from "../lib/errors/index.ts";
import { text } from "../lib/text/index.ts";

export interface AppleSockets {
  readonly send: Send;
  readonly close: () => Promise<void>;
}

export interface AppleLimits {
  readonly connectMs: number;
  /** maximum time in milliseconds until the response starts, and between two chunks of the response */
  readonly silenceMs: number;
  /** maximum time in milliseconds until the response is complete, even if chunks arrive regularly */
  readonly totalMs: number;
  readonly bytes: number;
}

const SECOND_MS = 1000;

const DEFAULT_LIMITS: AppleLimits = {
  connectMs: 10 * SECOND_MS,
  silenceMs: 30 * SECOND_MS,
  totalMs: 300 * SECOND_MS,
  bytes: 64 * 1024 * 1024,
};

async function readBody({ body }: Dispatcher.ResponseData, most: number, origin: string): Promise<string> {
  // decode each chunk as it arrives, because joining chunks first would need twice the memory
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let [length, decoded] = [0, ""];
  for await (const piece of body as AsyncIterable<Uint8Array>) {
    length += piece.length;
    if (length > most)
      throw new Failure("unavailable", { what: text("the response is too long", "応答が長すぎます"), where: origin });
    decoded += decoder.decode(piece, { stream: true });
  }
  return decoded + decoder.decode();
}

const flattenHeaders = ({ headers }: Dispatcher.ResponseData): AppleResponse["headers"] =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : value]),
  );

/** Does not follow redirects and does not repeat failed requests. */
export function openAppleSockets(limits: AppleLimits = DEFAULT_LIMITS): AppleSockets {
  const agent = new Agent({
    headersTimeout: limits.silenceMs,
    bodyTimeout: limits.silenceMs,
    connect: { timeout: limits.connectMs },
  });
  return { send: (request) => sendRequest(agent, limits, request), close: () => agent.destroy() };
}

async function sendRequest(
  dispatcher: Agent,
  { totalMs, bytes }: AppleLimits,
  { method, url, headers, body, signal: asked }: AppleRequest,
): Promise<AppleResponse> {
  const { origin } = new URL(url);
  const late = AbortSignal.timeout(totalMs);
  const signal = asked === undefined ? late : AbortSignal.any([asked, late]);
  try {
    const answer = await sendOnce(url, { dispatcher, method, headers, body: body ?? null, signal });
    return { status: answer.statusCode, headers: flattenHeaders(answer), body: await readBody(answer, bytes, origin) };
  } catch (error) {
    if (asked?.aborted !== true && late.aborted) {
      const what = text("timed out waiting for a response", "時間内に応答がありませんでした");
      throw new Failure("unavailable", { what, where: origin });
    }
    // the message names only the host, because the URL and the headers may contain secrets
    throw createSocketFailure(error, origin, asked ?? NEVER_ABORTED_SIGNAL);
  }
}

const NEVER_ABORTED_SIGNAL = new AbortController().signal;
