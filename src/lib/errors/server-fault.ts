import { text, type Text } from "../text/index.ts";
import { Failure } from "./index.ts";

/** What a fault of a server is: the cause, which only its operator learns, what clients learn, and the HTTP status. */
interface ServerFaultDetail {
  readonly cause: Failure;
  readonly what: Text;
  readonly status?: number;
}

/**
 * A fault of a server's own surroundings, such as its files or its mail server, as clients learn of it: without the
 * paths of the server's computer. The server's log has the cause.
 */
export class ServerFault extends Failure {
  override readonly cause: Failure;

  constructor({ cause, what, status = 503 }: ServerFaultDetail) {
    super("unavailable", {
      what,
      hint: text("tell the operator of the server", "サーバーの運用担当者に連絡してください"),
      status,
    });
    this.cause = cause;
  }
}
