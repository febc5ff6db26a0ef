import { Failure } from "../errors/index.ts";
import { text } from "../text/index.ts";

/** The proxy between this computer and a tenant, as the environment names it. */
export interface Proxy {
  readonly variable: string;
  readonly url: URL;
  /** the hosts that are reached without a proxy: the value of NO_PROXY */
  readonly exceptions: string;
}

/** The environment variables with the proxy, by the protocol of the tenant's address. The first one that is set counts. */
const PROXY_VARIABLES: Readonly<Record<string, readonly string[]>> = {
  "https:": ["https_proxy", "HTTPS_PROXY"],
  "http:": ["http_proxy", "HTTP_PROXY"],
};

/**
 * Returns the proxy for an address; undefined if no proxy is set.
 *
 * @throws Failure `usage` if the address of the proxy does not begin with http://
 */
export const findProxy = (
  environment: Readonly<Record<string, string | undefined>>,
  { protocol }: URL,
): Proxy | undefined => {
  const isSet = (name: string): boolean => (environment[name] ?? "") !== "";
  const variable = PROXY_VARIABLES[protocol]?.find(isSet);
  if (variable === undefined) return undefined;
  const url = URL.parse(environment[variable] ?? "");
  if (url !== null && /^https?:$/.test(url.protocol))
    return { variable, url, exceptions: environment["no_proxy"] ?? environment["NO_PROXY"] ?? "" };
  // the value is not shown, because it may contain a password
  throw new Failure("usage", {
    what: text("the address of the proxy must begin with http://", "プロキシのアドレスは http:// で始めてください"),
    where: variable,
    hint: text(`for example: ${variable}=http://proxy.example.jp:3128`, `例: ${variable}=http://proxy.example.jp:3128`),
  });
};
