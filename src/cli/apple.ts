import { Agent, request as sendOnce, type Dispatcher } from "undici";
import type { AppleAnswer, AppleRequest, Send } from "../lib/apple/send.ts";
import { codeOf, isUntrusted, socketFailure } from "../lib/client/socket-failure.ts";
import { Failure } from "../lib/errors/index.ts";
import { text } from "../lib/text/index.ts";

/** A {@link Send} over sockets; closing it ends its connections. */
export interface AppleSockets {
  readonly send: Send;
  readonly close: () => Promise<void>;
}

/** Bounds of one request. */
export interface AppleLimits {
  readonly connectMs: number;
  /** to the start of an answer, and between two pieces of it */
  readonly silenceMs: number;
  /** for the whole of an answer, however it drips */
  readonly totalMs: number;
  readonly bytes: number;
}

const SECOND_MS = 1000;

const LIMITS: AppleLimits = {
  connectMs: 10 * SECOND_MS,
  silenceMs: 30 * SECOND_MS,
  totalMs: 300 * SECOND_MS,
  bytes: 64 * 1024 * 1024,
};

const INTERRUPTED = text(
  "interrupted; the other side may have completed the request",
  "中断しました。依頼した処理は相手側で完了している可能性があります",
);

const UNTRUSTED = text(
  "if the network inspects TLS, name its authority's certificate in NODE_EXTRA_CA_CERTS",
  "TLS を検査するネットワークの場合は、その発行元の証明書を環境変数 NODE_EXTRA_CA_CERTS で指定してください",
);

const tooLong = (where: string): Failure =>
  new Failure("unavailable", { what: text("the answer is too long", "応答が長すぎます"), where });

const tooSlow = (where: string): Failure =>
  new Failure("unavailable", {
    what: text("timed out waiting for an answer", "時間内に応答がありませんでした"),
    where,
  });

/** @throws Failure `unavailable` where it is longer than `most` bytes */
async function bodyOf({ body }: Dispatcher.ResponseData, most: number, origin: string): Promise<string> {
  // decoded as it comes: joined pieces would wait to be collected as long as the pieces
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let [length, decoded] = [0, ""];
  for await (const piece of body as AsyncIterable<Uint8Array>) {
    length += piece.length;
    if (length > most) throw tooLong(origin);
    decoded += decoder.decode(piece, { stream: true });
  }
  return decoded + decoder.decode();
}

const headersOf = ({ headers }: Dispatcher.ResponseData): AppleAnswer["headers"] =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : value]),
  );

/** What went wrong, by the host alone: neither an address nor a header is in it, since both may carry secrets. */
const failureOf = (error: unknown, origin: string, signal: AbortSignal): Failure => {
  const failure = socketFailure(error, origin, signal);
  if (failure.code === "interrupted") return failure.with({ what: INTERRUPTED });
  return isUntrusted(codeOf(error)) ? failure.with({ hint: UNTRUSTED }) : failure;
};

/**
 * Sends to Apple's services, or to what stands in for them, by undici. Redirects are answers like any other, and nothing
 * is sent twice. It trusts what Node does: its own authorities and those of NODE_EXTRA_CA_CERTS and NODE_USE_SYSTEM_CA.
 */
export function openAppleSockets(limits: AppleLimits = LIMITS): AppleSockets {
  const agent = new Agent({
    headersTimeout: limits.silenceMs,
    bodyTimeout: limits.silenceMs,
    connect: { timeout: limits.connectMs },
  });
  return { send: (request) => sendBy(agent, limits, request), close: () => agent.destroy() };
}

async function sendBy(
  dispatcher: Agent,
  { totalMs, bytes }: AppleLimits,
  { method, url, headers, body, signal: asked }: AppleRequest,
): Promise<AppleAnswer> {
  const { origin } = new URL(url);
  const late = AbortSignal.timeout(totalMs);
  const signal = asked === undefined ? late : AbortSignal.any([asked, late]);
  try {
    const answer = await sendOnce(url, { dispatcher, method, headers, body: body ?? null, signal });
    return { status: answer.statusCode, headers: headersOf(answer), body: await bodyOf(answer, bytes, origin) };
  } catch (error) {
    if (asked?.aborted !== true && late.aborted) throw tooSlow(origin);
    throw failureOf(error, origin, asked ?? NEVER);
  }
}

const NEVER = new AbortController().signal;
