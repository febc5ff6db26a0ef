/** A client for a simulator in this process, without sockets, for mass tests; `server.ts` serves one over HTTP. */

import { Failure } from "../../errors/index.ts";
import { text, type Text } from "../../text/index.ts";
import type { Send } from "../send.ts";
import { toBodyString } from "./messages.ts";
import type { Simulator } from "./simulator.ts";

const CONNECTION_LOST = text("connection lost", "接続が切れました");
const RESPONSE_TIMED_OUT = text("timed out waiting for a response", "時間内に応答がありませんでした");

const createUnavailableFailure = (what: Text, where: string): Failure => new Failure("unavailable", { what, where });

/**
 * Returns a `Send` that calls a simulator in this process, whatever the host in the URL. If the simulator loses or
 * delays a response, the `Send` throws `unavailable`, although the request was carried out.
 */
export const createInProcessSend =
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
    if (answer.mishap?.kind === "reset") throw createUnavailableFailure(CONNECTION_LOST, origin);
    if (answer.mishap?.kind === "slow") throw createUnavailableFailure(RESPONSE_TIMED_OUT, origin);
    return { status: answer.status, headers: answer.headers, body: toBodyString(answer.body) };
  };
