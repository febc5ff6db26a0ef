import { BlockList, isIP } from "node:net";

/** Sockets put the prefix `::ffff:` before an IPv4 address. */
const removeIpv6Prefix = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, "");

export const parseProxies = (list: readonly string[]): BlockList | undefined => {
  const trusted = new BlockList();
  for (const entry of list) {
    const [address = "", bits] = entry.split("/");
    const version = isIP(address);
    if (version === 0 || (bits !== undefined && !/^\d{1,3}$/.test(bits))) return undefined;
    const family = version === 6 ? "ipv6" : "ipv4";
    if (bits === undefined) trusted.addAddress(address, family);
    else if (Number(bits) > (version === 6 ? 128 : 32)) return undefined;
    else trusted.addSubnet(address, Number(bits), family);
  }
  return trusted;
};

const isTrusted = (proxies: BlockList, address: string): boolean => {
  const version = isIP(address);
  return version !== 0 && proxies.check(address, version === 6 ? "ipv6" : "ipv4");
};

const toAddress = (entry: string): string =>
  removeIpv6Prefix(entry.trim().replace(/^(?:\[([^\]]+)\]|([^:]+))(?::\d+)?$/, "$1$2"));

/** Returns the last address in X-Forwarded-For that is not a trusted proxy. @param peer undefined for a Unix socket */
export const findClientAddress = (
  peer: string | undefined,
  headers: Headers,
  proxies: BlockList | undefined,
): string => {
  const own = removeIpv6Prefix(peer ?? "unix");
  const isProxy = (address: string): boolean => proxies !== undefined && isTrusted(proxies, address);
  if (peer !== undefined && !isProxy(own)) return own;
  const addresses = headers.get("x-forwarded-for")?.split(",").map(toAddress) ?? [];
  const last = addresses.findLast((one) => !isProxy(one));
  return last === undefined || isIP(last) === 0 ? own : last;
};
