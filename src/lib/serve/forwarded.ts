import { BlockList, isIP } from "node:net";

/** Returns an address without the form in which IPv4 addresses appear on IPv6 sockets. */
const plainAddress = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, "");

/** Returns the set of trusted proxies; undefined for a text that is not a list of addresses or subnets. */
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

/** Returns the addresses of a Forwarded header (RFC 7239) and of an X-Forwarded-For header, nearest proxy last. */
const listForwarded = (headers: Headers): readonly (readonly string[])[] => {
  const standard = headers.get("forwarded")?.split(",");
  const parts = standard?.map((part) => /(?:^|;)\s*for="?([^";]+)"?/i.exec(part)?.[1] ?? "");
  return [parts, headers.get("x-forwarded-for")?.split(",")].flatMap((entries) =>
    entries === undefined
      ? []
      : // a port, and the brackets of IPv6, do not belong to the address
        [entries.map((entry) => plainAddress(entry.trim().replace(/^(?:\[([^\]]+)\]|([^:]+))(?::\d+)?$/, "$1$2")))],
  );
};

/**
 * Returns the address from which a request came. What a header says counts only as far as trusted proxies wrote it: the
 * last address that is not a trusted proxy is the sender's. A proxy writes one of the two headers, and may pass on the
 * other one as the sender wrote it: if they differ, neither counts.
 *
 * @param peer address of the other end of the connection; undefined for a Unix socket, which only a local proxy uses
 */
export const findClientAddress = (
  peer: string | undefined,
  headers: Headers,
  proxies: BlockList | undefined,
): string => {
  const own = plainAddress(peer ?? "unix");
  if (peer !== undefined && (proxies === undefined || !isTrusted(proxies, own))) return own;
  const senderOf = (addresses: readonly string[]): string => {
    const last = addresses.findLast((one) => isIP(one) === 0 || proxies === undefined || !isTrusted(proxies, one));
    return last === undefined || isIP(last) === 0 ? own : last;
  };
  const [sender = own, ...others] = new Set(listForwarded(headers).map(senderOf));
  return others.length === 0 ? sender : own;
};
