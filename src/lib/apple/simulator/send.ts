/** A simulator without sockets, for tests and histories of thousands: apart, as the server is the other way to ask one. */

import { Failure } from "../../errors/index.ts";
import { text, type Text } from "../../text/index.ts";
import type { Send } from "../send.ts";
import { textOf } from "./messages.ts";
import type { Simulator } from "./simulator.ts";

const LOST = text("connection lost", "接続が切れました");
const LATE = text("timed out waiting for an answer", "時間内に応答がありませんでした");

const unavailable = (what: Text, where: string): Failure => new Failure("unavailable", { what, where });

/**
 * Sends to a simulator in this process, whatever host the address names. What happens to answers on sockets is thrown: one
 * that is lost or late as `unavailable`, though the request was carried out.
 */
export const sendTo =
  ({ handle }: Pick<Simulator, "handle">): Send =>
  async ({ method, url, headers, body = "", signal }) => {
    signal?.throwIfAborted();
    const { origin, host, pathname, searchParams } = new URL(url);
    const given = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
    const answer = handle({
      method,
      origin,
      path: pathname,
      query: searchParams,
      headers: { host, ...Object.fromEntries(given) },
      body,
    });
    if (answer.mishap?.kind === "reset") throw unavailable(LOST, origin);
    if (answer.mishap?.kind === "slow") throw unavailable(LATE, origin);
    return { status: answer.status, headers: answer.headers, body: textOf(answer.body) };
  };
