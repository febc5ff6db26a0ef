import { same, text } from "../../../text/index.ts";
import type { Message } from "../message.ts";
import { failed, SENT, unreached, type Delivery } from "../outcome.ts";
import { isLoopback, type WebhookRecipient } from "../settings.ts";
import { payloadOf } from "./webhook-payload.ts";

/** A webhook whose secrets were looked up. */
export interface OpenWebhook {
  readonly service: WebhookRecipient["service"];
  readonly template?: string | undefined;
  /** nobody is shown it */
  readonly url: string;
  readonly token?: string | undefined;
  /** until the answer is there */
  readonly timeoutMs?: number | undefined;
}

const TIMEOUT_MS = 30_000;

export const NOT_HTTPS = text("the URL must be https", "URL は https にしてください");

/** The address as a URL: https, or http to this machine; undefined for anything else. */
export const addressOf = (url: string): URL | undefined => {
  const address = URL.parse(url.trim());
  if (address === null || address.username !== "" || address.password !== "") return undefined;
  return address.protocol === "https:" || (address.protocol === "http:" && isLoopback(address.hostname))
    ? address
    : undefined;
};

/**
 * Posts a message to a chat. Redirects are not followed; a failure is reported by host, port and cause, never by the
 * path, which is a secret.
 */
export const postNotice = async (
  { service, template, url, token, timeoutMs = TIMEOUT_MS }: OpenWebhook,
  message: Message,
): Promise<Delivery> => {
  const address = addressOf(url);
  if (address === undefined) return failed(NOT_HTTPS);
  const { contentType, body } = payloadOf(service, message, template);
  const headers = {
    "content-type": contentType,
    // the same for a repetition
    "idempotency-key": message.messageId,
    ...(token === undefined ? {} : { "x-chatworktoken": token }),
  };
  const { default: undici } = await import("undici");
  const dispatcher = new undici.Agent({ connect: { timeout: timeoutMs } });
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const answer = await undici.request(address, { method: "POST", headers, body, signal, dispatcher });
    await answer.body.dump();
    const { statusCode } = answer;
    return statusCode >= 200 && statusCode < 300 ? SENT : failed(same(`${address.host}: HTTP ${statusCode}`));
  } catch (error) {
    return failed(unreached(error, address.hostname, address.port || 443));
  } finally {
    await dispatcher.destroy();
  }
};
