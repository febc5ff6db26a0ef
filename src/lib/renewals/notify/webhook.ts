import { Failure, tryOrUndefined } from "../../errors/index.ts";
import { parseSecureUrl } from "../../model/address.ts";
import { same, shortenText, text } from "../../text/index.ts";
import { type Message, describeConnectionError, type DeliveryFault } from "./message.ts";

export interface ResolvedWebhook {
  readonly template?: string | undefined;
  /** a secret, because anybody who knows the URL can post messages */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs?: number | undefined;
}

const DEFAULT_TIMEOUT_MS = 30_000;

const HTTPS_REQUIRED = text("the URL must begin with https://", "URL は https:// で始まる必要があります");

const MAX_TEXT_LENGTH = 4000;

/** Full-width characters replace `<`, `>`, `[` and `]`, so that services do not read markup. */
const hideMarkup = (words: string): string =>
  words.replaceAll(/[<>[\]]/g, (sign) => String.fromCodePoint((sign.codePointAt(0) ?? 0) + FULL_WIDTH_OFFSET));

const FULL_WIDTH_OFFSET = 0xfee0;

const DEFAULT_TEMPLATE = '{"text": "{{subject}}\\n\\n{{text}}"}';

/** Escapes values for JSON or a form. @throws `input-rejected` if the result is not JSON */
export function fillTemplate(wording: Message, contentType: string, template = DEFAULT_TEMPLATE): string {
  const isForm = contentType.includes("x-www-form-urlencoded");
  const values = new Map([
    ["subject", wording.subject],
    ["text", shortenText(wording.text.trimEnd(), MAX_TEXT_LENGTH)],
    ["messageId", wording.messageId],
  ]);
  const body = template.trim().replace(/\{\{(\w+)\}\}/g, (placeholder, name: string) => {
    const given = values.get(name);
    if (given === undefined) return placeholder;
    const value = hideMarkup(given);
    return isForm ? encodeURIComponent(value) : JSON.stringify(value).slice(1, -1);
  });
  if (isForm) return body;
  if (tryOrUndefined((): unknown => JSON.parse(body)) !== undefined) return body;
  throw new Failure("input-rejected", {
    what: text(
      'the template is not JSON; put placeholders in quotes: {"text": "{{text}}"}',
      'テンプレートが JSON ではありません。プレースホルダーは引用符の中に書いてください: {"text": "{{text}}"}',
    ),
  });
}

interface HttpRequest {
  readonly method: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Does not follow redirects. A failure omits the path, which is secret. */
export const requestOnce = async (
  url: string,
  request: HttpRequest,
  timeoutMs = DEFAULT_TIMEOUT_MS,
): Promise<DeliveryFault> => {
  const address = parseSecureUrl(url);
  if (address === undefined) return HTTPS_REQUIRED;
  const { default: undici } = await import("undici");
  const dispatcher = new undici.EnvHttpProxyAgent({ connect: { timeout: timeoutMs } });
  try {
    const answer = await undici.request(address, { ...request, signal: AbortSignal.timeout(timeoutMs), dispatcher });
    await answer.body.dump();
    const { statusCode } = answer;
    return statusCode >= 200 && statusCode < 300 ? undefined : same(`${address.host}: HTTP ${statusCode}`);
  } catch (error) {
    return describeConnectionError(error, address.hostname, address.port || 443);
  } finally {
    await dispatcher.destroy();
  }
};

export const postReminder = (
  { template, url, headers: own, timeoutMs }: ResolvedWebhook,
  message: Message,
): Promise<DeliveryFault> => {
  const headers = {
    "content-type": "application/json; charset=utf-8",
    // a repeated post has the same key, so that the service can recognise a duplicate
    "idempotency-key": message.messageId,
    ...own,
  };
  const body = fillTemplate(message, headers["content-type"], template);
  return requestOnce(url, { method: "POST", headers, body }, timeoutMs);
};
