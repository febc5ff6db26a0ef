import { same, text } from "../../../text/index.ts";
import type { Message } from "../message.ts";
import { createFailedDelivery, SENT_DELIVERY, describeConnectionError, type Delivery } from "../outcome.ts";
import { fillTemplate } from "./webhook-payload.ts";

/** A webhook with the secrets that are needed to use it. */
export interface ResolvedWebhook {
  readonly template?: string | undefined;
  /** secret; never shown */
  readonly url: string;
  /** may be secrets; never shown */
  readonly headers: Readonly<Record<string, string>>;
  /** maximum time to wait for the response */
  readonly timeoutMs?: number | undefined;
}

const DEFAULT_TIMEOUT_MS = 30_000;

/** Returns true if a host is this computer. */
export const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "::1" || host === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(host);

const HTTPS_REQUIRED = text("the URL must begin with https://", "URL は https:// で始まる必要があります");

/** Parses the URL of a webhook. Returns undefined unless the URL uses https, or http to this machine. */
const parseWebhookUrl = (url: string): URL | undefined => {
  const address = URL.parse(url.trim());
  if (address === null || address.username !== "" || address.password !== "") return undefined;
  return address.protocol === "https:" || (address.protocol === "http:" && isLoopback(address.hostname))
    ? address
    : undefined;
};

/**
 * Posts a message to a chat, through the proxy of the environment if there is one. Redirects are not followed. A failure is reported with host, port and cause, but without
 * the path, which is a secret.
 */
export const postReminder = async (
  { template, url, headers: own, timeoutMs = DEFAULT_TIMEOUT_MS }: ResolvedWebhook,
  message: Message,
): Promise<Delivery> => {
  const address = parseWebhookUrl(url);
  if (address === undefined) return createFailedDelivery(HTTPS_REQUIRED);
  const headers = {
    "content-type": "application/json; charset=utf-8",
    // the same key for a repeated post, so that the service can recognise a duplicate
    "idempotency-key": message.messageId,
    ...own,
  };
  const body = fillTemplate(message, headers["content-type"], template);
  const { default: undici } = await import("undici");
  const dispatcher = new undici.EnvHttpProxyAgent({ connect: { timeout: timeoutMs } });
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const answer = await undici.request(address, { method: "POST", headers, body, signal, dispatcher });
    await answer.body.dump();
    const { statusCode } = answer;
    return statusCode >= 200 && statusCode < 300
      ? SENT_DELIVERY
      : createFailedDelivery(same(`${address.host}: HTTP ${statusCode}`));
  } catch (error) {
    return createFailedDelivery(describeConnectionError(error, address.hostname, address.port || 443));
  } finally {
    await dispatcher.destroy();
  }
};
