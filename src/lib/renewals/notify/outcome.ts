import { findConnectionFault } from "../../errors/connection.ts";
import { same, text, type Text } from "../../text/index.ts";

/** The reason why a message was not sent; undefined if it was sent. */
export type DeliveryFault = Text | undefined;

/** Omits the error's message, which may contain secrets. */
export const getErrorLabel = (error: unknown): Text => {
  if (!(error instanceof Error)) return same("failure");
  const { code } = error as { readonly code?: unknown };
  return same(typeof code === "string" ? code : error.name);
};

export const describeConnectionError = (error: unknown, host: string, port: string | number): Text => {
  const { originalCode } = error as { readonly originalCode?: unknown };
  const code = typeof originalCode === "string" ? originalCode : getErrorLabel(error).en;
  const cause = findConnectionFault(code);
  const where = `${host}:${port}`;
  return cause === undefined
    ? same(`${where}: ${code}`)
    : text(`${where}: ${cause.en} (${code})`, `${where}: ${cause.ja}(${code})`);
};
