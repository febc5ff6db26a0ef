/** @param host as in a URL, such as `[::1]`, or without brackets */
export const isLoopback = (host: string): boolean =>
  /^(?:(?:.*\.)?localhost|\[?::1\]?|127(?:\.\d{1,3}){3})$/.test(host);

/** Returns an address to which secrets can be sent: with TLS, or on this computer. It contains no password. */
export const parseSecureUrl = (typed: string): URL | undefined => {
  const url = URL.parse(typed.trim());
  if (url === null || url.username !== "" || url.password !== "") return undefined;
  return url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname)) ? url : undefined;
};
